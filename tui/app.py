"""The Textual app: modes, jobs and what every screen shares; the areas live in ``screens``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from textual import events
from textual.app import App
from textual.command import CommandPalette, Provider
from textual.reactive import reactive
from textual.scrollbar import ScrollBar
from textual.signal import Signal

from generators.language import _
from tui.anywhere import ANYWHERE
from tui.jobs import Job, Progress, Woke, launch
from tui.palette import Command, Offers, TarmacCommands, bindings
from tui.presence import Presence
from tui.ran import Ran, commands_in
from tui.screens.opening import MODES
from tui.terminal import require_terminal, signals_restore_the_terminal
from tui.themes import DARK, LIGHT, keep_theme, kept_theme
from tui.widgets.scroll_bar import ThinScrollBar
from tui.widgets.too_small import LEAST, too_small
from wizards.cancel import Cancel
from wizards.events import Emit
from wizards.failures import Failure

if TYPE_CHECKING:
    from tui.context import Context
    from tui.engines import Engines

T = TypeVar("T")
LEAVING_SECONDS = 3.0
PROVIDERS: set[type[Provider] | Callable[[], type[Provider]]] = {TarmacCommands}
WIDTHS = [(0, "-tiny"), (LEAST[0], "-narrow"), (110, "-wide")]
HEIGHTS = [(0, "-low"), (LEAST[1], "-short"), (30, "-tall")]
LEAVING_KEYS = ("ctrl+q", "ctrl+c")
ScrollBar.renderer = ThinScrollBar


class TarmacApp(App[int], Offers):
    """One app over one project folder; ``engines`` are the parts that do the work."""

    TITLE = "Tarmac"
    CSS_PATH = "app.tcss"
    OFFERS = ANYWHERE
    BINDINGS = bindings(*ANYWHERE)
    COMMANDS = PROVIDERS
    MODES = MODES
    DEFAULT_MODE = "home"
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    ENABLE_COMMAND_PALETTE = True

    project: reactive[str] = reactive("")
    target: reactive[str] = reactive("")
    protected: reactive[bool] = reactive(False)
    sandbox: reactive[bool] = reactive(False)
    busy: reactive[str] = reactive("")

    def __init__(self, context: Context, engines: Engines | None = None) -> None:
        super().__init__()
        self.context = context
        self.probe_after = 0.08
        if engines is None:
            from tui.engines import Engines

            engines = Engines(context)
        self.engines = engines
        self.jobs: dict[str, Job[object]] = {}
        self.ran: list[Ran] = []
        self.happened: Signal[Progress] = Signal(self, "happened")
        self._presence = Presence(context.root)
        self._loop_in_use: asyncio.AbstractEventLoop | None = None
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.theme = kept_theme()

    def on_mount(self) -> None:
        """Remember the loop, for signals; look at the project once the first screen is painted."""
        self._loop_in_use = asyncio.get_running_loop()
        self.sandbox = self.context.uses_sandbox
        self.once_painted(self.look_at_project)
        self.once_painted(self._look_for_others)

    def _look_for_others(self) -> None:
        """Say it when the folder is open in another Tarmac: only one of them can change things."""
        self.start(
            "app.presence",
            _("looking for another Tarmac"),
            lambda _emit, _cancel: self._presence.enter(),
            then=lambda alone: None if alone else self._not_alone(),
        )

    def _not_alone(self) -> None:
        words = _("this folder is open in another Tarmac as well: only one can apply at a time")
        self.say(words, severity="warning")

    def on_unmount(self) -> None:
        """Let another Tarmac be alone in this folder."""
        self._presence.leave()

    def once_painted(self, probe: Callable[[], None]) -> None:
        """Probe only when the first paint has reached the terminal: threads would slow it down."""
        self.set_timer(self.probe_after, probe)

    def look_at_project(self) -> None:
        """Read the project's name and target for the header."""
        self.start(
            "app.place",
            _("reading the project"),
            lambda _emit, _cancel: self.engines.place(),
            then=self._placed,
            otherwise=lambda _failure: None,
        )

    def _placed(self, place: tuple[str, str, bool]) -> None:
        self.project, self.target, self.protected = place

    # Jobs -------------------------------------------------------------------------------------

    def start(
        self,
        name: str,
        title: str,
        work: Callable[[Emit, Cancel], T],
        *,
        then: Callable[[T], None] | None = None,
        otherwise: Callable[[Failure], None] | None = None,
        mutates: bool = False,
    ) -> Job[T] | None:
        """Run work beside the screen; a mutation is refused, in words, while another one runs.

        A read replaces an older read of the same name. ``then`` gets the result, ``otherwise`` the
        failure (a card is shown when it is not given); both run in the app.
        """
        running = self.mutation
        if mutates and running is not None:
            self.notify(
                _("{title} is still running; x stops it").format(title=running.title),
                title=_("busy"),
                severity="warning",
                markup=False,
            )
            return None
        older = self.jobs.get(name)
        if older is not None and older.running:
            older.cancel.ask()
        job: Job[T] = Job(name, title, mutates, then, otherwise)
        self.jobs[name] = cast("Job[object]", job)
        if mutates:
            self.busy = title
        launch(job, work, self.post_message)
        return job

    @property
    def mutation(self) -> Job[object] | None:
        """The mutation that runs now."""
        return next((job for job in self.jobs.values() if job.mutates and not job.reported), None)

    def on_woke(self, message: Woke) -> None:
        """Hand what a job said to the screens, and end it once."""
        job = message.job
        ended = not job.running and not job.reported
        events = job.drain()
        if self.jobs.get(job.name) is not job or self._exit:  # screens are going away by then
            return
        self.ran.extend(commands_in(events, job.told))
        job.reported = job.reported or ended
        self.happened.publish(Progress(job, events))
        if ended:
            self._end(job)

    def _end(self, job: Job[object]) -> None:
        if job.mutates:
            self.busy = ""
        if job.crash is not None:
            from tui.logfile import crash

            if self.is_headless:
                raise job.crash
            job.failure = crash(job.crash)
        if job.failure is not None:
            (job.otherwise or self.show_failure)(job.failure)
        elif job.state == "cancelled":
            self.notify(_("stopped: {title}").format(title=job.title), markup=False)
        elif job.then is not None:
            job.then(job.result)

    # Cards and words --------------------------------------------------------------------------

    def show_failure(self, failure: Failure) -> None:
        """Show a failure as a card: what happened, why, what next, the raw error one key away."""
        from tui.screens.card import FailureCard

        areas = [getattr(screen, "area", "") for screen in self.screen_stack]
        self.push_screen(FailureCard(failure, next(filter(None, reversed(areas)), "")))

    def say(self, text: str, *, severity: str = "information") -> None:
        """Show a short notice; the text is never read as markup."""
        self.notify(text, severity=severity, markup=False)  # type: ignore[arg-type]

    def clear_notifications(self) -> None:
        """Clear the notices of every screen, also of those below a card."""
        super().clear_notifications()
        for screen in self.screen_stack:
            screen.query("Toast").remove()

    def copy(self, text: str) -> None:
        """Copy a text and say where it went."""
        from tui.clipboard import copy

        self.say(copy(cast("App[object]", self), text))

    # Commands ---------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Let no key act on what cannot be seen: a screen that is too small only leaves."""
        unseen = isinstance(event, events.Key) and too_small(self.size)
        if not unseen or cast("events.Key", event).key in LEAVING_KEYS:
            await super().on_event(event)
        if isinstance(event, events.Key) and event.key == "ctrl+c" and self._copies():
            self.say(_("copied; ^q leaves"))

    def _copies(self) -> bool:
        """Say whether ctrl+c copies now: in a text field it does not leave."""
        from textual.widgets import Input

        return isinstance(self.focused, Input)

    def press(self, command: type[Command]) -> None:
        """Do what the key of a command does on the screen, reasons included."""
        if isinstance(self.screen, Offers):
            self.screen.action_command(command.id())

    def action_mode(self, mode: str) -> None:
        """Switch to a mode unless a modal is open."""
        if not self.screen.is_modal:
            self.switch_mode(mode)

    def do(self, command: type[Command]) -> None:
        """Run a command; the five ``go_…`` switch modes."""
        name = command.name()
        if name.startswith("go_"):
            self.action_mode(name.removeprefix("go_"))
        else:
            super().do(command)

    def do_help(self) -> None:
        """Open or close the help of the screen below."""
        from tui.screens.help import HelpCard

        if isinstance(self.screen, HelpCard):
            self.pop_screen()
        else:
            self.push_screen(HelpCard(self.screen))

    def do_commands_run(self) -> None:
        """Open the log of equivalent commands."""
        from tui.screens.commands_run import CommandsRunScreen

        if not self.screen.is_modal:
            self.push_screen(CommandsRunScreen())

    def do_switch_theme(self) -> None:
        """Change between dark and light, also for the next time."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name
        keep_theme(self.theme)

    def do_save_picture(self) -> None:
        """Write an SVG of the screen into the current folder."""
        from tui.picture import save

        self.say(_("saved {file}").format(file=save(cast("App[object]", self), Path.cwd())))

    def do_search_commands(self) -> None:
        """Open the palette."""
        self.action_command_palette()

    def action_command_palette(self) -> None:
        """Open the palette with a placeholder in the person's language."""
        if not CommandPalette.is_open(cast("App[object]", self)):
            self.clear_notifications()
            self.push_screen(CommandPalette(placeholder=_("type to search the commands")))

    def do_quit(self) -> None:
        """Leave at once, or ask when a mutation runs."""
        running = self.mutation
        if running is None:
            self.exit(0)
            return
        from tui.screens.confirm import Confirm

        question = Confirm(
            _("{title} is still running").format(title=running.title),
            _("Leaving asks it to stop at the next safe place. What is journalled can be resumed."),
            yes=_("stop it and leave"),
            no=_("stay"),
        )
        self.push_screen(question, lambda answer: None if answer is None else self.leave(0))

    def leave(self, code: int) -> None:
        """Ask what runs to stop, wait a little for it, and exit with a code."""
        for job in self.jobs.values():
            job.cancel.ask()
        if self.mutation is None:
            self.exit(code, return_code=code)
            return
        self.set_interval(0.05, lambda: None if self.mutation else self._go(code))
        self.set_timer(LEAVING_SECONDS, lambda: self._go(code))

    def _go(self, code: int) -> None:
        self.exit(code, return_code=code)

    def leave_on_signal(self, number: int) -> None:
        """Be called by a signal handler: schedule the leaving."""
        if self._loop_in_use is not None:
            self._loop_in_use.call_soon_threadsafe(self.leave, 128 + number)

    def _handle_exception(self, error: Exception) -> None:
        """Log an unexpected error and leave with a card that names the file, not a traceback."""
        if self.is_headless:
            super()._handle_exception(error)
            return
        from tui.logfile import crash

        failure = crash(error)
        self._return_code = 1
        self.panic(f"✗ {failure.message}\n  {failure.why}\n  {' '.join(failure.next)}")


def run(context: Context) -> int:
    """Run the app on this terminal and return the exit code."""
    require_terminal()
    app = TarmacApp(context)
    with signals_restore_the_terminal(app.leave_on_signal):
        app.run()
    return app.return_code or 0
