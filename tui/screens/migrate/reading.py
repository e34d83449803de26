"""What the console reads: interrupted sessions, revisions, backups, the SQL with its facts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from generators.language import _
from wizards.failures import Failure
from wizards.migrate.model import Backup, History, Interrupted, RevisionPreview

if TYPE_CHECKING:
    from tui.screens.migrate.screen import MigrateScreen
    from wizards.migrate.cloudsql.side import CloudSide
    from wizards.migrate.situation import Situation


class Reading:
    """The third of the migrate screen that reads; nothing here changes the target."""

    @property
    def _screen(self) -> MigrateScreen:
        return cast("MigrateScreen", self)

    def do_reload(self) -> None:
        """Read interrupted sessions, revisions, backups; then the SQL, with today's facts."""
        screen = self._screen
        engine = screen.engine
        self._look_for_interrupted()
        screen.tarmac.start(
            "migrate.history",
            _("reading the revisions"),
            lambda emit, _cancel: engine.history(emit),
            then=self._history,
            otherwise=screen.history_failed,
        )
        self.read_backups()
        self.read_situation()
        self._read_cloud()

    def read_situation(self) -> None:
        """Look who would make a migration wait; the question that is open shows it, too."""
        engine = self._screen.engine
        self._screen.tarmac.start(
            "migrate.situation",
            _("looking who is in the way"),
            lambda emit, cancel: engine.situation(emit, cancel),
            then=lambda found: self._seen(found, None),
            otherwise=lambda failure: self._seen(None, failure),
        )

    def _seen(self, found: Situation | None, failure: Failure | None) -> None:
        from tui.screens.migrate.questions import ApplyQuestion

        screen = self._screen
        screen.board.situation, screen.board.unseen = found, failure
        screen.paint_session()
        for card in screen.app.screen_stack:
            if isinstance(card, ApplyQuestion):
                card.renew()

    def _look_for_interrupted(self) -> None:
        screen = self._screen
        engine, known = screen.engine, screen.board.interrupted

        def look() -> Interrupted | None:
            found = engine.interrupted()
            unresolved = found is None and known is not None and not engine.ended(known.session)
            return known if unresolved else found

        screen.tarmac.start(
            "migrate.interrupted",
            _("looking for interrupted sessions"),
            lambda _emit, _cancel: look(),
            then=self._interrupted,
            otherwise=self._not_looked,
        )

    def _interrupted(self, found: Interrupted | None) -> None:
        self._screen.board.interrupted = found
        self._screen.board.unlooked = None
        self._screen.paint()

    def _not_looked(self, failure: Failure) -> None:
        """What is known of an interrupted session stays; that it was not looked at is said."""
        self._screen.board.unlooked = failure
        self._screen.paint()

    def read_backups(self) -> None:
        """Read the backups of the target again."""
        engine = self._screen.engine
        self._screen.tarmac.start(
            "migrate.backups",
            _("reading the backups"),
            lambda _emit, _cancel: engine.backups(),
            then=self._backups,
            otherwise=lambda _failure: None,
        )

    def _read_cloud(self) -> None:
        """Read what Cloud SQL keeps; where it cannot be reached the list of backups says why."""
        engine = self._screen.engine
        self._screen.tarmac.start(
            "migrate.cloud",
            _("reading the Cloud SQL backups"),
            lambda emit, _cancel: engine.cloud_side(emit),
            then=self._cloud,
            otherwise=lambda _failure: None,
        )

    def _cloud(self, found: CloudSide | None) -> None:
        if found != self._screen.board.cloud:
            self._screen.board.cloud = found
            self._screen.paint_session()

    def _history(self, history: History) -> None:
        screen = self._screen
        screen.board.history = history
        screen.board.failure = None
        screen.board.previewed = all(one.id in screen.board.previews for one in history.pending)
        screen.paint()
        if history.pending:
            self.judge()

    def judge(self) -> None:
        """Read the SQL and judge it with the facts of this moment."""
        engine = self._screen.engine
        self._screen.tarmac.start(
            "migrate.preview",
            _("reading the SQL"),
            lambda emit, _cancel: engine.preview(emit),
            then=self._previewed,
            otherwise=self._not_previewed,
        )

    def _previewed(self, previews: tuple[RevisionPreview, ...]) -> None:
        board = self._screen.board
        applied = {one.id for one in board.revisions if one.applied}
        kept = {name: one for name, one in board.previews.items() if name in applied}
        board.previews = kept | {preview.id: preview for preview in previews}
        board.previewed = True
        board.unread = None
        board.judged_at = datetime.now(UTC)
        asked, board.asking = board.asking, ""
        self._screen.paint()
        if asked:
            self._screen.call_after_refresh(self._screen.ask_now, asked)

    def _not_previewed(self, failure: Failure) -> None:
        """Say in place why the SQL cannot be judged; as a card when somebody waits for it."""
        screen = self._screen
        asked, screen.board.asking = screen.board.asking, ""
        screen.board.unread = failure
        screen.paint()
        if asked:
            screen.tarmac.show_failure(failure)

    def _backups(self, backups: list[Backup]) -> None:
        self._screen.board.backups = backups
        self._screen.paint()
