"""Engines that answer from memory, with the methods of the real ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from tui.engines.journey import Service, Step
from wizards.cancel import Cancel
from wizards.events import Emit, Event
from wizards.failures import Failure
from wizards.migrate.model import (
    Applied,
    Backup,
    Decision,
    Finding,
    History,
    Interrupted,
    Loss,
    Outcome,
    Rehearsal,
    Revision,
    RevisionPreview,
    RollbackPlan,
    Severity,
    Statement,
)
from wizards.plan import Check

TAKEN = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)


@dataclass
class FakeContext:
    """The parts of the context that the app reads."""

    root: Path = Path("/srv/notes")
    env: str | None = "prod"
    config: Path | None = None


class FakeJourney:
    """A folder that was set up, with stale files and pending revisions."""

    def __init__(self) -> None:
        self.interrupted = False
        self.failure: Failure | None = None

    def services(self) -> tuple[Service, ...]:
        return (
            Service(
                "backend",
                "FastAPI 0.115 · Python 3.12 · uv · postgresql · alembic · Vite",
                (
                    "backend/pyproject.toml:9  depends on fastapi",
                    "backend/app/main.py:12  app = FastAPI()",
                    "backend/alembic.ini:1  an Alembic configuration",
                ),
            ),
        )

    def setup(self) -> Step:
        if self.interrupted:
            return Step(
                id="setup",
                state="red",
                says="stopped at Cloud SQL notes-db, 14:02",
                do="resume the unfinished apply",
                mode="setup",
                urgent=True,
            )
        return Step(id="setup", state="ok", says="tarmac.toml for notes-prod-7", mode="setup")

    def files(self) -> Step:
        return Step(
            id="files",
            state="warning",
            says="2 of 5 files differ",
            do="look at the differences and write them",
            mode="files",
        )

    def migrations(self) -> Step:
        if self.failure:
            raise self.failure
        return Step(
            id="migrations",
            state="warning",
            says="3 revisions pending on prod",
            do="read what they would do, then rehearse",
            mode="migrate",
        )


def finding(rule: str, severity: Severity, message: str, **more: object) -> Finding:
    return Finding(rule=rule, severity=severity, message=message, statement=0, **more)  # type: ignore[arg-type]


PREVIEW = (
    RevisionPreview(
        id="7c1e0a",
        message="add due date",
        commits=(1,),
        statements=(
            Statement(
                sql="ALTER TABLE notes ALTER COLUMN body SET NOT NULL",
                findings=(
                    finding(
                        "set-not-null",
                        Severity.DANGER,
                        "will fail: 1,204 of 200,000 rows are NULL",
                        lock="ACCESS EXCLUSIVE",
                        blocks="reads and writes",
                        scans=True,
                        tables=("notes",),
                        fix="UPDATE notes SET body = '' WHERE body IS NULL;",
                    ),
                ),
            ),
            Statement(
                sql="CREATE INDEX ix_due ON notes (due)",
                findings=(
                    finding(
                        "create-index-nonconcurrent",
                        Severity.CAUTION,
                        "blocks writes to notes, about 3 s (48 MB)",
                        lock="SHARE",
                        blocks="writes",
                        scans=True,
                        tables=("notes",),
                        fix="CREATE INDEX CONCURRENTLY ix_due ON notes (due)",
                    ),
                ),
            ),
        ),
    ),
    RevisionPreview(
        id="9f00d2",
        message="drop legacy 노트 열을 지웁니다",
        statements=(
            Statement(
                sql="ALTER TABLE notes DROP COLUMN legacy",
                findings=(
                    finding(
                        "drop-column",
                        Severity.DANGER,
                        "loses the values of 200,000 rows",
                        lock="ACCESS EXCLUSIVE",
                        blocks="reads and writes",
                        tables=("notes",),
                    ),
                ),
            ),
        ),
    ),
    RevisionPreview(
        id="b1b1c3",
        message="add audit",
        statements=(
            Statement(sql="CREATE TABLE audit (id bigint PRIMARY KEY, at timestamptz NOT NULL)"),
        ),
    ),
)


class FakeMigrate:
    """Two applied revisions, three pending; operations wait for ``gate`` when it is closed."""

    def __init__(self) -> None:
        self.environment: str | None = "prod"
        self.calls: list[str] = []
        self.applied = {"1a2b3c", "3c4d5e"}
        self.gate = threading.Event()
        self.gate.set()
        self.kept: list[Backup] = []
        self.found: Interrupted | None = None
        self.fails: Failure | None = None
        self.confirmed = ""
        self.revisions = 2

    def environments(self) -> Mapping[str, bool]:
        return {"local": False, "prod": True}

    def choose(self, environment: str) -> None:
        self.environment = environment

    def target(self) -> tuple[str, bool]:
        return self.environment or "local", self.environment == "prod"

    def history(self, emit: Emit) -> History:
        if self.fails:
            raise self.fails
        ids = [("1a2b3c", "create notes"), ("3c4d5e", "add tags")]
        ids += [(one.id, one.message) for one in PREVIEW]
        revisions = tuple(
            Revision(id=name, message=words, applied=name in self.applied, downgrade="ops")
            for name, words in ids
        )
        return History(
            provider="alembic",
            target=self.environment or "local",
            server_version="16.4",
            current=(max(self.applied),),
            heads=("b1b1c3",),
            revisions=revisions,
        )

    def preview(self, emit: Emit) -> tuple[RevisionPreview, ...]:
        return tuple(one for one in PREVIEW if one.id not in self.applied)

    def interrupted(self) -> Interrupted | None:
        return self.found

    def recover(self, found: Interrupted, emit: Emit, cancel: Cancel) -> Applied:
        self.calls.append("recover")
        self.found = None
        return Applied(outcome=Outcome.RECOVERED, session=found.session, said="restored")

    def backups(self) -> list[Backup]:
        return self.kept

    def backup(self, emit: Emit, cancel: Cancel) -> Backup:
        self.calls.append("backup")
        self._wait(cancel)
        made = Backup(
            path=Path("/srv/notes/.tarmac/backups/notes.dump"),
            database="notes",
            taken_at=TAKEN,
            bytes=12_400_000,
            sha256="0" * 64,
            rows={"notes": 200_000},
            schema="abc",
            current=("3c4d5e",),
            verified=True,
            seconds=2.4,
        )
        self.kept.insert(0, made)
        return made

    def rehearse(self, emit: Emit, cancel: Cancel, backup: Backup | None) -> Rehearsal:
        self.calls.append("rehearse")
        self._wait(cancel)
        for one in PREVIEW:
            for index, statement in enumerate(one.statements):
                fields = {"revision": one.id, "index": index, "sql": statement.sql}
                emit(Event("migrate.statement", {**fields, "state": "start"}))
                emit(Event("migrate.statement", {**fields, "state": "done", "ms": 310.0}))
        measured = tuple(
            replace(
                one,
                source="rehearsal",
                statements=tuple(
                    replace(
                        each,
                        milliseconds=2900.0,
                        locks=(
                            {"relation": "notes", "mode": "AccessExclusiveLock", "held_ms": 2900},
                        ),
                    )
                    for each in one.statements
                ),
            )
            for one in PREVIEW
        )
        return Rehearsal(revisions=measured, ok=True, milliseconds=3100.0, reverts_clean=True)

    def up(self, emit: Emit, cancel: Cancel, backup: Backup | None) -> Applied:
        self.calls.append("up")
        for one in PREVIEW:
            emit(Event("migrate.revision", {"revision": one.id, "state": "start"}))
            for index, statement in enumerate(one.statements):
                fields = {"revision": one.id, "index": index, "sql": statement.sql}
                emit(Event("migrate.statement", {**fields, "state": "start"}))
                self._wait(cancel)
                emit(Event("migrate.statement", {**fields, "state": "done", "ms": 12.0}))
            emit(Event("migrate.revision", {"revision": one.id, "state": "committed"}))
            self.applied.add(one.id)
        return Applied(
            outcome=Outcome.APPLIED, session="s1", applied=tuple(one.id for one in PREVIEW)
        )

    def rollback_plan(self) -> RollbackPlan:
        return RollbackPlan(
            decision=Decision.RESTORE,
            why="the upgrade dropped notes.legacy: a downgrade cannot bring the values back",
            revisions=("9f00d2", "7c1e0a"),
            sql=("ALTER TABLE notes ADD COLUMN legacy text",),
            loses=(Loss(table="notes", rows=12, columns=("body",)),),
            seconds_estimate=9.0,
        )

    def rollback(
        self, plan: RollbackPlan, emit: Emit, cancel: Cancel, *, confirmed: str
    ) -> Applied:
        self.calls.append("rollback")
        self.confirmed = confirmed
        self.applied = {"1a2b3c", "3c4d5e"}
        return Applied(outcome=Outcome.RECOVERED, session="s1", said="the backup was restored")

    def verify(self) -> list[Check]:
        return [Check(id="version", title="version", level="ok", says="b1b1c3")]

    def _wait(self, cancel: Cancel) -> None:
        while not self.gate.wait(0.01):
            cancel.check()


class FakeEngines:
    """Every engine of the app."""

    def __init__(self) -> None:
        self.journey = FakeJourney()
        self.migrate = FakeMigrate()

    def place(self) -> tuple[str, str, bool]:
        name, protected = self.migrate.target()
        return "notes", name, protected


Look = Callable[[], object]
