"""Status: what is deployed, as cards that refresh in place; an unreachable one says why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Static

from generators.language import N_, _
from tui.palette import Command, bindings
from tui.screens.area import Area
from tui.themes import STATES
from tui.widgets.failure_lines import failure_rows
from tui.widgets.words import fit, wrapped
from wizards.failures import Failure

if TYPE_CHECKING:
    from wizards.status.panels import Panel

EVERY_SECONDS = 10.0


class StatusCommand(Command):
    """A command of the status screen."""

    area = "status"


class Refresh(StatusCommand):
    """Fetch every panel now; they also refresh by themselves every ten seconds."""

    key = "r,ctrl+r,f9"
    label = N_("refresh")
    footer = True


class Pause(StatusCommand):
    """Stop or start the refreshing."""

    key = "space"
    label = N_("pause")
    footer = True


class CopyPanels(StatusCommand):
    """Copy every panel as text."""

    key = "c"
    label = N_("copy")
    footer = True


class Target(StatusCommand):
    """Choose another environment."""

    key = "e"
    label = N_("target")
    footer = True


class Card(Widget, can_focus=True):
    """One panel; showing new values repaints only itself."""

    def __init__(self, panel: Panel) -> None:
        super().__init__(id="panel-" + re.sub(r"\W", "-", panel.id), classes="pane panel")
        self.show(panel)

    def show(self, panel: Panel) -> None:
        """Show a panel's new values."""
        self.panel = panel
        mark, style = STATES.get(panel.state, STATES["unknown"])
        self.border_title = Content.assemble((f"{mark} ", style), panel.title)
        self.refresh(layout=True)

    def render(self) -> Content:
        """Draw the rows for the width there is."""
        return Content("\n").join(self.lines(self.content_size.width))

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Return how many lines the rows take."""
        return len(self.lines(width))

    def lines(self, width: int) -> list[Content]:
        """Return what the panel says and its rows, wrapped to a width."""
        panel = self.panel
        found: list[Content] = []
        if panel.says:
            words = panel.says
            if panel.since and panel.state != "ok":
                words += " · " + _("since {time}").format(time=since_words(panel.since))
            style = STATES.get(panel.state, STATES["unknown"])[1] if panel.state != "ok" else ""
            found += wrapped(Content.styled(words, style), max(width, 20))
        longest = max((cell_len(label) for label, _value, _severity in panel.rows), default=0)
        room = min(longest + 2, max(width // 3, 16))
        for label, value, severity in panel.rows:
            found += _row(label, value, severity, max(width, 20), room)
        return found

    @property
    def text(self) -> str:
        """The panel as plain text."""
        rows = [f"  {label}: {value}" for label, value, _severity in self.panel.rows]
        return "\n".join([f"{self.panel.title}: {self.panel.says}".rstrip(": "), *rows])


def since_words(since: object) -> str:
    """Return a moment as people read it."""
    if isinstance(since, datetime):
        return f"{since.astimezone():%H:%M:%S}"
    return str(since)


def _row(label: str, value: str, severity: str, width: int, room: int) -> list[Content]:
    mark, style = STATES.get(severity, ("", "")) if severity not in ("", "ok") else ("", "")
    text = Content.assemble((f"{mark} " if mark else "", style), value)
    lines = wrapped(text, width - room) or [Content()]
    names = [Content.styled(line.plain, "$text-muted") for line in wrapped(label, room - 1)]
    count = max(len(names), len(lines))
    names += [Content()] * (count - len(names))
    lines += [Content()] * (count - len(lines))
    return [
        Content.assemble(fit(name, room), line) for name, line in zip(names, lines, strict=True)
    ]


class StatusScreen(Area):
    """Cards in one column, two where there is room."""

    area = "status"
    OFFERS: ClassVar[tuple[type[Command], ...]] = (Refresh, Pause, CopyPanels, Target)
    BINDINGS = bindings(*OFFERS)

    def __init__(self) -> None:
        super().__init__()
        self._paused = False
        self._fetched: datetime | None = None
        self._trouble: tuple[Failure, datetime] | None = None

    def body(self) -> Iterable[Widget]:
        """Return the cards' space and the line about freshness."""
        return (
            VerticalScroll(Static(_("fetching…"), classes="says", id="first"), id="panels"),
            Static(id="fresh"),
        )

    def opened(self) -> None:
        """Fetch, then again every ten seconds while the screen is looked at."""
        self.query_one("#panels").focus()
        self.set_interval(EVERY_SECONDS, self._refresh_if_seen)
        self.call_after_refresh(self.do_refresh)

    def on_screen_resume(self) -> None:
        """Catch up when the person comes back."""
        if self._fetched is not None and not self._paused:
            self.do_refresh()

    def _refresh_if_seen(self) -> None:
        if self.is_current and not self._paused:
            self.do_refresh()

    def do_refresh(self) -> None:
        """Fetch every panel beside the screen."""
        job = self.tarmac.jobs.get("status.panels")
        if job is None or not job.running:
            engine = self.tarmac.engines.status
            before = [card.panel for card in self.query(Card)]
            self.tarmac.start(
                "status.panels",
                _("fetching the panels"),
                lambda _emit, _cancel: engine.panels(before),
                then=self._came,
                otherwise=self._failed,
            )

    async def _show(self, panels: Sequence[Panel]) -> None:
        space = self.query_one("#panels", VerticalScroll)
        await space.query("#first").remove()
        cards = {card.panel.id: card for card in space.query(Card)}
        wanted = [panel.id for panel in panels]
        for name in set(cards) - set(wanted):
            await cards.pop(name).remove()
        for panel in panels:
            if panel.id in cards:
                cards[panel.id].show(panel)
            else:
                await space.mount(Card(panel))

    def _came(self, panels: Sequence[Panel]) -> None:
        self._fetched = datetime.now().astimezone()
        self._trouble = None
        self.call_next(self._show, panels)
        self._freshness()

    def _failed(self, failure: Failure) -> None:
        since = self._trouble[1] if self._trouble else datetime.now().astimezone()
        self._trouble = (failure, since)
        for first in self.query("#first").results(Static):
            rows = failure_rows(failure, self.area)
            first.update(Content("\n").join(line for row in rows for line in row.draw(self._room)))
        self._freshness()

    @property
    def _room(self) -> int:
        return max(self.size.width - 4, 20)

    def _freshness(self) -> None:
        line = self.query_one("#fresh", Static)
        parts: list[str | Content | tuple[str, str]] = [" "]
        if self._trouble is not None:
            failure, since = self._trouble
            said = f"{failure.message} {failure.why}".strip()
            why = f"{said} · " if self._fetched else ""
            words = "✗ " + why + _("since {time}").format(time=f"{since:%H:%M:%S}")
            parts.append((words, "bold $text-error"))
            if self._fetched:
                parts += [("  → " + step, "$text-accent") for step in failure.next[:1]]
        elif self._fetched is not None:
            parts.append(
                (_("fetched {time}").format(time=f"{self._fetched:%H:%M:%S}"), "$text-muted")
            )
        if self._paused:
            parts.append(("  ■ " + _("paused"), "$text-warning"))
        line.update(Content.assemble(*parts))

    def do_pause(self) -> None:
        """Stop or start the refreshing."""
        self._paused = not self._paused
        self._freshness()

    def do_copy_panels(self) -> None:
        """Copy every panel as text."""
        self.tarmac.copy("\n\n".join(card.text for card in self.query(Card)))

    def do_target(self) -> None:
        """Choose another environment."""
        from tui.screens.choose import choose_target

        choose_target(self.tarmac, self.do_refresh)
