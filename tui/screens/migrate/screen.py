"""The migration console: revisions, the SQL of one with its findings, the session."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from generators.language import _, ngettext
from tui.jobs import Progress
from tui.palette import Command, bindings
from tui.screens.area import Area
from tui.screens.migrate import commands
from tui.screens.migrate.afterwards import Afterwards
from tui.screens.migrate.board import Board
from tui.screens.migrate.drawing import revision_rows, statement_rows
from tui.screens.migrate.session import facts_age_words, session_lines
from tui.widgets.failure_lines import failure_rows, words_row
from tui.widgets.rows import Rows
from tui.widgets.words import joined
from wizards.failures import Failure
from wizards.migrate.model import Severity

if TYPE_CHECKING:
    from tui.engines.migrate import MigrateEngine

TO_HERE = (commands.ApplyToHere, commands.RehearseToHere)
FORWARD = (commands.Apply, commands.Rehearse, commands.RehearseOnClone, *TO_HERE)
AGAIN = 5.0  # seconds between looks at a database that does not answer
OLD = timedelta(minutes=1)
AROUND = 4  # cells of border and padding beside the session's lines
ENDING = (commands.Recover, commands.KeepAsItIs)
HEAVY = (*FORWARD, commands.BackUp, commands.RollBack, *ENDING, commands.Resolve)
WATCHING = (
    commands.RollBack,
    commands.Longer,
    commands.Shorter,
    commands.Watch,
    commands.FilterRevisions,
)


class MigrateScreen(Afterwards, Area):
    """Draws the board; what the keys start is in :class:`Work` and :class:`Afterwards`."""

    area = "migrate"
    OFFERS: ClassVar[tuple[type[Command], ...]] = commands.OFFERS
    BINDINGS = bindings(*commands.OFFERS)

    def __init__(self) -> None:
        super().__init__()
        self.board = Board()
        self._shown = ""
        self._away_since = 0.0

    @property
    def engine(self) -> MigrateEngine:
        """The console behind the screen."""
        return self.tarmac.engines.migrate

    def body(self) -> Iterable[Widget]:
        """Return revisions and statements side by side, the session below."""
        revisions = Rows(id="revisions", empty=_("reading the revisions…"))
        revisions.add_class("pane")
        statements = Rows(id="statements", empty=" ")
        statements.add_class("pane")
        session = Static(id="session", classes="pane thin says")
        session.border_title = Content(_("Session"))
        return (Horizontal(revisions, statements, id="console"), session)

    def opened(self) -> None:
        """Paint what is known, then read; a job that runs already is picked up."""
        self.query_one("#revisions", Rows).focus()
        self.paint()
        self.set_interval(0.5, self._tick)
        for job in self.tarmac.jobs.values():
            if job.area == self.area and job.mutates:
                for event in job.events:
                    self.board.take(event)
        self.call_after_refresh(self.do_reload)

    def on_resize(self) -> None:
        """Break the session's lines for the new width."""
        self.call_after_refresh(self.paint_session)

    def _tick(self) -> None:
        """Paint what moves with time; look again by itself at a database that was away."""
        if not self.is_current:
            return
        if self.running is not None or self.board.window is not None:
            self.paint_session()
        self._paint_age()
        if self._away and self.tarmac.mutation is None and monotonic() - self._away_since > AGAIN:
            self._away_since = monotonic()
            self.do_reload()

    @property
    def _away(self) -> bool:
        failure = self.board.failure
        return failure is not None and failure.code.startswith("database-")

    def _paint_age(self) -> None:
        age = self.board.facts_age
        words = facts_age_words(age) if age >= OLD and self.board.pending else ""
        statements = self.query_one("#statements", Rows)
        if str(statements.border_subtitle or "") != words:
            statements.border_subtitle = Content(words)

    def action_leave(self) -> None:
        """Go back to the revisions; nobody waits for a question any more."""
        if self.board.asking:
            self.board.asking = ""
            self.paint_session()
        super().action_leave()

    def news(self, progress: Progress) -> None:
        """Take events of an apply, a rehearsal, a backup; repaint once for all of them."""
        for event in progress.events:
            self.board.take(event)
            if progress.job.name == "migrate.up" and event.event == "migrate.phase":
                self._ticked(event.fields.get("phase"), event.fields.get("state"))
        if progress.events:
            self.paint()
        self.paint_session()

    def _ticked(self, phase: object, state: object) -> None:
        """Tick the backup that an apply took and proved for itself."""
        if state == "done" and phase in ("backup", "verify"):
            self.read_backups()

    def in_footer(self) -> tuple[type[Command], ...]:
        """Return the commands for the footer: stopping comes first while something runs."""
        if self.running is not None and self.board.paused:
            return (commands.GoOn, commands.StopHere, commands.RollBack)
        if self.running is not None:
            return (commands.Stop, commands.InTheWay, commands.CopySql, commands.FilterRevisions)
        if self.board.unsettled:
            return (commands.Resolve, *super().in_footer())
        if self.board.window is not None:
            return WATCHING
        if self.board.interrupted is not None:
            return (commands.Recover, commands.KeepAsItIs, *super().in_footer())
        return super().in_footer()

    def why_not(self, command: type[Command]) -> str:
        """Say why a command cannot run now."""
        if command in (commands.GoOn, commands.StopHere):
            return "" if self.board.paused else _("no apply waits between two revisions")
        if command is commands.RollBack and self.board.paused:
            return ""
        if command in HEAVY and self.busy_reason():
            return self.busy_reason()
        if command in HEAVY and not self.tarmac.target:
            return _("the target is still being read")
        board = self.board
        if command in (commands.Longer, commands.Shorter):
            return "" if board.window else _("nothing is being watched: w starts it")
        if command is commands.Resolve:
            return "" if board.unsettled else _("no failed migration waits to be settled")
        if command is commands.Watch and board.window is None:
            return self.busy_reason() or (board.failure.message if board.failure else "")
        if command is commands.Stop:
            return "" if self.running else _("nothing is running")
        if command in ENDING:
            return "" if board.interrupted else _("no interrupted session was found")
        if command is commands.RehearseOnClone and board.cloud is None:
            return _("the target is not known to be on Cloud SQL")
        if command in FORWARD:
            if board.failure is not None:
                return board.failure.message
            if board.history is None:
                return _("the revisions are still being read")
            if not board.pending:
                return _("no revision is pending")
            if command in TO_HERE and not self.here():
                return _("the revision under the cursor is applied already")
        if command in (commands.Apply, commands.ApplyToHere) and board.interrupted is not None:
            return _("an interrupted session must be recovered first: u")
        if command is commands.BackUp and board.failure is not None:
            return board.failure.message
        return ""

    # Painting -----------------------------------------------------------------------------------

    def paint(self) -> None:
        """Draw everything from the board."""
        board = self.board
        revisions = self.query_one("#revisions", Rows)
        count = len(board.pending)
        title = _("Revisions")
        if board.history is not None:
            title += " · " + ngettext("{count} pending", "{count} pending", count).format(
                count=count
            )
        revisions.border_title = Content(title)
        if board.failure is not None:
            revisions.empty = " "  # the pane beside it says why
        first = not revisions.rows and bool(board.revisions)
        revisions.show(revision_rows(board))
        if first and board.pending:
            revisions.move_to(board.pending[0].id)
        self._paint_statements()
        self.paint_session()
        self.refresh_footer()

    def _paint_statements(self) -> None:
        statements = self.query_one("#statements", Rows)
        board = self.board
        row = self.query_one("#revisions", Rows).row
        if board.failure is not None:
            statements.border_title = Content(board.failure.code)
            again = _("^r looks again")
            if self._away:
                again = _("looks again every {seconds} s, ^r looks now").format(seconds=int(AGAIN))
            rows = failure_rows(board.failure, self.area)
            statements.show([*rows, words_row("again", again, "$text-muted")])
            return
        if row is None:
            statements.show([])
            return
        revision = next(one for one in board.revisions if one.id == row.id)
        place = list(board.pending).index(revision) + 1 if revision in board.pending else 0
        where = f"{place}/{len(board.pending)}" if place else _("applied")
        statements.border_title = joined([f"{revision.id[:8]} {revision.message}", where])
        statements.empty = (
            _("already applied")
            if revision.applied
            else _("no statements")
            if board.previewed
            else _("reading the SQL…")
        )
        if revision.applied and not board.live:
            downgrade = {
                "ops": _("its downgrade has steps"),
                "empty": _("its downgrade is empty: only a restore takes it back"),
                "raises": _("its downgrade raises: only a restore takes it back"),
                "missing": _("it has no downgrade: only a restore takes it back"),
            }.get(revision.downgrade, "")
            statements.show([words_row("down", downgrade, "$text-muted")] if downgrade else [])
            return
        rows = statement_rows(board, revision.id)
        if board.unread is not None:
            rows = [*failure_rows(board.unread, self.area), *rows]
        statements.show(rows)

    def paint_session(self) -> None:
        """Draw the session's lines."""
        session = self.query_one("#session", Static)
        width = session.content_size.width or max(self.size.width - AROUND, 20)
        session.update(session_lines(self.board, self.running, width))
        warnings = self.board.history.warnings if self.board.history else ()
        session.border_subtitle = Content(warnings[0]) if warnings else None

    @on(Rows.Moved, "#revisions")
    def _moved(self, event: Rows.Moved) -> None:
        row_id = event.row.id if event.row else ""
        if row_id != self._shown:
            self._shown = row_id
            statements = self.query_one("#statements", Rows)
            statements.narrow("")
            self._paint_statements()
            statements.cursor = 0

    @on(Rows.Chosen, "#revisions")
    def _enter(self) -> None:
        if self.board.paused:
            self.do_go_on()
            return
        self.query_one("#statements", Rows).focus()

    @on(Rows.Chosen, "#statements")
    def _whole(self, event: Rows.Chosen) -> None:
        if self.board.paused:
            self.do_go_on()
            return
        statement = self.statement(event.row.id if event.row else "")
        if statement is not None:
            from tui.screens.migrate.statement_card import StatementCard

            self.app.push_screen(StatementCard(statement))

    # Copying ------------------------------------------------------------------------------------

    def do_copy_fix(self) -> None:
        """Copy the safer SQL, else the SQL."""
        row = self.query_one("#statements", Rows).row
        statement = self.statement(row.id if row else "")
        if statement is None:
            self.tarmac.say(_("nothing to copy here"), severity="warning")
            return
        fixes = [found.fix for found in statement.findings if found.fix]
        self.tarmac.copy(fixes[0] if fixes else statement.sql)

    def do_copy_sql(self) -> None:
        """Copy every statement of the revision."""
        row = self.query_one("#revisions", Rows).row
        statements = self.board.statements(row.id) if row else ()
        if statements:
            self.tarmac.copy("\n".join(f"{one.sql.rstrip(';')};" for one in statements))
        else:
            self.tarmac.say(_("nothing to copy here"), severity="warning")

    def history_failed(self, failure: Failure) -> None:
        """Show in place, not as a card over everything, why the revisions cannot be read."""
        self.board.failure = failure
        self.board.history = None
        self.board.asking = ""
        self._away_since = monotonic()
        self.paint()

    @property
    def worst(self) -> Severity:
        """The worst severity of what is pending."""
        found = self.board.findings()
        return found[0][1].severity if found else Severity.SAFE
