"""Set-up: questions become tarmac.toml, that becomes a plan, the plan is applied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Static

from generators.language import _
from tui.jobs import Job, Progress
from tui.palette import Command, bindings
from tui.screens.area import Area
from tui.screens.setup import commands
from tui.screens.setup.field import CONTROLS
from tui.screens.setup.interrupted import interrupted_line
from tui.screens.setup.interview_view import InterviewView
from tui.screens.setup.plan_view import FailureAsked, PlanView
from tui.screens.setup.progress import PlanBoard
from tui.screens.setup.work import Work
from wizards.interview import Interview
from wizards.plan import Action

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.engines.setup import SetupEngine
    from wizards.setup.unfinished import UnfinishedApply


class SetupScreen(Work, Area):
    """Two views, the interview and the plan; what runs is started in :class:`Work`."""

    area = "setup"
    OFFERS: ClassVar[tuple[type[Command], ...]] = commands.OFFERS
    BINDINGS = bindings(*commands.OFFERS)

    def __init__(self) -> None:
        super().__init__()
        self.board = PlanBoard()
        self.unfinished: UnfinishedApply | None = None
        self.written = False
        self._keeping: Timer | None = None

    @property
    def engine(self) -> SetupEngine:
        """Interview, plan and apply behind the screen."""
        return self.tarmac.engines.setup

    @property
    def asking(self) -> InterviewView:
        """The interview's view."""
        return self.query_one(InterviewView)

    @property
    def planned(self) -> PlanView:
        """The plan's view."""
        return self.query_one(PlanView)

    @property
    def shown_plan(self) -> PlanView:
        """The plan that is shown: what set-up would do."""
        return self.planned

    @property
    def view(self) -> str:
        """Which view is shown: interview or plan."""
        return self.query_one(ContentSwitcher).current or "interview"

    def body(self) -> Iterable[Widget]:
        """Return the two views, above them what an interrupted apply left."""
        interrupted = Static(id="interrupted", classes="pane thin says")
        interrupted.border_title = Content(_("Interrupted"))
        interrupted.display = False
        return (
            interrupted,
            ContentSwitcher(
                InterviewView(), PlanView(self.board), initial="interview", id="setupspace"
            ),
        )

    def opened(self) -> None:
        """Read the questions; pick up an apply that runs already."""
        self.set_interval(0.5, self._tick)
        for name in ("setup.apply", "setup.resume"):
            job = self.tarmac.jobs.get(name)
            if job is not None and job.running:
                for event in job.events:
                    self.board.take(event)
                self.show_view("plan")
        self.call_after_refresh(self.read)

    def in_footer(self) -> tuple[type[Command], ...]:
        """Return the commands of the view that is shown."""
        if self.view == "interview":
            return commands.ASKING
        if self.running:
            return commands.APPLYING
        return (commands.Resume, *commands.PLANNING) if self.unfinished else commands.PLANNING

    @property
    def shown_job(self) -> Job[object] | None:
        """The apply that runs, else the newest one if its states are still shown."""
        newest = self.tarmac.jobs.get("setup.apply")
        return self.running or (newest if self.board.applying else None)

    def show_view(self, name: str) -> None:
        """Show the interview or the plan and give it the keyboard."""
        self.query_one(ContentSwitcher).current = name
        self.paint_interrupted()
        if name == "plan":
            self.planned.paint(self.shown_job)
            self.planned.changes.focus()
        else:
            controls = list(self.asking.query(CONTROLS))
            (controls[0] if controls else self.asking.query_one("#page")).focus()
        self.refresh_footer()

    def paint_interrupted(self) -> None:
        """Show what an apply left open until it is resolved; not while it is being resolved."""
        found = self.unfinished
        pane = self.query_one("#interrupted", Static)
        pane.display = found is not None and self.running is None
        if found is not None:
            resumes = "esc u" if self.view == "interview" else "u"
            pane.update(interrupted_line(found, resumes))

    def on_screen_resume(self) -> None:
        """Look again for an unfinished apply: one may have run, or ended, elsewhere."""
        if self.asking.interview is not None and self.running is None:
            self.look_for_unfinished()

    @on(FailureAsked)
    def _failure_asked(self, event: FailureAsked) -> None:
        self.tarmac.show_failure(event.failure)

    def _tick(self) -> None:
        if self.running is not None and self.is_current and self.view == "plan":
            self.planned.tick(self.running)

    def news(self, progress: Progress) -> None:
        """Take events of an apply; repaint once for all of them."""
        changed = [self.board.take(event) for event in progress.events]
        if any(changed) or progress.job.mutates:
            self.planned.paint(self.shown_job)
            self.paint_interrupted()

    def keep_soon(self) -> None:
        """Keep the answers once the person has paused typing."""
        if self._keeping is not None:
            self._keeping.stop()
        self._keeping = self.set_timer(0.7, self.keep_answers)

    def action_leave(self) -> None:
        """Leave a field, so that single letters are keys again; leave the detail of a change."""
        if self.view == "plan":
            self.planned.changes.focus()
        else:
            self.asking.query_one("#page").focus()

    def why_not(self, command: type[Command]) -> str:
        """Say why a command cannot run now."""
        if command in (commands.Apply, commands.Resume, commands.WriteAnswers):
            busy = self.busy_reason()
            if busy:
                return busy
        if command is commands.Stop:
            return "" if self.running else _("nothing is running")
        if command is commands.Resume:
            return "" if self.unfinished else _("no unfinished apply was found")
        if command in (commands.ShowPlan, commands.PlanNow) and not self.written:
            return self._why_not_write()
        if command is commands.Apply:
            return self._why_not_apply()
        if command in commands.PAGING and self.view != "interview":
            return _("i goes to the questions")
        if command is commands.WriteAnswers:
            return self._why_not_write()
        return ""

    def _why_not_apply(self) -> str:
        plan = self.board.plan
        if plan is None:
            return _("there is no plan yet: p makes one")
        red = [check.title for check in plan.preflight if check.level == "red"]
        red += [change.title for change in plan.changes if change.action is Action.BLOCKED]
        if red:
            return _("this must be fixed first: {what}").format(what=", ".join(red))
        return "" if plan.todo else _("nothing would change")

    def _why_not_write(self) -> str:
        interview: Interview | None = self.asking.interview
        if interview is None:
            return _("the questions are still being read")
        pending = self.asking.lacking()
        asks: Sequence[str] = [question.ask for question in pending[:2]]
        return _("still missing: {questions}").format(questions=", ".join(asks)) if pending else ""
