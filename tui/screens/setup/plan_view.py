"""The plan: every change under its area, the detail of one; while it is applied, each step."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from generators.language import _
from tui.jobs import Job
from tui.plan_text import counted
from tui.screens.setup import summary
from tui.screens.setup.interrupted import interrupted_rows
from tui.screens.setup.plan_detail import change_rows, check_rows
from tui.screens.setup.plan_rows import change_row, plan_rows, verdict_row
from tui.screens.setup.progress import PlanBoard
from tui.widgets.failure_lines import failure_rows
from tui.widgets.rows import Row, Rows
from tui.widgets.words import joined
from wizards.failures import Failure
from wizards.plan import Change, Check
from wizards.setup.areas import AREAS, area_of, area_title


class FailureAsked(Message):
    """A person wants the card of a step that failed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self.failure = failure


class RowAsked(Message):
    """A person wants to act on a row: type a name for a deletion, or go to a verdict's question."""

    def __init__(self, asked: Change | Check) -> None:
        super().__init__()
        self.asked = asked


class PlanView(Vertical):
    """List and detail of a plan; the board is the set-up screen's."""

    jobs: ClassVar[tuple[str, ...]] = ("setup.apply", "setup.revert")

    def __init__(self, board: PlanBoard, id: str = "plan") -> None:  # noqa: A002
        super().__init__(id=id, classes="planview")
        self.board = board
        self.speed = 1.0
        self._standing = False

    @property
    def title(self) -> str:
        """What the list is called."""
        return _("Plan")

    @property
    def nothing_yet(self) -> str:
        """What is said before anything was read."""
        return _("p reads Google Cloud and makes the plan")

    @property
    def nothing_there(self) -> str:
        """What is said when there is nothing to do."""
        return _("nothing to change")

    @property
    def running_title(self) -> str:
        """What the summary is called while it runs."""
        return _("Apply")

    @property
    def verdict_title(self) -> str:
        """What the summary is called before anything runs."""
        return _("Month and checks")

    def after(self, failed: int, cancelled: int) -> tuple[str, str]:
        """Return the key and the words for what comes after it ended."""
        if failed:
            return "u", _("resume once the cause is gone; ↵ on a failed row shows its card")
        if cancelled:
            return "u", _("resume: looks at Google Cloud again first")
        return "p", _("plan again: it should say that nothing changes")

    def compose(self) -> ComposeResult:
        """Lay out the list, the detail and the summary."""
        changes = Rows(empty=self.nothing_yet)
        changes.add_class("pane", "changes")
        changes.border_title = Content(self.title)
        detail = Rows(only_read=True)
        detail.add_class("pane", "change")
        detail.border_title = Content(_("Change"))
        with Container(classes="planspace"):
            yield changes
            yield detail
        yield Static(classes="pane thin says summary")

    @property
    def changes(self) -> Rows:
        """The list."""
        return self.query_one(".changes", Rows)

    @property
    def detail(self) -> Rows:
        """What is shown of the row under the cursor."""
        return self.query_one(".change", Rows)

    def failed(self, failure: Failure) -> None:
        """Show in place why there is no plan."""
        self.changes.empty = failure.message
        self.changes.show([])
        self.detail.show(failure_rows(failure, "setup"))

    def reading(self, words: str) -> None:
        """Say that the world is being read; an older plan stays until the new one is there."""
        self.changes.empty = words
        self.changes.border_subtitle = Content(words if self.board.plan is not None else "")
        if self.board.plan is None:
            self.changes.show([])
        self.query_one(".summary", Static).update(Content.styled(words, "$text-muted"))

    def paint(self, job: Job[object] | None) -> None:
        """Draw everything from the board."""
        board, changes = self.board, self.changes
        changes.border_subtitle = Content("")
        if board.plan is not None:
            changes.border_title = Content(self.heading())
            changes.empty = self.nothing_there
            if board.only_changes:
                changes.border_subtitle = Content(_("only what changes · o shows all"))
        was = changes.row
        fresh = board.plan is not None and (changes.row is None or not self._standing)
        changes.show(self._rows())
        if fresh:
            self._standing = True
            changes.move_to(self._first())
        elif was is not None and (change := board.change(was.id)) is not None:
            area = area_of(change.kind)
            changes.move_to(f"area {area}" if board.is_folded(area) else was.id)
        self.paint_summary(job)

    def heading(self) -> str:
        """Return what stands over the list: how often each action is in it, or how far it is."""
        if self.board.applying:
            done, total = self.board.count("done"), len(self.board.steps)
            words = _("{done} of {total} done").format(done=done, total=total)
            return joined([self.title, words]).plain
        counts = [f"{one.mark} {counted(one, n)}" for one, n in self.board.counts().items()]
        return joined([self.title, *counts]).plain

    def _first(self) -> str:
        """Return the row to begin with: what must be fixed, else the first change there is."""
        plan = self.board.plan
        if plan is None:
            return ""
        red = [f"check {check.id}" for check in plan.preflight if check.level == "red"]
        rows = [row.id for row in self.changes.rows]
        todo = [change.id for change in plan.todo]
        return next((row for row in rows if row in {*red, *todo}), "")

    def _rows(self) -> Iterable[Row]:
        if self.board.plan is None and self.board.unfinished is not None:
            return interrupted_rows(self.board.unfinished)
        return plan_rows(self.board)

    def tick(self, job: Job[object] | None) -> None:
        """Repaint what moves with time: running steps and the summary."""
        changes = self.changes
        for row in changes.rows:
            step = self.board.steps.get(row.id)
            if step is not None and step.state in ("running", "retrying"):
                changes.replace(row)
        self.paint_summary(job)

    def paint_summary(self, job: Job[object] | None) -> None:
        """Show cost and verdicts, the apply's progress, or how it ended."""
        pane, board = self.query_one(".summary", Static), self.board
        ours = job is not None and job.name in self.jobs
        if job is not None and ours and not job.running and board.applying:
            pane.border_title = Content(_("Ended"))
            pane.update(summary.ended(board, job, self.after))
        elif board.applying or ours:
            pane.border_title = Content(self.running_title)
            pane.update(summary.running(board, job, self.speed))
        else:
            pane.border_title = Content(self.verdict_title)
            pane.update(self.verdict())

    def verdict(self) -> Content:
        """Return what stands below a plan that nobody has applied yet."""
        if self.board.plan is None:
            return Content(_("nothing planned yet"))
        return summary.planned(self.board.plan, self.speed)

    def to_copy(self) -> str:
        """Return what ``c`` copies: an address to open now, a command, or what cures a verdict."""
        row = self.changes.row
        if row is None:
            return ""
        change, step = self.board.change(row.id), self.board.steps.get(row.id)
        if change is not None:
            waiting = step.says if step is not None and step.state == "running" else ""
            address = re.search(r"https?://\S+", waiting)
            return address[0] if address else change.command
        check = self.board.check(row.id)
        return check.fix if check is not None else ""

    @on(Rows.Moved, ".changes")
    def _moved(self, event: Rows.Moved) -> None:
        self.show_detail(event.row)

    def show_detail(self, row: Row | None) -> None:
        """Show the row under the cursor in full."""
        board, detail = self.board, self.detail
        if row is None:
            if board.plan is not None:
                detail.show([])
            return
        change, check = board.change(row.id), board.check(row.id)
        if change is not None:
            titles = {one.id: one.title for one in board.plan.changes} if board.plan else {}
            detail.border_title = Content(change.title)
            failure = board.failures.get(change.id)
            detail.show(change_rows(change, titles, board.steps.get(change.id), failure))
        elif check is not None:
            detail.border_title = Content(check.title)
            detail.show(check_rows(check))
        elif board.plan is not None:
            self._show_area(row.id.removeprefix("area "))

    def _show_area(self, area: str) -> None:
        """Show what an area, or the verdicts, come down to."""
        plan, detail = self.board.plan, self.detail
        if plan is None or area not in AREAS:
            detail.border_title = Content(_("Before anything is written"))
            checks = plan.preflight if plan else ()
            detail.show(verdict_row(check) for check in checks)
            return
        detail.border_title = Content(area_title(area))
        changes = [change for change in plan.changes if area_of(change.kind) == area]
        detail.show(change_row(self.board, change) for change in changes)

    @on(Rows.Chosen, ".changes")
    def _enter(self, event: Rows.Chosen) -> None:
        if event.row is None:
            return
        name = event.row.id
        change, check = self.board.change(name), self.board.check(name)
        if name.startswith("area "):
            self.board.fold(name.removeprefix("area "))
            self.changes.show(self._rows())
        elif name in self.board.failures:
            self.post_message(FailureAsked(self.board.failures[name]))
        elif check is not None and check.keys:
            self.post_message(RowAsked(check))
        elif change is not None and change.confirm and not self.board.applying:
            self.post_message(RowAsked(change))
        else:
            self.detail.focus()
