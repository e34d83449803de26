"""A list that paints only what is seen: rows of one or more lines, a cursor, a filter."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from generators.language import _

GUTTER = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One entry: ``draw`` gives its lines for a width in cells, ``text`` is what a filter sees.

    ``lines`` is the height when it is known before drawing, 0 when it depends on the width.
    """

    id: str
    draw: Callable[[int], list[Content]]
    text: str = ""
    lines: int = 1


class Rows(ScrollView, can_focus=True):
    """Rows with a cursor; posts ``Moved`` and ``Chosen``; ``narrow`` filters.

    Rows that are ``only_read`` show their cursor only while they have the keyboard.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", id="rows.up", show=False),
        Binding("down,j", "move(1)", id="rows.down", show=False),
        Binding("pageup", "page(-1)", id="rows.page_up", show=False),
        Binding("pagedown", "page(1)", id="rows.page_down", show=False),
        Binding("home,g", "edge(0)", id="rows.first", show=False),
        Binding("end,G", "edge(-1)", id="rows.last", show=False),
        Binding("enter", "choose", id="rows.choose", show=False),
    ]
    DEFAULT_CSS = """
    Rows { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-gutter: stable;
      scrollbar-size-vertical: 1; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor", "rows--mark", "rows--empty"}

    cursor: reactive[int] = reactive(0, repaint=False)

    class Moved(Message):
        """The cursor stands on another row (or on none)."""

        def __init__(self, rows: Rows, row: Row | None) -> None:
            super().__init__()
            self.rows = rows
            self.row = row

        @property
        def control(self) -> Rows:
            """The list itself, for ``@on`` selectors."""
            return self.rows

    class Chosen(Moved):
        """Enter or a second click on the row under the cursor."""

    def __init__(
        self,
        *,
        empty: str = "",
        only_read: bool = False,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._only_read = only_read
        self._all: list[Row] = []
        self._seen: list[Row] = []
        self._ends: list[int] = []
        self._drawn: dict[str, list[Content]] = {}
        self._width = 0
        self._filter = ""
        self.empty = empty

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self._seen[self.cursor] if 0 <= self.cursor < len(self._seen) else None

    @property
    def rows(self) -> list[Row]:
        """The rows that pass the filter."""
        return self._seen

    @property
    def filter_text(self) -> str:
        """What the list is filtered by."""
        return self._filter

    def show(self, rows: Iterable[Row]) -> None:
        """Show these rows; the cursor stays on the same id when it is still there."""
        self._all = list(rows)
        self._drawn.clear()
        self._arrange()

    def replace(self, row: Row) -> None:
        """Replace the row with the same id, repainting only its lines when the height stays."""
        for rows in (self._all, self._seen):
            for index, old in enumerate(rows):
                if old.id == row.id:
                    rows[index] = row
        before = self._drawn.pop(row.id, None)
        if row.lines == 0 and before is not None and len(self._lines(row)) != len(before):
            self._measure()
        self.refresh()

    def narrow(self, text: str) -> None:
        """Keep only the rows whose text contains every word, whatever the case."""
        self._filter = text
        self._arrange()

    def move_to(self, row_id: str) -> None:
        """Put the cursor on a row, if it is seen."""
        for index, row in enumerate(self._seen):
            if row.id == row_id:
                self.cursor = index

    def _arrange(self) -> None:
        was = self.row
        words = self._filter.casefold().split()
        self._seen = [
            row for row in self._all if all(word in row.text.casefold() for word in words)
        ]
        self._measure()
        ids = [row.id for row in self._seen]
        place = ids.index(was.id) if was and was.id in ids else 0
        moved = self.row != was or was is None or was.id not in ids
        self.set_reactive(Rows.cursor, place if moved or place == self.cursor else self.cursor)
        self.set_reactive(Rows.cursor, place)
        self.post_message(self.Moved(self, self.row))
        self._reveal()
        self.refresh()

    def _lines(self, row: Row) -> list[Content]:
        if row.id not in self._drawn:
            self._drawn[row.id] = row.draw(max(self._width - GUTTER, 10))
        return self._drawn[row.id]

    def _measure(self) -> None:
        self._width = self.scrollable_content_region.width or self.size.width
        if not self._width:
            return
        heights = (row.lines or len(self._lines(row)) for row in self._seen)
        self._ends = list(accumulate(heights))
        self._take_size(Size(self._width, self._ends[-1] if self._ends else 1))

    def _take_size(self, size: Size) -> None:
        """Take a new height; the whole screen is laid out again only where that is needed."""
        window = self.scrollable_content_region.height
        has_bar, needs_bar = self.virtual_size.height > window, size.height > window
        if has_bar == needs_bar and self.virtual_size.width == size.width and not self._grows:
            self.set_reactive(Rows.virtual_size, size)
            self._scroll_update(size)
        else:
            self.virtual_size = size

    @property
    def _grows(self) -> bool:
        height = self.styles.height
        return height is not None and height.is_auto

    def on_resize(self) -> None:
        """Draw again for the new width."""
        self._drawn.clear()
        self._measure()
        self._reveal()

    def watch_cursor(self, before: int, now: int) -> None:
        """Tell who listens and keep the row in sight."""
        if before != now:
            top = self.scroll_offset.y
            self._reveal()
            if self.scroll_offset.y == top and max(before, now) < len(self._ends):
                for place in (before, now):
                    start, end = self._span(place)
                    self.refresh_lines(start, end - start)
            else:
                self.refresh()
            self.post_message(self.Moved(self, self.row))

    def validate_cursor(self, place: int) -> int:
        """Keep the cursor on the list."""
        return max(0, min(place, len(self._seen) - 1))

    def _span(self, place: int) -> tuple[int, int]:
        return (self._ends[place - 1] if place else 0), self._ends[place]

    def _reveal(self) -> None:
        if not self._ends or self.cursor >= len(self._ends):
            return
        top, end = self._span(self.cursor)
        region = Region(0, top, self._width, end - top)
        self.scroll_to_region(region, animate=False, force=True, immediate=True)

    def action_move(self, step: int) -> None:
        """Move by rows; inside a row taller than the window scroll first."""
        if self._ends and self.cursor < len(self._ends):
            top, end = self._span(self.cursor)
            window = self.scrollable_content_region.height
            if step > 0 and end > self.scroll_offset.y + window and end - top > window:
                self.scroll_relative(y=1, animate=False, immediate=True)
                return
            if step < 0 and top < self.scroll_offset.y and end - top > window:
                self.scroll_relative(y=-1, animate=False, immediate=True)
                return
        self.cursor += step

    def action_page(self, step: int) -> None:
        """Move by the height of the window."""
        if self._ends:
            window = max(self.scrollable_content_region.height - 1, 1)
            line = self._span(self.cursor)[0] + step * window
            place = bisect_right(self._ends, max(line, 0))
            self.cursor = place if place != self.cursor else self.cursor + step

    def action_edge(self, place: int) -> None:
        """Go to the first or the last row."""
        self.cursor = place if place >= 0 else len(self._seen) - 1

    def action_choose(self) -> None:
        """Choose the row under the cursor."""
        if self.row is not None:
            self.post_message(self.Chosen(self, self.row))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the clicked row; a click on the cursor's row chooses it."""
        line = event.get_content_offset_capture(self).y + self.scroll_offset.y
        place = bisect_right(self._ends, line)
        if place >= len(self._seen):
            return
        if place == self.cursor and event.chain > 1:
            self.action_choose()
        self.cursor = place

    def render_line(self, y: int) -> Strip:
        """Paint one line of the window."""
        width = self.size.width
        if self._width != self.scrollable_content_region.width:
            self.on_resize()
        line = y + self.scroll_offset.y
        place = bisect_right(self._ends, line)
        if place >= len(self._seen):
            nothing = self.empty or ("" if self._only_read else _("nothing here"))
            words = nothing if not self._all else _("no row matches")
            return self._strip(
                Content(f"  {words}" if not self._seen and y == 0 else ""), "rows--empty", width
            )
        row = self._seen[place]
        lines = self._lines(row)
        offset = line - (self._ends[place - 1] if place else 0)
        content = lines[offset] if offset < len(lines) else Content()
        if place != self.cursor or (self._only_read and not self.has_focus):
            return self._strip(Content.assemble("  ", content), None, width)
        mark = "▶ " if offset == 0 and len(lines) == 1 else "▌ "
        style = "bold $text-accent" if self.has_focus else "$text-muted"
        return self._strip(
            Content.assemble((mark, style), content),
            "rows--cursor" if self.has_focus and len(lines) == 1 else None,
            width,
        )

    def _strip(self, content: Content, component: str | None, width: int) -> Strip:
        style = self.get_visual_style(component) if component else self.visual_style
        parts = content.truncate(width, ellipsis=True).render(
            style, end="", parse_style=self.app.stylesheet.parse_style
        )
        strip = Strip([Segment(text, part.rich_style) for text, part in parts])
        return strip.adjust_cell_length(width, style.rich_style)
