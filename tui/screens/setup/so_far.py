"""What stands below the questions while one answers: the price, and what does not go together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from generators.language import _, ngettext
from tui.screens.setup.field import verdict_words
from tui.widgets.words import fit, joined
from wizards.plan import Check
from wizards.setup.areas import area_title

if TYPE_CHECKING:
    from tui.engines.setup import Judged

_NOTHING = 0.005


class SoFar(Static):
    """Two lines: the month with what the last answer moved, and the first verdict."""

    def __init__(self) -> None:
        super().__init__(id="sofar", classes="pane thin says")
        self.border_title = Content(_("So far"))
        self._judged: Judged | None = None
        self._before = 0.0
        self._by = ""
        self._lines = 0

    def begin(self, judged: Judged) -> None:
        """Show a price with which nothing has been compared yet."""
        self._before, self._by = judged.estimate.total, ""
        self._take(judged)

    def answered(self, judged: Judged, asked: str) -> None:
        """Show what one more answer made of it; one that moves nothing keeps the last move."""
        last = self._judged
        total = last.estimate.total if last is not None else judged.estimate.total
        same_answer = asked == self._by
        if abs(judged.estimate.total - total) >= _NOTHING and not same_answer:
            self._before, self._by = total, asked
        self._take(judged)

    def _take(self, judged: Judged) -> None:
        """Show it; the screen is laid out again only when the number of lines changes."""
        lines = 2 if judged.complaints else 1
        self._judged = judged
        self.refresh(layout=lines != self._lines)
        self._lines = lines

    def render(self) -> Content:
        """Draw the price line and the verdicts' line."""
        if self._judged is None:
            return Content.styled(_("reading the project…"), "$text-muted")
        width = self.size.width
        lines = [fit(self._price(), width)]
        checks = self._judged.complaints
        if checks:
            lines.append(_first(checks, width))
        return Content("\n").join(lines)

    def _price(self) -> Content:
        judged = self._judged
        if judged is None:
            return Content()
        found = judged.estimate
        moved = found.total - self._before
        parts: list[str | Content] = [
            Content.assemble(
                (_("${total} a month").format(total=f"{found.total:.2f}"), "bold"),
                (f" ({found.dated})", "$text-muted"),
            )
        ]
        if self._by and abs(moved) >= _NOTHING:
            style = "$text-warning" if moved > 0 else "$text-success"
            parts.append(Content.assemble((f"{moved:+.2f}", f"bold {style}"), f" {self._by}"))
        elif found.areas:
            areas = (f"{area_title(area)} {cost:.2f}" for area, cost in found.areas.items())
            parts.append(Content.styled(", ".join(areas), "$text-muted"))
        return joined(parts)


def _first(checks: Sequence[Check], width: int) -> Content:
    rest = len(checks) - 1
    more = ngettext("{count} more: ^t", "{count} more: ^t", rest).format(count=rest)
    right = Content.styled(f"  {more}" if rest else "", "$text-muted")
    return Content.assemble(fit(verdict_words(checks[0]), width - right.cell_length), right)
