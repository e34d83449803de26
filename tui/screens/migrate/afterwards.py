"""What surrounds an apply: pauses, the watch, who is in the way, past sessions and backups."""

from __future__ import annotations

from pathlib import Path

from generators.language import _
from tui.screens.migrate.pause import Answer
from tui.screens.migrate.window import EVERY, STEP, Window
from tui.screens.migrate.work import Work
from wizards.failures import Failure
from wizards.migrate.model import Backup, SessionRecord
from wizards.migrate.watching import Watched


class Afterwards(Work):
    """The part of the migrate screen beside and after the work itself."""

    # Between two revisions -----------------------------------------------------------------------

    def do_go_on(self) -> None:
        """Let the next revision begin."""
        self.answer_pause(Answer.GO_ON)

    def do_stop_here(self) -> None:
        """End the session; what is committed stays."""
        self.answer_pause(Answer.KEEP)

    # The watch -----------------------------------------------------------------------------------

    def do_watch(self) -> None:
        """Watch for a while, or end the watch that runs."""
        screen = self._screen
        if screen.board.window is not None:
            self.end_watch()
            return
        window, engine = Window(), screen.engine
        board = screen.board
        board.window, board.watching, board.watched, board.unwatched = window, {}, None, None
        screen.tarmac.start(
            "migrate.watch",
            _("watch"),
            lambda emit, _cancel: engine.watch(emit, window, EVERY),
            then=lambda seen: self._watch_ended(window, seen, None),
            otherwise=lambda failure: self._watch_ended(window, None, failure),
        )
        screen.paint()

    def _watch_ended(self, window: Window, seen: Watched | None, failure: Failure | None) -> None:
        board = self._screen.board
        if board.window is window:
            board.window = None
            if board.kind in ("", "up") and self.running is None:
                board.watched, board.unwatched = seen, failure
        self._screen.paint()

    def do_longer(self) -> None:
        """Watch longer."""
        self._change(STEP)

    def do_shorter(self) -> None:
        """Watch less."""
        self._change(-STEP)

    def _change(self, minutes: int) -> None:
        if self._screen.board.window is not None:
            self._screen.board.window.change(minutes)
            self._screen.paint_session()

    # Lists ---------------------------------------------------------------------------------------

    def do_in_the_way(self) -> None:
        """Show who is in the way, with the SQL."""
        from tui.screens.migrate.lists import in_the_way

        self._screen.app.push_screen(in_the_way(self._screen.board))

    def do_past_sessions(self) -> None:
        """Read the past sessions and list them."""
        engine = self._screen.engine
        self._screen.tarmac.start(
            "migrate.sessions",
            _("reading the past sessions"),
            lambda _emit, _cancel: engine.sessions(),
            then=self._list_sessions,
        )

    def _list_sessions(self, found: list[SessionRecord]) -> None:
        from tui.screens.migrate.lists import past_sessions

        reports = {one.id: one.report for one in found}
        self._screen.app.push_screen(
            past_sessions(found), lambda chosen: self._read(reports, chosen or "")
        )

    def _read(self, reports: dict[str, Path | None], chosen: str) -> None:
        screen = self._screen
        path = reports.get(chosen)
        if not chosen:
            return
        if path is None:
            screen.tarmac.say(_("this session left no report"), severity="warning")
            return
        report = path
        screen.tarmac.start(
            "migrate.report",
            _("reading the report"),
            lambda _emit, _cancel: _text_of(report),
            then=lambda text: self._show(report, text),
        )

    def _show(self, path: Path, text: str) -> None:
        from tui.screens.migrate.report_card import ReportCard

        self._screen.app.push_screen(ReportCard(path, text))

    # On Cloud SQL ---------------------------------------------------------------------------------

    def do_rehearse_on_clone(self) -> None:
        """Say what a clone costs, then rehearse on one."""
        from tui.screens.migrate.cloud_rows import ask_clone

        side = self._screen.board.cloud
        if side is not None:
            self._screen.app.push_screen(
                ask_clone(side), lambda yes: None if yes is None else self._rehearse_on_clone()
            )

    def _rehearse_on_clone(self) -> None:
        screen = self._screen
        engine = screen.engine
        screen.board.begin("rehearse")
        screen.tarmac.start(
            "migrate.rehearse",
            _("rehearsal on a clone"),
            lambda emit, cancel: engine.rehearse_on_clone(emit, cancel),
            then=self._rehearsed,
            otherwise=self._not_done,
            mutates=True,
        )

    def do_backups(self) -> None:
        """List the backups; a chosen one is restored after a question."""
        from tui.screens.migrate.lists import backup_list

        board = self._screen.board
        self._screen.app.push_screen(backup_list(board.backups, board.cloud), self._chosen)

    def _chosen(self, row: str | None) -> None:
        from tui.screens.migrate.cloud_rows import by_command, is_cloud

        by_path = {str(one.path): one for one in self._screen.board.backups}
        if row and is_cloud(row):
            self._screen.tarmac.say(by_command(row))
        elif row:
            self._ask_restore(by_path[row])

    def _ask_restore(self, backup: Backup) -> None:
        from tui.screens.migrate.questions import ask_restore

        screen = self._screen
        reason = screen.busy_reason()
        if reason:
            screen.tarmac.say(reason, severity="warning")
            return
        screen.app.push_screen(
            ask_restore(backup, screen.tarmac.target),
            lambda yes: None if yes is None else self._restore(backup),
        )

    def _restore(self, backup: Backup) -> None:
        screen = self._screen
        engine, confirmed = screen.engine, screen.tarmac.target
        self.end_watch()
        screen.board.begin("restore")
        screen.tarmac.start(
            "migrate.restore",
            _("restore"),
            lambda emit, cancel: engine.restore(backup, emit, cancel, confirmed=confirmed),
            then=self._ended,
            otherwise=self._not_done,
            mutates=True,
        )

    # A migration that failed before (Prisma) -----------------------------------------------------

    def do_resolve(self) -> None:
        """Ask what became of the failed migration."""
        from tui.screens.migrate.resolve_card import APPLIED, resolve_card

        name = self._screen.board.unsettled
        self._screen.app.push_screen(
            resolve_card(name),
            lambda chosen: self._ask_resolve(name, chosen == APPLIED) if chosen else None,
        )

    def _ask_resolve(self, name: str, applied: bool) -> None:
        from tui.screens.migrate.questions import ask_resolve

        app = self._screen.tarmac
        if not app.protected:
            self._resolve(name, applied)
            return
        app.push_screen(
            ask_resolve(name, applied, app.target),
            lambda yes: None if yes is None else self._resolve(name, applied),
        )

    def _resolve(self, name: str, applied: bool) -> None:
        engine = self._screen.engine
        self._screen.tarmac.start(
            "migrate.resolve",
            _("settling the failed migration"),
            lambda emit, _cancel: engine.resolve(name, emit, applied=applied),
            then=lambda _nothing: self._resolved(name),
            otherwise=self._not_done,
            mutates=True,
        )

    def _resolved(self, name: str) -> None:
        self._screen.tarmac.say(_("{name} is settled").format(name=name))
        self.do_reload()


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise Failure(
            "report-unreadable",
            _("The report cannot be read: {file}").format(file=path),
            raw=str(error),
        ) from error
