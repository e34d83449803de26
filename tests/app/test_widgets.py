"""Rows, words, pictures: what every screen is made of."""

from __future__ import annotations

import re
from functools import partial

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.content import Content

from tui.picture import right_widths
from tui.ran import commands_in
from tui.widgets.differences import difference_rows, pairs
from tui.widgets.rows import Row, Rows
from tui.widgets.scroll_bar import thumb
from tui.widgets.words import fit, flowed, seconds, sides, size, wrapped
from wizards.events import Event


@pytest.mark.parametrize("text", ["plain", "노트를 만듭니다", "한 and 글 mixed ▲✗"])
@pytest.mark.parametrize("width", [4, 9, 10, 30])
def test_fitted_text_has_exactly_the_width_in_cells(text: str, width: int) -> None:
    assert cell_len(fit(text, width).plain) == width


def test_the_right_side_stays_whole_when_the_left_is_cut() -> None:
    line = sides(Content("a very long message 메시지"), Content(" ✗2"), 12)
    assert cell_len(line.plain) == 12
    assert line.plain.endswith(" ✗2")


def test_wrapped_lines_never_exceed_the_width() -> None:
    lines = wrapped("한국어 문장은 두 칸씩 차지하므로 길이가 다릅니다", 20, "  ")
    assert max(cell_len(line.plain) for line in lines) <= 20
    assert all(line.plain.startswith("  ") for line in lines)


@pytest.mark.parametrize(
    ("value", "words"), [(0.44, "0.4 s"), (12.7, "12 s"), (65, "1:05"), (3723, "1:02:03")]
)
def test_durations_read_naturally(value: float, words: str) -> None:
    assert seconds(value) == words


@pytest.mark.parametrize(("count", "words"), [(12, "12 B"), (1500, "1.5 kB"), (48e6, "48 MB")])
def test_bytes_read_naturally(count: float, words: str) -> None:
    assert size(count) == words


def test_parts_are_broken_between_never_inside_where_they_fit() -> None:
    lines = flowed(["✓ 백업 14:02", "", "rehearsed 3.1 s", "the way back is proved"], 32)
    assert [line.plain for line in lines] == [
        "✓ 백업 14:02 · rehearsed 3.1 s",
        "the way back is proved",
    ]
    assert all(line.cell_length <= 8 for line in flowed(["a part that is wider"], 8))


@pytest.mark.parametrize(
    ("position", "cells"), [(0, (0, 2)), (1, (1, 3)), (79, (7, 9)), (80, (8, 10))]
)
def test_the_thumb_touches_an_end_only_where_the_text_ends(
    position: int, cells: tuple[int, int]
) -> None:
    assert thumb(10, 100, 20, position) == cells


def test_what_fits_has_no_thumb() -> None:
    assert thumb(10, 10, 10, 0) == (0, 0)


class ListApp(App[None]):
    """One list, which counts what it draws."""

    def __init__(self, rows: int, lines: int = 1) -> None:
        super().__init__()
        self.drawn: set[int] = set()
        self.moved: list[str] = []
        self._rows = rows
        self._lines = lines

    def compose(self) -> ComposeResult:
        yield Rows()

    def on_mount(self) -> None:
        rows = self.query_one(Rows)
        rows.show(
            Row(str(number), partial(self._draw, number), f"row {number}", lines=self._lines)
            for number in range(self._rows)
        )
        rows.focus()

    def _draw(self, number: int, width: int) -> list[Content]:
        self.drawn.add(number)
        return [fit(f"row {number}", width)] * (self._lines or 30)

    def on_rows_moved(self, event: Rows.Moved) -> None:
        self.moved.append(event.row.id if event.row else "")


async def test_a_long_list_draws_only_what_is_seen() -> None:
    app = ListApp(10_000)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("end", "pageup", "k")
        await pilot.pause()
        assert len(app.drawn) < 100
        assert app.query_one(Rows).cursor == 9_979


async def test_the_cursor_stays_on_its_row_when_rows_come_and_go() -> None:
    app = ListApp(10)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("down", "down", "down")
        rows = app.query_one(Rows)
        rows.show(row for row in list(rows.rows) if row.id != "1")
        await pilot.pause()
        assert rows.row is not None
        assert rows.row.id == "3"


async def test_a_row_taller_than_the_window_can_be_read_to_its_end() -> None:
    app = ListApp(2, lines=0)
    async with app.run_test(size=(40, 10)) as pilot:
        rows = app.query_one(Rows)
        await pilot.pause()
        await pilot.press(*["down"] * 20)
        assert rows.cursor == 0
        assert rows.scroll_offset.y == 20
        await pilot.press("down")
        assert rows.cursor == 1


async def test_a_click_moves_the_cursor() -> None:
    app = ListApp(10)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.click(Rows, offset=(5, 4))
        assert app.query_one(Rows).cursor == 4


def test_korean_text_in_a_picture_is_as_wide_as_its_cells() -> None:
    svg = (
        '<text class="a" x="10" y="20" textLength="61" clip-path="url(#l)">'
        "ab한글c</text>font-family: Fira Code, monospace"
    )
    made = right_widths(svg)
    places = re.findall(r'x="([\d.]+)"[^>]*textLength="([\d.]+)"[^>]*>([^<]*)<', made)
    assert places == [("10", "24.4", "ab"), ("34.4", "48.8", "한글"), ("83.2", "12.2", "c")]
    assert "Noto Sans Mono CJK KR" in made


def test_a_diff_stands_side_by_side_run_by_run() -> None:
    lines = ["@@ -1 +1 @@", " same", "-old", "+new", "+more", " end"]
    assert list(pairs(lines)) == [
        ("@@ -1 +1 @@", "@@ -1 +1 @@"),
        (" same", " same"),
        ("-old", "+new"),
        ("", "+more"),
        (" end", " end"),
        (" ", " "),
    ]
    assert len(difference_rows("\n".join(lines))) == 6


def test_commands_are_collected_from_steps_and_statements() -> None:
    events = [
        Event("plan.step", {"id": "a", "state": "running", "command": "gcloud projects create p"}),
        Event("plan.step", {"id": "a", "state": "done", "command": "gcloud projects create p"}),
        Event("migrate.statement", {"state": "start", "sql": "DROP TABLE t"}),
        Event("migrate.statement", {"state": "done", "sql": "DROP TABLE t"}),
    ]
    assert [(ran.kind, ran.text) for ran in commands_in(events, set())] == [
        ("gcloud", "gcloud projects create p"),
        ("sql", "DROP TABLE t"),
    ]
