"""What every mode's screen shares: header, footer, filter, commands with reasons, job news."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from generators.language import N_, _
from tui.jobs import Progress
from tui.palette import Command, Offers
from tui.widgets.filter_line import FilterLine
from tui.widgets.footer import Footer
from tui.widgets.header import Header
from tui.widgets.rows import Rows
from tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from tui.app import TarmacApp


class Filter(Command):
    """Filter the list: only rows with every typed word stay."""

    key = "slash"
    label = N_("filter")


class Area(Screen[None], Offers):
    """The screen of a mode; subclasses give ``area``, ``OFFERS`` and ``body``."""

    area: ClassVar[str] = ""
    OFFERS: ClassVar[tuple[type[Command], ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", id="area.leave", show=False)
    ]

    @property
    def tarmac(self) -> TarmacApp:
        """The app, with its own type."""
        return cast("TarmacApp", self.app)

    def compose(self) -> ComposeResult:
        """Lay out header, body, filter line and footer."""
        yield Header(self.area)
        yield from self.body()
        yield FilterLine()
        yield Footer()
        yield TooSmall()

    def body(self) -> Iterable[Widget]:
        """Return the widgets between header and footer."""
        return ()

    def on_mount(self) -> None:
        """Listen to the app: its header data and the news of jobs."""
        for name in ("project", "target", "protected", "sandbox", "busy"):
            self.watch(self.app, name, self._fill_header)
        self.tarmac.happened.subscribe(self, self._happened, immediate=True)
        self.opened()

    def _fill_header(self) -> None:
        header, app = self.query_one(Header), self.tarmac
        header.project, header.target = app.project, app.target
        header.protected, header.sandbox, header.busy = app.protected, app.sandbox, app.busy
        self.refresh_footer()

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _keys_of_modes(self) -> None:
        """Let the header show the keys that change the mode now."""
        self.query_one(Header).typing = isinstance(self.focused, Input)

    def opened(self) -> None:
        """Start what the screen needs once it stands; the first paint has not waited for it."""

    def _happened(self, progress: Progress) -> None:
        if progress.job.area == self.area:
            self.news(progress)
        self.refresh_footer()

    def news(self, progress: Progress) -> None:
        """Take what a job of this area said."""

    def refresh_footer(self) -> None:
        """Paint the footer again: what is available may have changed."""
        self.query_one(Footer).refresh()

    def action_command(self, command_id: str) -> None:
        """Run a command of this screen, or say why it cannot run now."""
        command = self.offered(command_id)
        if command is None:
            self.tarmac.action_command(command_id)
            return
        reason = self.why_not(command)
        if reason:
            self.tarmac.say(f"{command.words()}: {reason}", severity="warning")
        else:
            self.do(command)

    def do(self, command: type[Command]) -> None:
        """Run a command; every screen's filter is the same."""
        if issubclass(command, Filter):
            self.do_filter()
        else:
            super().do(command)

    def action_leave(self) -> None:
        """Go back to the first list of the screen."""
        first = next((rows for rows in self.query(Rows) if rows.display), None)
        if first is not None:
            first.focus()

    def main_list(self) -> Rows | None:
        """Return the list that ``/`` filters: the focused one, else the first."""
        if isinstance(self.focused, Rows):
            return self.focused
        return next((rows for rows in self.query(Rows) if rows.display), None)

    def do_filter(self) -> None:
        """Open the filter line for the list."""
        rows = self.main_list()
        if rows is not None:
            self.query_one(FilterLine).open(rows)

    def busy_reason(self) -> str:
        """Say what mutation runs, or "" when none does."""
        running = self.tarmac.mutation
        return "" if running is None else _("{title} is running").format(title=running.title)
