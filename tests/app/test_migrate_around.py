"""Around an apply, by keyboard alone: the situation, pauses, the watch, lists, failed states."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from tests.app.conftest import Driven, Opened
from tests.app.fake_migrate_around import OPEN, past
from tests.app.fakes import FakeEngines
from tui.screens.migrate.listing import Listing
from tui.screens.migrate.questions import ApplyQuestion
from tui.screens.migrate.report_card import ReportCard
from tui.screens.migrate.screen import MigrateScreen
from tui.screens.migrate.window import Window
from wizards.events import Event, Json
from wizards.failures import Failure

NAME = "20260101_add"
FAILED = Failure(
    "migration-failed-before",
    f"{NAME} failed in an earlier run, and nobody said what became of it.",
    next=(
        f"tarmac migrate resolve {NAME} --rolled-back",
        f"tarmac migrate resolve {NAME} --applied",
    ),
)


async def agree(driven: Driven) -> None:
    await driven.press(*"agreed", "enter", *"prod", "enter", "enter")


def screen(driven: Driven) -> MigrateScreen:
    return cast(MigrateScreen, driven.app.screen)


async def test_who_is_in_the_way_is_said_before_anybody_asks(opened: Opened) -> None:
    engines = FakeEngines()
    engines.migrate.way = OPEN
    async with opened(engines=engines) as driven:
        await driven.press("4")
        assert "has had a transaction open for 12 min" in " ".join(driven.text.split())
        assert "1 in the way" in driven.text
        await driven.press("i")
        assert isinstance(driven.app.screen, Listing)
        await driven.press("c")
        assert driven.app.clipboard == "SELECT pg_terminate_backend(71);"


async def test_the_question_shows_the_situation_of_this_moment(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        await driven.press("4")
        assert "✓ nothing in the way" in driven.text
        driven.engines.migrate.way = OPEN
        await driven.press("a")
        assert isinstance(driven.app.screen, ApplyQuestion)
        assert "▲ psql (pid 71) has had a transaction open" in driven.text


async def test_a_situation_that_nobody_could_read_is_not_silent(opened: Opened) -> None:
    engines = FakeEngines()
    engines.migrate.way_fails = Failure("no-rights", "pg_stat_activity cannot be read")
    async with opened(120, 36, engines) as driven:
        await driven.press("4")
        assert "not known who is in the way: pg_stat_activity cannot be read" in driven.text


async def paused_after_the_first(driven: Driven) -> None:
    await driven.press("4", "a", "ctrl+o", "ctrl+o")
    assert "with a pause" in driven.text
    await agree(driven)
    await driven.until(lambda: "7c1e0a is committed and verified (1/3)" in driven.text)


async def test_enter_goes_on_after_each_revision(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        await paused_after_the_first(driven)
        assert "↵ go on" in driven.text.splitlines()[-1]
        await driven.press("enter")
        await driven.until(lambda: "9f00d2 is committed and verified (2/3)" in driven.text)
        await driven.press("enter")
        await driven.until(lambda: "✓ applied" in driven.text)
        assert "0 pending" in driven.text


async def test_s_stops_between_two_revisions_and_keeps(opened: Opened) -> None:
    async with opened() as driven:
        await paused_after_the_first(driven)
        await driven.press("s")
        await driven.until(lambda: "2 pending" in driven.text)
        assert "✓ applied  kept" in driven.text


async def test_r_between_two_revisions_takes_everything_back(opened: Opened) -> None:
    async with opened() as driven:
        await paused_after_the_first(driven)
        await driven.press("r")
        await driven.until(lambda: "taken back to the start" in driven.text)
        assert "rollback" not in driven.engines.migrate.calls


async def test_one_by_one_without_a_pause_asks_nothing(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("4", "a", "ctrl+o")
        assert "One by one: each revision" in " ".join(driven.text.split())
        await agree(driven)
        await driven.until(lambda: "0 pending" in driven.text)


async def test_the_checklist_ticks_itself(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        await driven.press("4")
        before = driven.text
        assert "✗ 2 to accept  ✓ nothing in the way  ○ applied 0/3  ○ verified" in before
        await driven.press("a")
        await agree(driven)
        await driven.until(lambda: "watching, " in driven.text)
        after = driven.text
        assert "✓ 2 accepted" in after
        assert "✓ applied 3/3  ✓ verified  » watched" in after


async def test_an_apply_is_watched_adjusted_and_ended_calmly(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        await driven.press("4", "a")
        await agree(driven)
        await driven.until(lambda: "2 rollbacks" in driven.text)
        window = screen(driven).board.window
        assert window is not None
        await driven.press("plus", "plus")
        assert 14 * 60 < window.left <= 20 * 60
        await driven.press("minus")
        assert window.left <= 15 * 60
        await driven.press("w")
        await driven.until(lambda: "✓ watched 2:05 · checks ok · 0 deadlocks" in driven.text)


async def test_r_takes_back_right_from_the_watch(opened: Opened) -> None:
    engines = FakeEngines()
    engines.migrate.looks_bad = ("GET /health",)
    async with opened(120, 36, engines) as driven:
        await driven.press("4", "a")
        await agree(driven)
        await driven.until(lambda: "fails: GET /health" in driven.text)
        await driven.press("r", *"prod", "enter", "enter")
        assert engines.migrate.calls[-1] == "rollback"
        await driven.until(lambda: screen(driven).board.window is None)
        assert "fails: GET /health" not in driven.text


def test_a_window_ends_by_itself_and_a_longer_one_waits_longer() -> None:
    assert Window(minutes=0.0001).wait(5.0)
    window = Window()
    assert not window.wait(0.001)
    window.change(-1000)
    assert 59 < window.left <= 60
    window.ask()
    assert window.asked


async def test_past_sessions_open_their_report(opened: Opened, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    report.write_text("# Applied 2 revisions\n\n- took 12 s\n")
    engines = FakeEngines()
    engines.migrate.past = past(report)
    async with opened(engines=engines) as driven:
        await driven.press("4", "p")
        assert "apply · done · 2 revisions" in driven.text
        assert "1:15" in driven.text
        assert "never ended" in driven.text
        await driven.press("enter")
        await driven.until(lambda: isinstance(driven.app.screen, ReportCard))
        await driven.until(lambda: "Applied 2 revisions" in driven.text)
        await driven.press("c")
        assert driven.app.clipboard == report.read_text()


async def test_a_report_that_is_gone_is_a_card(opened: Opened, tmp_path: Path) -> None:
    engines = FakeEngines()
    engines.migrate.past = past(tmp_path / "gone.md")
    async with opened(engines=engines) as driven:
        await driven.press("4", "p", "enter")
        assert "The report cannot be read" in driven.text


async def test_a_backup_is_restored_only_after_the_name_is_typed(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("4", "b", "B")
        assert "12 MB · restorable · 0 minutes old" in driven.text
        await driven.press("enter")
        assert "Restore prod?" in driven.text
        await driven.press("enter")
        assert driven.engines.migrate.calls == ["backup"]
        await driven.press("B", "enter", *"prod", "enter", "enter")
        assert driven.engines.migrate.calls[-1] == "restore notes.dump prod"
        assert "✓ taken back" in driven.text


async def test_blockers_and_the_queue_are_listed_with_the_sql(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        await driven.press("4", "a")
        driven.engines.migrate.gate.clear()
        await agree(driven)
        await driven.until(lambda: "» apply" in driven.text)
        blocker: dict[str, Json] = {
            "pid": 71,
            "application": "psql",
            "seconds": 75,
            "query": "SELECT 1",
        }
        board = screen(driven).board
        board.take(Event("migrate.locks", {"blockers": [blocker], "victims": [{"pid": 80}]}))
        await driven.press("i")
        assert "✗ blocks us  pid 71 psql" in driven.text
        assert "▲ waits behind us  pid 80" in driven.text
        await driven.press("c", "escape", "x")
        assert driven.app.clipboard == "SELECT pg_terminate_backend(71);"
        await driven.until(lambda: driven.app.jobs["migrate.up"].state == "cancelled")


@pytest.mark.parametrize(("downs", "applied"), [(1, False), (2, True)])
async def test_a_failed_migration_is_settled_from_its_card(
    opened: Opened, downs: int, applied: bool
) -> None:
    engines = FakeEngines()
    engines.migrate.fails = FAILED
    async with opened(engines=engines) as driven:
        await driven.press("4", "m", "enter")
        assert engines.migrate.settled == []  # not now stands first
        await driven.press("m", *["down"] * downs, "enter")
        engines.migrate.fails = None
        await driven.press(*"prod", "enter", "enter")
        assert engines.migrate.settled == [(NAME, applied)]
        assert "3 pending" in driven.text
