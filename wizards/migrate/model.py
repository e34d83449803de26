"""The nouns of a migration as data: revision, statement, finding, rehearsal, backup, decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from wizards.events import Json
from wizards.plan import Check

if TYPE_CHECKING:
    from wizards.migrate.catalogue import Catalogue


class Severity(StrEnum):
    """How bad a finding is; the order of definition is the order of badness, worst first."""

    DANGER = "danger"
    CAUTION = "caution"
    NOTICE = "notice"
    SAFE = "safe"

    @property
    def mark(self) -> str:
        """The single-cell mark that stands beside the word."""
        return {"danger": "✗", "caution": "▲", "notice": "●", "safe": "✓"}[self.value]

    @property
    def rank(self) -> int:
        """0 for danger … 3 for safe: the smallest rank is the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One judgement on one statement; ``line`` and ``column`` count from 1, in the source file.

    ``blocks`` is "reads and writes", "writes" or "nothing"; ``statement`` is the index from 0 in
    its file or revision; ``facts`` holds live numbers (rows, bytes, nulls, seconds_estimate…).
    """

    rule: str
    severity: Severity
    message: str
    statement: int
    line: int = 1
    column: int = 1
    end_line: int = 1
    lock: str | None = None
    tables: tuple[str, ...] = ()
    rewrites: bool = False
    scans: bool = False
    blocks: str = "nothing"
    fix: str | None = None
    facts: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One node of the history; ``downgrade`` is ops, empty, raises, missing or unknown."""

    id: str
    down: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    message: str = ""
    path: str = ""
    applied: bool = False
    is_head: bool = False
    downgrade: str = "unknown"

    @property
    def branch(self) -> str | None:
        """The first branch label, if any."""
        return self.labels[0] if self.labels else None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the files and the database say of each other; revisions oldest first."""

    provider: str
    target: str
    server_version: str
    current: tuple[str, ...]
    heads: tuple[str, ...]
    revisions: tuple[Revision, ...]
    transaction_mode: str = "whole_run"
    warnings: tuple[str, ...] = ()

    @property
    def pending(self) -> tuple[Revision, ...]:
        """The revisions an upgrade to the heads would apply, in order."""
        return tuple(revision for revision in self.revisions if not revision.applied)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One SQL statement of a revision and what was found about it.

    ``autocommit`` says that it runs outside a transaction. The last five fields are measured: by
    a rehearsal or by the apply itself.
    """

    sql: str
    params: Json = None
    line: int = 1
    autocommit: bool = False
    findings: tuple[Finding, ...] = ()
    milliseconds: float | None = None
    locks: tuple[Mapping[str, Json], ...] = ()
    rewrote: tuple[str, ...] = ()
    scanned: tuple[str, ...] = ()
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionPreview:
    """The SQL of one pending revision; ``commits`` = statement indexes after which one happens.

    ``source`` is "offline" or "rehearsal"; ``reason`` says why offline was not possible.
    """

    id: str
    message: str = ""
    source: str = "offline"
    transactional: bool = True
    commits: tuple[int, ...] = ()
    statements: tuple[Statement, ...] = ()
    reason: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding of every statement."""
        return tuple(found for statement in self.statements for found in statement.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What happened when the pending revisions really ran on a scratch database.

    ``proofs`` says for each revision whether its downgrade gave back the structure it started
    from; ``reverts_data`` whether all rows were the same again after the whole way back.
    ``again`` and ``again_data`` say, where it was asked, whether a second way up gave the same
    structure and the same rows as the first.
    """

    revisions: tuple[RevisionPreview, ...]
    ok: bool
    milliseconds: float
    failed_revision: str | None = None
    failed_statement: str | None = None
    error: str = ""
    sqlstate: str = ""
    schema_before: str = ""
    schema_after: str = ""
    reverts_clean: bool | None = None
    reverts_data: bool | None = None
    revert_error: str = ""
    differences: tuple[str, ...] = ()
    proofs: Mapping[str, bool] = field(default_factory=dict)
    again: bool | None = None
    again_data: bool | None = None
    again_error: str = ""
    on: str = ""

    @property
    def proved(self) -> bool:
        """Whether up, down and up again all went through and gave the same structure and rows."""
        return bool(self.ok and self.reverts_clean and self.reverts_data and self.again)


