"""What the console knows right now, as data; events and results change it, nothing draws here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

from tui.screens.migrate.window import Window
from wizards.events import Event, Json
from wizards.failures import Failure
from wizards.migrate.model import (
    Applied,
    Backup,
    Finding,
    History,
    Interrupted,
    Outcome,
    Rehearsal,
    Revision,
    RevisionPreview,
    Severity,
    Statement,
)
from wizards.migrate.situation import Situation
from wizards.migrate.watching import Watched
from wizards.plan import Check

if TYPE_CHECKING:
    from wizards.migrate.cloudsql.side import CloudSide

RECENT = timedelta(minutes=15)


@dataclass
class Live:
    """A statement as it runs: start, done or failed; milliseconds once known."""

    state: str
    milliseconds: float | None = None


@dataclass
class Board:
    """Everything the screen shows; ``phase`` is the engine's word for what it does now,
    ``kind`` the job that gave ``applied`` (up, rollback, recover), ``judged_at`` when the facts
    were gathered, ``asking`` how far to apply once they are gathered again ("" = nobody asks).
    ``planned`` are the revisions of this apply, ``accepted`` how many dangers were accepted,
    ``tried`` its rehearsal; ``paused`` is the revision after which the apply waits for a person;
    ``locks_at`` is the monotonic time of ``locks``; ``window`` is that of a watch that runs,
    ``watched`` its end."""

    history: History | None = None
    failure: Failure | None = None
    previews: dict[str, RevisionPreview] = field(default_factory=dict)
    previewed: bool = False
    unread: Failure | None = None
    judged_at: datetime | None = None
    asking: str = ""
    backups: Sequence[Backup] = ()
    cloud: CloudSide | None = None
    rehearsal: Rehearsal | None = None
    interrupted: Interrupted | None = None
    unlooked: Failure | None = None
    applied: Applied | None = None
    checks: Sequence[Check] = ()
    kind: str = ""
    phase: str = ""
    revision: str = ""
    states: dict[str, str] = field(default_factory=dict)
    live: dict[tuple[str, int], Live] = field(default_factory=dict)
    locks: Mapping[str, Json] = field(default_factory=dict)
    locks_at: float = 0.0
    situation: Situation | None = None
    unseen: Failure | None = None
    planned: tuple[str, ...] = ()
    accepted: int = 0
    tried: Rehearsal | None = None
    paused: str = ""
    window: Window | None = None
    watching: Mapping[str, Json] = field(default_factory=dict)
    watched: Watched | None = None
    unwatched: Failure | None = None
    dumped: int = 0
    log: list[str] = field(default_factory=list)

    @property
    def facts_age(self) -> timedelta:
        """How old the facts of the findings are; zero while there are none."""
        return datetime.now(UTC) - self.judged_at if self.judged_at else timedelta()

    @property
    def revisions(self) -> Sequence[Revision]:
        """Every revision, oldest first."""
        return self.history.revisions if self.history else ()

    @property
    def pending(self) -> Sequence[Revision]:
        """The revisions that an apply would apply."""
        return self.history.pending if self.history else ()

    @property
    def backup(self) -> Backup | None:
        """The newest backup, if it was proved by a restore, is recent and of this state."""
        newest = next(iter(self.backups), None)
        if newest is None or not newest.verified or self.history is None:
            return None
        age = datetime.now(UTC) - newest.taken_at
        same = set(newest.current) == set(self.history.current)
        return newest if same and age < RECENT else None

    def acknowledged(self, to: str, reason: str) -> tuple[str, ...]:
        """Return ``RULE@REVISION=REASON`` for every danger a person gave a reason for."""
        if not reason:
            return ()
        dangers = [
            f"{found.rule}@{revision}={reason}"
            for revision, found in self.findings(to)
            if found.severity is Severity.DANGER
        ]
        return tuple(dict.fromkeys(dangers))

    def pending_to(self, to: str) -> Sequence[Revision]:
        """The revisions that an apply up to ``to`` ("heads" or an id) would apply."""
        pending = list(self.pending)
        ids = [revision.id for revision in pending]
        return pending[: ids.index(to) + 1] if to in ids else pending

    def findings(self, to: str = "heads") -> list[tuple[str, Finding]]:
        """Every finding of the pending revisions up to ``to``, worst first, with its revision."""
        pending = {revision.id for revision in self.pending_to(to)}
        found = [
            (preview.id, finding)
            for preview in self.previews.values()
            if preview.id in pending
            for finding in preview.findings
        ]
        return sorted(found, key=lambda pair: pair[1].severity.rank)

    def counts(self, revision: str) -> dict[Severity, int]:
        """How many findings of each severity a revision has, safe left out."""
        preview = self.previews.get(revision)
        found = preview.findings if preview else ()
        return {
            severity: count
            for severity in (Severity.DANGER, Severity.CAUTION, Severity.NOTICE)
            if (count := sum(finding.severity is severity for finding in found))
        }

    def statements(self, revision: str) -> Sequence[Statement]:
        """The statements of a revision, with what a rehearsal measured when there is one.

        What was predicted of a revision is no news once it is applied.
        """
        preview = self.previews.get(revision)
        judged = preview.statements if preview else ()
        if any(one.id == revision and one.applied for one in self.revisions):
            judged = tuple(replace(one, findings=()) for one in judged)
        measured = (
            {one.id: one.statements for one in self.rehearsal.revisions} if (self.rehearsal) else {}
        )
        ran = measured.get(revision, ())
        if not judged:
            return ran
        if len(ran) != len(judged):
            return judged
        return [
            _with_measures(statement, other) for statement, other in zip(judged, ran, strict=True)
        ]

    @property
    def unsettled(self) -> str:
        """The failed migration that somebody must settle first (Prisma), or ""."""
        for found in (self.failure, self.unread):
            if found is not None and found.code == "migration-failed-before" and found.next:
                return found.next[0].removeprefix("tarmac migrate resolve ").split()[0]
        return ""

    @property
    def ran(self) -> int:
        """How many of the planned revisions are committed."""
        if self.applied is not None:
            return len(self.applied.applied)
        done = ("committed", "verified")
        return sum(self.states.get(name) in done for name in self.planned)

    def begin(self, kind: str) -> None:
        """Forget the live traces of an older run; ``kind`` is the job that begins."""
        self.kind = kind
        self.planned, self.accepted, self.paused, self.tried = (), 0, "", None
        self.watching, self.watched, self.unwatched = {}, None, None
        self.states.clear()
        self.live.clear()
        self.locks = {}
        self.dumped = 0
        self.phase = ""
        self.applied = None
        self.checks = ()

    def settle(self, *, up: bool, outcome: Outcome) -> None:
        """Keep of the live traces only what is true at the end: what was taken back is not there.

        The statement that failed stays marked.
        """
        if up and outcome is Outcome.APPLIED:
            return
        failed = up and outcome is not Outcome.CANCELLED
        self.states = {k: v for k, v in self.states.items() if failed and v == "failed"}
        self.live = {k: v for k, v in self.live.items() if failed and v.state == "failed"}

    def take(self, event: Event) -> None:
        """Let an event change the board."""
        fields = event.fields
        match event.event:
            case "migrate.phase":
                self.phase = str(fields.get("phase", "")) if fields.get("state") != "done" else ""
            case "migrate.revision":
                self.revision = str(fields.get("revision", ""))
                self.states[self.revision] = str(fields.get("state", ""))
            case "migrate.statement":
                self._statement(fields)
            case "migrate.locks":
                self.locks, self.locks_at = fields, monotonic()
            case "app.pause":
                self.paused = str(fields.get("revision", ""))
            case "migrate.watch":
                self.watching = fields
            case "migrate.backup":
                count = fields.get("bytes")
                self.dumped = count if isinstance(count, int) else self.dumped
            case "migrate.log":
                self.log.append(str(fields.get("line", "")))

    def _statement(self, fields: Mapping[str, Json]) -> None:
        index, took = fields.get("index"), fields.get("ms")
        if isinstance(index, int) and self._is_shown(fields, index):
            self.revision = str(fields.get("revision", ""))
            self.live[self.revision, index] = Live(
                str(fields.get("state", "")), took if isinstance(took, int | float) else None
            )

    def _is_shown(self, fields: Mapping[str, Json], index: int) -> bool:
        """Say whether the statement is the one on the screen, not one of a downgrade."""
        preview = self.previews.get(str(fields.get("revision", "")))
        if preview is None or not preview.statements:
            return True
        if index >= len(preview.statements):
            return False
        shown = preview.statements[index].sql
        return shown.split() == str(fields.get("sql", "")).split()


def _with_measures(judged: Statement, ran: Statement) -> Statement:
    return Statement(
        sql=judged.sql,
        params=judged.params,
        line=judged.line,
        findings=judged.findings,
        milliseconds=ran.milliseconds,
        locks=ran.locks,
        rewrote=ran.rewrote,
        scanned=ran.scanned,
        rows=ran.rows,
    )
