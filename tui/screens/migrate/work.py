"""What the console's keys start: jobs of the app that outlive the screen's turns."""

from __future__ import annotations

from generators.language import _
from tui.jobs import Job
from tui.screens.migrate.commands import Apply
from tui.screens.migrate.pause import Answer, Pace, Pause, each
from tui.screens.migrate.reading import Reading
from tui.widgets.rows import Rows
from wizards.cancel import Cancel
from wizards.events import Emit
from wizards.failures import Failure
from wizards.migrate.cards import apply_failed, not_taken_back, rehearsal_failed
from wizards.migrate.model import (
    Applied,
    Backup,
    Decision,
    Interrupted,
    Outcome,
    Rehearsal,
    RollbackPlan,
    Statement,
)
from wizards.plan import Check

RECOVER = "tarmac migrate rollback --recover"


class Work(Reading):
    """The part of the migrate screen that starts work and takes its results."""

    pause: Pause | None = None

    def end_watch(self) -> None:
        """End a watch that runs: something begins that it must not meet."""
        if self._screen.board.window is not None:
            self._screen.board.window.ask()

    def answer_pause(self, answer: Answer) -> None:
        """Answer the question between two revisions."""
        if self.pause is not None:
            self._screen.board.paused = ""
            self.pause.answer(answer)
            self._screen.paint()

    def do_watch(self) -> None:
        """Start a watch, or end the one that runs."""
        raise NotImplementedError

    @property
    def running(self) -> Job[object] | None:
        """The mutation of this area that runs now."""
        job = self._screen.tarmac.mutation
        return job if job is not None and job.area == "migrate" else None

    def statement(self, row_id: str) -> Statement | None:
        """Return the statement of a row of the statements' list."""
        revision, _dot, index = row_id.rpartition(".")
        statements = self._screen.board.statements(revision)
        number = int(index) if index.isdigit() else -1
        return statements[number] if 0 <= number < len(statements) else None

    # Rehearsing, backing up ----------------------------------------------------------------------

    def here(self) -> str:
        """Return the pending revision under the cursor, "" when there is none."""
        row = self._screen.query_one("#revisions", Rows).row
        pending = {revision.id for revision in self._screen.board.pending}
        return row.id if row and row.id in pending else ""

    def do_rehearse(self) -> None:
        """Run every pending revision on scratch."""
        self._rehearse("heads")

    def do_rehearse_to_here(self) -> None:
        """Run the pending revisions up to the cursor on scratch."""
        self._rehearse(self.here())

    def _rehearse(self, to: str) -> None:
        screen = self._screen
        backup, engine = screen.board.backup, screen.engine
        screen.board.begin("rehearse")
        screen.tarmac.start(
            "migrate.rehearse",
            _("rehearsal"),
            lambda emit, cancel: engine.rehearse(emit, cancel, backup, to),
            then=self._rehearsed,
            mutates=True,
        )

    def _rehearsed(self, done: Rehearsal) -> None:
        board = self._screen.board
        board.begin("rehearse")
        board.rehearsal = done
        for one in done.revisions:
            board.previews.setdefault(one.id, one)
        self._screen.paint()
        self.read_backups()
        if not done.ok:
            self._screen.query_one("#revisions", Rows).move_to(done.failed_revision or "")
            self._screen.tarmac.show_failure(rehearsal_failed(done))

    def do_back_up(self) -> None:
        """Dump the target and prove the dump."""
        screen = self._screen
        engine = screen.engine
        screen.board.begin("backup")
        screen.tarmac.start(
            "migrate.backup",
            _("backup"),
            lambda emit, cancel: engine.backup(emit, cancel),
            then=self._backed_up,
            mutates=True,
        )

    def _backed_up(self, backup: Backup) -> None:
        board = self._screen.board
        board.begin("backup")
        board.backups = [backup, *(one for one in board.backups if one.path != backup.path)]
        self._screen.paint()

    # Applying, taking back -----------------------------------------------------------------------

    def do_apply(self) -> None:
        """Ask once, with everything known, then apply everything."""
        self._ask_apply("heads")

    def do_apply_to_here(self) -> None:
        """Ask once, then apply up to the cursor."""
        self._ask_apply(self.here())

    def _ask_apply(self, to: str) -> None:
        """Judge with the facts of this moment; the question comes when they are known."""
        screen = self._screen
        screen.board.asking = to
        reading = screen.tarmac.jobs.get("migrate.preview")
        if reading is None or not reading.running:
            self.judge()
        self.read_situation()
        screen.paint()

    def ask_now(self, to: str) -> None:
        """Ask, with everything known, unless the person went elsewhere meanwhile."""
        from tui.screens.migrate.questions import ask_apply

        screen = self._screen
        app = screen.tarmac
        if app.screen is not screen:
            app.say(_("the SQL is judged: a asks whether to apply it"))
            return
        reason = screen.why_not(Apply)
        if reason:
            app.say(f"{Apply.words()}: {reason}", severity="warning")
            return
        question = ask_apply(screen.board, to, app.target, app.protected)
        screen.app.push_screen(
            question,
            lambda reason: None if reason is None else self._apply(to, reason, question.pace),
        )

    def _apply(self, to: str, reason: str, pace: Pace) -> None:
        screen = self._screen
        backup, engine = screen.board.backup, screen.engine
        accept = screen.board.acknowledged(to, reason)
        planned = tuple(one.id for one in screen.board.pending_to(to))
        self.end_watch()
        screen.board.begin("up")
        screen.board.planned, screen.board.accepted = planned, len(accept)
        screen.board.tried = screen.board.rehearsal

        def run(emit: Emit, cancel: Cancel) -> Applied:
            self.pause = Pause(emit, cancel)
            between = {Pace.PROJECT: None, Pace.EACH: each, Pace.PAUSED: self.pause}[pace]
            return engine.up(emit, cancel, backup, to, accept, between)

        screen.tarmac.start(
            "migrate.up",
            _("apply"),
            run,
            then=self._ended,
            otherwise=self._not_done,
            mutates=True,
        )

    def do_roll_back(self) -> None:
        """Work out what taking back would do, then ask once; at a pause, take back at once."""
        screen = self._screen
        if screen.board.paused:
            self.answer_pause(Answer.BACK)
            return
        engine = screen.engine

        def planned() -> tuple[RollbackPlan, Interrupted | None]:
            plan = engine.rollback_plan()
            return plan, engine.interrupted() if plan.decision is Decision.REFUSE else None

        screen.tarmac.start(
            "migrate.rollback_plan",
            _("working out the way back"),
            lambda _emit, _cancel: planned(),
            then=self._planned_back,
            otherwise=self._not_done,
        )

    def _planned_back(self, found: tuple[RollbackPlan, Interrupted | None]) -> None:
        plan, interrupted = found
        self._screen.board.interrupted = interrupted or self._screen.board.interrupted
        self._screen.paint()
        self._ask_rollback(plan)

    def _ask_rollback(self, plan: RollbackPlan) -> None:
        screen = self._screen
        app = screen.tarmac
        if plan.decision is Decision.NOTHING:
            app.say(plan.why or _("there is nothing to take back"))
        elif plan.decision is Decision.REFUSE:
            card = not_taken_back(plan)
            if screen.board.interrupted is not None:
                card = Failure(card.code, card.message, why=card.why, next=(RECOVER,))
            app.show_failure(card)
        else:
            from tui.screens.migrate.questions import ask_rollback

            screen.app.push_screen(
                ask_rollback(plan, app.target, app.protected),
                lambda yes: None if yes is None else self._roll_back(plan),
            )

    def _roll_back(self, plan: RollbackPlan) -> None:
        screen = self._screen
        engine = screen.engine
        confirmed = screen.tarmac.target
        self.end_watch()
        screen.board.begin("rollback")
        screen.tarmac.start(
            "migrate.rollback",
            _("roll back"),
            lambda emit, cancel: engine.rollback(plan, emit, cancel, confirmed=confirmed),
            then=self._ended,
            otherwise=self._not_done,
            mutates=True,
        )

    def _ended(self, applied: Applied) -> None:
        screen = self._screen
        screen.board.applied, screen.board.paused = applied, ""
        screen.board.settle(up=screen.board.kind == "up", outcome=applied.outcome)
        screen.board.rehearsal = None
        bad = applied.outcome in (Outcome.UNCHANGED, Outcome.RECOVERED, Outcome.STOPPED)
        card = apply_failed(applied) if bad and applied.error else None
        if card is not None:
            screen.tarmac.show_failure(card)
        self.do_reload()
        screen.tarmac.look_at_project()
        if screen.board.kind == "up" and applied.outcome is Outcome.APPLIED and applied.applied:
            self.do_watch()

    def _not_done(self, failure: Failure) -> None:
        """Show why something was refused or broke off, and look at what is true now."""
        board = self._screen.board
        board.paused = ""
        if board.applied is None:
            board.planned, board.accepted = (), 0
        self._screen.tarmac.show_failure(failure)
        self.do_reload()

    def do_recover(self) -> None:
        """Bring the interrupted session to an end; ask first when that changes the database."""
        found = self._screen.board.interrupted
        if found is None:
            return
        if found.way is Decision.NOTHING:
            self._recover(found, keep=False)
        else:
            self._ask_ending(found, keep=False)

    def do_keep_as_it_is(self) -> None:
        """End the interrupted session where it stands."""
        found = self._screen.board.interrupted
        if found is not None:
            self._ask_ending(found, keep=True)

    def _ask_ending(self, found: Interrupted, *, keep: bool) -> None:
        from tui.screens.migrate.questions import ask_ending

        screen = self._screen
        app = screen.tarmac
        screen.app.push_screen(
            ask_ending(found, keep, app.target, app.protected),
            lambda yes: None if yes is None else self._recover(found, keep=keep),
        )

    def _recover(self, found: Interrupted, *, keep: bool) -> None:
        screen = self._screen
        engine = screen.engine
        screen.board.begin("recover")
        screen.tarmac.start(
            "migrate.recover",
            _("recovery"),
            lambda emit, cancel: engine.recover(found, emit, cancel, keep=keep),
            then=self._ended,
            otherwise=self._not_done,
            mutates=True,
        )

    def do_verify(self) -> None:
        """Check the target now."""
        engine = self._screen.engine
        self._screen.tarmac.start(
            "migrate.verify",
            _("checking"),
            lambda _emit, _cancel: engine.verify(),
            then=self._verified,
        )

    def _verified(self, checks: list[Check]) -> None:
        board = self._screen.board
        board.applied = None
        board.checks = checks
        self._screen.paint()

    def do_stop(self) -> None:
        """Ask what runs to stop."""
        job = self.running
        if job is not None:
            job.cancel.ask()
            self._screen.tarmac.say(_("stopping at the next safe place…"))

    def do_target(self) -> None:
        """Choose another environment and forget what was known of the old one."""
        from tui.screens.choose import choose_target

        def chosen() -> None:
            from tui.screens.migrate.board import Board

            self.end_watch()
            self._screen.board = Board()
            self._screen.paint()
            self.do_reload()

        choose_target(self._screen.tarmac, chosen)