@dataclass(frozen=True, slots=True)
class Moment:
    """A snapshot as transaction ids (32 bits): what it could not see was written after it."""

    oldest_unseen: int = 0
    in_progress: tuple[int, ...] = ()

    @property
    def oldest_unsure(self) -> int:
        """The oldest transaction id whose rows the snapshot may not have seen."""
        return self.in_progress[0] if self.in_progress else self.oldest_unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A dump on disk (0600) with its manifest; ``verified`` only after a restore to scratch.

    ``schema`` is the signature of the structure, ``signature`` with owners and grants, ``portable``
    what servers of other versions say in the same words; ``server`` is the major version.
    ``origin`` names the server and the database it was taken from: transaction ids (``moment``)
    mean nothing in another one, not even in the same database after a restore. ``database_bytes``
    is what it took on the server with its indexes (0: unknown). ``copy`` is where a verified copy
    of it went ("gs://bucket/prefix/name"), "" for none. ``cloud`` is what
    Cloud SQL keeps beside it (:class:`wizards.migrate.cloudsql.safety.Safety` as JSON).
    ``described`` is the structure itself, known only to the process that took the backup.
    """

    path: Path
    database: str
    taken_at: datetime
    bytes: int
    sha256: str
    rows: Mapping[str, int]
    schema: str
    current: tuple[str, ...]
    verified: bool = False
    seconds: float = 0.0
    target: str = ""
    signature: str = ""
    portable: str = ""
    server: int = 0
    version_table: str = "alembic_version"
    moment: Moment = field(default_factory=Moment)
    origin: str = ""
    database_bytes: int = 0
    copy: str = ""
    cloud: Mapping[str, Json] = field(default_factory=dict)
    described: Catalogue | None = field(default=None, repr=False, compare=False)


class Outcome(StrEnum):
    """How an apply ended."""

    APPLIED = "applied"
    NOTHING = "nothing"
    UNCHANGED = "unchanged"  # failed inside a transaction: the database is as it was
    RECOVERED = "recovered"  # failed after commits: taken back to the start, automatically
    STOPPED = "stopped"  # failed after commits: a person must decide
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """The end of an apply: outcome, what is applied now and, when it failed, where and why.

    ``kept`` names the database that a restore put aside; ``said`` is what Tarmac did, in words;
    ``went_back`` whether it took something back (a rollback, a restore, a recovery): a recovery
    that found everything committed is ``applied`` and did not. ``cloud`` is what Cloud SQL keeps
    of the time before, where it was asked to.
    """

    outcome: Outcome
    session: str
    applied: tuple[str, ...] = ()
    current: tuple[str, ...] = ()
    milliseconds: float = 0.0
    failed_revision: str | None = None
    failed_statement: str | None = None
    error: str = ""
    said: str = ""
    report: Path | None = None
    code: str = ""
    sqlstate: str = ""
    attempts: int = 1
    checks: tuple[Check, ...] = ()
    kept: str = ""
    went_back: bool = False
    cloud: Mapping[str, Json] = field(default_factory=dict)


class Decision(StrEnum):
    """What a rollback will do."""

    NOTHING = "nothing"
    DOWNGRADE = "downgrade"
    RESTORE = "restore"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Rows and values of a table that a rollback would lose.

    Not ``exact`` means that rows *may* be lost: the session rewrote the table, or its backup is of
    another database, so that nothing counts them; ``rows`` then is an estimate, often 0.
    """

    table: str
    rows: int
    columns: tuple[str, ...] = ()
    exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherWay:
    """A way back that only a person chooses, with the commands that go it.

    ``way`` is "point-in-time" (a new instance) or "instance" (overwrites the whole one).
    """

    way: str
    title: str
    says: str
    loses: tuple[Loss, ...] = ()
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackPlan:
    """The decision, why, and what it costs, before anything happens.

    ``others`` is what Cloud SQL itself offers beside it.
    """

    decision: Decision
    why: str
    revisions: tuple[str, ...] = ()
    sql: tuple[str, ...] = ()
    loses: tuple[Loss, ...] = ()
    seconds_estimate: float = 0.0
    backup: Backup | None = None
    session: str = ""
    others: tuple[OtherWay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted:
    """What the journal says of a session that never ended, and what is true now.

    ``left_behind``: statements outside a transaction may have persisted without a stamp.
    """

    session: str
    since: datetime
    phase: str
    says: str
    next: tuple[str, ...] = ()
    backup: Backup | None = None
    way: Decision = Decision.NOTHING
    revisions: tuple[str, ...] = ()
    orphans: tuple[int, ...] = ()
    left_behind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """One session as its journal tells it; ``outcome`` is "" while it has not ended."""

    id: str
    kind: str
    target: str
    started_at: datetime
    ended_at: datetime | None = None
    outcome: str = ""
    revisions: tuple[str, ...] = ()
    said: str = ""
    backup: Path | None = None
    report: Path | None = None
