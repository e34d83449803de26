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
from tui.screens.setup.asking_work import AskingWork
from tui.screens.setup.drift_view import DriftView
from tui.screens.setup.drift_work import DriftWork
from tui.screens.setup.field import CONTROLS
from tui.screens.setup.interrupted import interrupted_line
from tui.screens.setup.interview_view import InterviewView
from tui.screens.setup.plan_view import FailureAsked, PlanView, RowAsked
from tui.screens.setup.plan_work import PlanWork
from tui.screens.setup.progress import PlanBoard
from tui.screens.setup.undo_view import UndoView
from tui.screens.setup.undo_work import UndoWork
from wizards.interview import Interview
from wizards.plan import Action, Check

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.engines.setup import SetupEngine
    from wizards.setup.unfinished import UnfinishedApply


class SetupScreen(AskingWork, PlanWork, UndoWork, DriftWork, Area):
    """Four views: the interview, the plan, the undo, drift; each has its part that starts work."""

    area = "setup"
    OFFERS: ClassVar[tuple[type[Command], ...]] = commands.OFFERS
    BINDINGS = bindings(*commands.OFFERS)

    def __init__(self) -> None:
        super().__init__()
        self.board = PlanBoard()
        self.undoing = PlanBoard()
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
        return self.query_one("#plan", PlanView)

    @property
    def undo_view(self) -> UndoView:
        """The undo's view."""
        return self.query_one(UndoView)

    @property
    def drift_view(self) -> DriftView:
        """The view of what differs."""
        return self.query_one(DriftView)

    @property
    def shown_plan(self) -> PlanView:
        """The plan that is shown: what set-up would do, or what an undo would."""
        return self.undo_view if self.view == "undo" else self.planned

    @property
    def view(self) -> str:
        """Which view is shown: interview, plan, undo or drift."""
        return self.query_one(ContentSwitcher).current or "interview"

    def body(self) -> Iterable[Widget]:
        """Return the views, above them what an interrupted apply left."""
        interrupted = Static(id="interrupted", classes="pane thin says")
        interrupted.border_title = Content(_("Interrupted"))
        interrupted.display = False
        return (
            interrupted,
            ContentSwitcher(
                InterviewView(),
                PlanView(self.board),
                UndoView(self.undoing, "undo"),
                DriftView(),
                initial="interview",
                id="setupspace",
            ),
        )

    def opened(self) -> None:
        """Read the questions; pick up an apply that runs already."""
        self.set_interval(0.5, self._tick)
        for view in (self.planned, self.undo_view):
            job = self.job_of(view)
            if job is not None and job.running:
                for event in job.events:
                    view.board.take(event)
                self.show_view(str(view.id))
        self.call_after_refresh(self.read)

    def in_footer(self) -> tuple[type[Command], ...]:
        """Return the commands of the view that is shown."""
        if self.view == "interview":
            return commands.ASKING
        if self.running:
            return commands.APPLYING
        if self.view == "undo":
            return commands.UNDOING
        if self.view == "drift":
            return commands.DRIFTING
        return (commands.Resume, *commands.PLANNING) if self.unfinished else commands.PLANNING

    def job_of(self, view: PlanView) -> Job[object] | None:
        """Return the newest work that a view shows: what runs, or what ended and is still shown."""
        jobs = [job for name in view.jobs if (job := self.tarmac.jobs.get(name)) is not None]
        newest = max(jobs, key=lambda job: job.started, default=None)
        return newest if newest is not None and (newest.running or view.board.applying) else None

    def show_view(self, name: str) -> None:
        """Show a view and give it the keyboard."""
        self.query_one(ContentSwitcher).current = name
        self.paint_interrupted()
        if name in ("plan", "undo"):
            self.shown_plan.paint(self.job_of(self.shown_plan))
            self.shown_plan.changes.focus()
        elif name == "drift":
            self.drift_view.changes.focus()
        else:
            controls = list(self.asking.query(CONTROLS))
            (controls[0] if controls else self.asking.query_one("#page")).focus()
        self.refresh_footer()

    def paint_interrupted(self) -> None:
        """Show what an apply left open until it is resolved.

        Not while it is being resolved, and not over a plan whose end says the same.
        """
        found = self.unfinished
        pane = self.query_one("#interrupted", Static)
        said = self.view in ("plan", "undo") and self.shown_plan.board.applying
        pane.display = found is not None and self.running is None and not said
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

    @on(RowAsked)
    def _row_asked(self, event: RowAsked) -> None:
        if isinstance(event.asked, Check):
            self.answer_again(event.asked.keys)
        elif self.view == "undo":
            self.do_undo()
        else:
            self.ask_name(event.asked)

    def _tick(self) -> None:
        if self.running is not None and self.is_current and self.view in ("plan", "undo"):
            self.shown_plan.tick(self.job_of(self.shown_plan))

    def news(self, progress: Progress) -> None:
        """Take events of an apply or undo; repaint once for all of them."""
        for view in (self.planned, self.undo_view):
            if progress.job.name in view.jobs:
                for event in progress.events:
                    view.board.take(event)
                view.paint(self.job_of(view))
                view.show_detail(view.changes.row)
                self.paint_interrupted()

    def keep_soon(self) -> None:
        """Keep the answers once the person has paused typing."""
        if self._keeping is not None:
            self._keeping.stop()
        self._keeping = self.set_timer(0.7, self.keep_answers)

    def action_leave(self) -> None:
        """Leave a field, so that single letters are keys again; leave the detail of a change."""
        if self.view in ("plan", "undo"):
            self.shown_plan.changes.focus()
        elif self.view == "drift":
            self.drift_view.changes.focus()
        else:
            self.asking.query_one("#page").focus()

    def why_not(self, command: type[Command]) -> str:
        """Say why a command cannot run now."""
        if command in commands.MUTATING or (command is commands.Undo and self.view == "undo"):
            busy = self.busy_reason()
            if busy:
                return busy
        if command in commands.ANSWERS:
            return self._why_no_answer(command)
        if command is commands.Stop:
            return "" if self.running else _("nothing is running")
        if command is commands.Resume:
            return "" if self.unfinished else _("no unfinished apply was found")
        if command in (commands.ShowPlan, commands.PlanNow) and not self.written:
            return self._why_not_write()
        if command in (commands.ShowDrift, commands.Export) and not self.written:
            return _("tarmac.toml names no project yet")
        if command is commands.Apply:
            return self._why_not_apply()
        if command in commands.PAGING and self.view != "interview":
            return _("i goes to the questions")
        if command is commands.WriteAnswers:
            return self._why_not_write()
        return ""

    def _why_no_answer(self, command: type[Command]) -> str:
        """Say why a difference cannot be adopted, reverted or ignored."""
        item = self.drift_view.chosen[0] if self.view == "drift" else None
        if item is None:
            return _("d compares first; then choose a difference")
        if command is commands.AdoptDrift and not item.adoptable:
            return _("no key of tarmac.toml can take it over")
        if command is commands.RevertDrift and not item.revertible:
            return _("it cannot be reverted from here")
        return ""

    def _why_not_apply(self) -> str:
        plan = self.board.plan if self.view in ("plan", "interview") else None
        if plan is None:
            return _("there is no plan yet: p makes one")
        if self.board.applying:
            return _("this plan was carried out: p plans again")
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
