"""Engines that answer from memory, with the methods of the real ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from tests.app.fake_afterwards import FakeAfterwards
from tests.app.fake_migrate_around import FakeAround
from tui.engines.journey import Service, Step
from tui.engines.setup import Judged
from wizards.answers import Answers, Layer
from wizards.cancel import Cancel
from wizards.events import Emit, Event
from wizards.failures import Failure
from wizards.interview import Interview
from wizards.migrate.cloudsql.side import CloudSide
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
from wizards.plan import Action, Change, Check, FieldDiff, Plan
from wizards.question import Choice, Kind, Known, Question, Value
from wizards.setup.estimate import Estimate
from wizards.setup.unfinished import UnfinishedApply

TAKEN = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)


@dataclass
class FakeContext:
    """The parts of the context that the app reads."""

    root: Path = Path("/srv/notes")
    env: str | None = "prod"
    config: Path | None = None
    uses_sandbox: bool = False


class FakeJourney:
    """A folder that was set up, with stale files and pending revisions."""

    def __init__(self) -> None:
        self.interrupted = False
        self.failure: Failure | None = None
        self.looks: list[str] = []

    def services(self) -> tuple[Service, ...]:
        self.looks.append("services")
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
        self.looks.append("setup")
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
        self.looks.append("files")
        return Step(
            id="files",
            state="warning",
            says="2 of 5 files differ",
            do="look at the differences and write them",
            mode="files",
        )

    def migrations(self) -> Step:
        self.looks.append("migrations")
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


class FakeMigrate(FakeAround):
    """Two applied revisions, three pending; operations wait for ``gate`` when it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.environment: str | None = "prod"
        self.calls: list[str] = []
        self.applied = {"1a2b3c", "3c4d5e"}
        self.gate = threading.Event()
        self.gate.set()
        self.kept: list[Backup] = []
        self.side: CloudSide | None = None
        self.found: Interrupted | None = None
        self.fails: Failure | None = None
        self.unread: Failure | None = None
        self.refuses: Failure | None = None
        self.written = PREVIEW
        self.previews = 0
        self.reading = threading.Event()
        self.reading.set()
        self.confirmed = ""
        self.accepted: Sequence[str] = ()
        self.now = datetime.now(UTC)

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
        self.previews += 1
        self.reading.wait(10)
        if self.unread:
            raise self.unread
        return tuple(one for one in self.written if one.id not in self.applied)

    def interrupted(self) -> Interrupted | None:
        return self.found

    def ended(self, session: str) -> bool:
        return "recover" in self.calls or "keep" in self.calls

    def recover(
        self, found: Interrupted, emit: Emit, cancel: Cancel, *, keep: bool = False
    ) -> Applied:
        self.calls.append("keep" if keep else "recover")
        if self.refuses:
            raise self.refuses
        self.found = None
        return Applied(outcome=Outcome.RECOVERED, session=found.session, said="restored")

    def backups(self) -> list[Backup]:
        return self.kept

    def cloud_side(self, emit: Emit) -> CloudSide | None:
        return self.side

    def backup(self, emit: Emit, cancel: Cancel) -> Backup:
        self.calls.append("backup")
        self._wait(cancel)
        self.kept.insert(0, self._made())
        return self.kept[0]

    def _made(self) -> Backup:
        return Backup(
            path=Path("/srv/notes/.tarmac/backups/notes.dump"),
            database="notes",
            taken_at=self.now,
            bytes=12_400_000,
            sha256="0" * 64,
            rows={"notes": 200_000},
            schema="abc",
            current=("3c4d5e",),
            verified=True,
            seconds=2.4,
        )

    def rehearse_on_clone(self, emit: Emit, cancel: Cancel) -> Rehearsal:
        return self.rehearse(emit, cancel, self._made(), "heads")

    def rehearse(self, emit: Emit, cancel: Cancel, backup: Backup | None, to: str) -> Rehearsal:
        self.calls.append("rehearse")
        self._wait(cancel)
        if backup is None:
            self.kept.insert(0, self._made())
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

    def up(
        self,
        emit: Emit,
        cancel: Cancel,
        backup: Backup | None,
        to: str,
        accept: Sequence[str],
        between: Callable[[str], bool] | None = None,
    ) -> Applied:
        self.accepted = accept
        self.calls.append(f"up {to}")
        for one in PREVIEW:
            if to in self.applied:
                break
            emit(Event("migrate.revision", {"revision": one.id, "state": "start"}))
            for index, statement in enumerate(one.statements):
                fields = {"revision": one.id, "index": index, "sql": statement.sql}
                emit(Event("migrate.statement", {**fields, "state": "start"}))
                self._wait(cancel)
                emit(Event("migrate.statement", {**fields, "state": "done", "ms": 12.0}))
            emit(Event("migrate.revision", {"revision": one.id, "state": "committed"}))
            self.applied.add(one.id)
            if between is not None and one is not PREVIEW[-1]:
                emit(Event("migrate.revision", {"revision": one.id, "state": "verified"}))
                stays = self.ask(between, one.id)
                if stays is not None:
                    return stays
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


@dataclass(frozen=True)
class FakeArtefact:
    path: str


@dataclass(frozen=True)
class FakeFile:
    artefact: FakeArtefact
    state: str
    current: str | None
    merged: str
    diff: str


DOCKERFILE = """# Made by Tarmac from blueprint 0123456789ab
FROM python:3.12-slim AS build
WORKDIR /srv
COPY pyproject.toml uv.lock ./
RUN pip install --no-cache-dir uv && uv sync --frozen --no-dev

FROM python:3.12-slim
COPY --from=build /srv/.venv /srv/.venv
USER 10001
CMD ["/srv/.venv/bin/uvicorn", "app.main:app", "--host", "0.0.0.0"]
"""
COMPOSE_DIFF = """--- compose.yaml
+++ compose.yaml
@@ -4,7 +4,7 @@
 services:
   db:
-    image: postgres:15
+    image: postgres:16
     environment:
       POSTGRES_DB: notes
"""


class FakeFiles:
    """Five files in five states."""

    def __init__(self) -> None:
        self.wrote: list[str] = []
        self.failure: Failure | None = None

    def states(self) -> list[FakeFile]:
        if self.failure:
            raise self.failure

        def one(path: str, state: str, merged: str, diff: str = "") -> FakeFile:
            written = path in self.wrote
            return FakeFile(
                FakeArtefact(path), "unchanged" if written else state, None, merged, diff
            )

        return [
            one("Dockerfile", "new", DOCKERFILE),
            one("compose.yaml", "changed", "services: {}\n", COMPOSE_DIFF),
            one(".dockerignore", "unchanged", ".git\n"),
            one("cloudbuild.yaml", "edited", "steps: []\n", COMPOSE_DIFF),
            one(".env.example", "conflict", "<<<<<<< yours\nA=1\n", COMPOSE_DIFF),
        ]

    def write(self, states: list[FakeFile]) -> list[Path]:
        self.wrote += [state.artefact.path for state in states]
        return [Path(state.artefact.path) for state in states]

    def undo(self) -> list[Path]:
        undone = [Path(path) for path in self.wrote]
        self.wrote.clear()
        return undone


def project_id(value: Value) -> str | None:
    return None if len(str(value)) >= 6 else "must have at least 6 characters"


def with_database(known: Known) -> bool:
    return bool(known.get("database"))


QUESTIONS = (
    Question(
        key="project.id",
        ask="Project id",
        page="Project and billing",
        why="globally unique, 6 to 30 characters; it cannot be changed later",
        live="projects",
        check=project_id,
    ),
    Question(
        key="project.region",
        ask="Region",
        page="Project and billing",
        kind=Kind.CHOICE,
        default="asia-northeast3",
        choices=(
            Choice("asia-northeast3", "Seoul", "10.00 USD a month"),
            Choice("us-central1", "Iowa", "7.67 USD a month"),
        ),
        why="where everything runs; the price depends on it",
    ),
    Question(
        key="database",
        ask="Does it need a database?",
        page="Database",
        kind=Kind.YES_NO,
        default=True,
        why="Alembic was found in backend/alembic.ini",
    ),
    Question(
        key="database.tier",
        ask="Machine of the database",
        page="Database",
        default="db-f1-micro",
        live="tiers",
        when=with_database,
        why="about 25 connections on the smallest",
    ),
)

_SQL = "gcloud sql instances create notes-db --tier=db-f1-micro --region=asia-northeast3"
PLAN = Plan(
    changes=(
        Change(
            id="project:notes-prod-7",
            kind="project",
            action=Action.NONE,
            title="project notes-prod-7",
            why="everything lives in it",
        ),
        Change(
            id="apis",
            kind="apis",
            action=Action.CREATE,
            title="APIs run, sqladmin, secretmanager",
            why="each service must be switched on once",
            command="gcloud services enable run.googleapis.com sqladmin.googleapis.com",
            needs=("project:notes-prod-7",),
        ),
        Change(
            id="sql.instance:notes-db",
            kind="sql.instance",
            action=Action.CREATE,
            title="database instance notes-db",
            why="keeps the notes; without it nothing starts",
            diff=(
                FieldDiff("tier", None, "db-f1-micro"),
                FieldDiff("settings.ipConfiguration.connectorEnforcement", None, "REQUIRED"),
            ),
            command=_SQL,
            cost_delta_usd=12.21,
            needs=("apis",),
            seconds_estimate=600,
            waits_for="the instance to be RUNNABLE",
        ),
        Change(
            id="account:notes-run",
            kind="account",
            action=Action.ADOPT,
            title="service account notes-run",
            why="the service runs as it",
            needs=("apis",),
        ),
        Change(
            id="iam:project",
            kind="iam",
            action=Action.UPDATE,
            title="permissions on notes-prod-7",
            diff=(
                FieldDiff(
                    "roles/cloudsql.client",
                    None,
                    "serviceAccount:notes-run",
                    "the service reaches its database",
                ),
            ),
            needs=("account:notes-run",),
        ),
    ),
    cost_usd_month=12.44,
    prices_of="2026-08",
    preflight=(
        Check(id="permissions", title="permissions", level="ok"),
        Check(
            id="connections",
            title="connections: 10 × 7 = 70 of about 25",
            level="warning",
            says="max instances × (pool + overflow) is more than db-f1-micro takes",
            fix="set service.max_instances = 3 or take db-g1-small",
        ),
    ),
)


KILLED = UnfinishedApply(
    journal=Path("/srv/notes/.tarmac/journal/apply-1.jsonl"),
    how="killed",
    project="notes-prod-7",
    since=TAKEN,
    done=("project:notes-prod-7", "apis", "account:notes-run"),
    left=("sql.instance:notes-db", "iam:project"),
)


@dataclass(frozen=True)
class FakeAppliedPlan:
    seconds: float = 3.0
    failures: tuple[tuple[str, Failure], ...] = ()
    cancelled: bool = False
    commands: Path | None = None


class FakeSetup:
    """Four questions on two pages; a plan of five changes; an apply that waits for ``gate``."""

    left_at = ""
    speed = 1.0

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.exists = True
        self.typed = False
        self.left: UnfinishedApply | None = None
        self.asks: list[str] = []
        self.secrets: Mapping[str, str] = {}
        self.calls: list[str] = []
        self.text_written: dict[str, Value] = {}
        self.afterwards = FakeAfterwards()
        self.planned = PLAN
        self.confirmed: tuple[str, ...] = ()
        self.waits_for = "creating"
        self.breaks: Failure | None = None

    def interview(self) -> Interview:
        answers = Answers()
        answers.give("project.id", "notes-prod-7", Layer.DISCOVERED, "gcloud config")
        return Interview(QUESTIONS, answers)

    def keep(self, interview: Interview, at: str) -> None:
        self.calls.append("keep")

    def judged(self, interview: Interview) -> Judged:
        large = interview.values().get("database.tier") == "db-g1-small"
        many = Check(
            id="connections",
            title="database connections",
            level="warning",
            says="10 instances × 7 connections = 70; the tier has 22",
            fix="tarmac init --set service.max_instances=3",
            keys=("database.tier",),
        )
        costs = {"database": 35.41 if large else 12.21, "secrets": 0.23}
        return Judged(Estimate(costs), () if large else (many,))

    def written(self) -> bool:
        return self.exists

    def choices(self, live: str, known: Mapping[str, Value]) -> list[Choice]:
        if live == "tiers":
            raise Failure("no-login", "nobody is logged in")
        return [Choice("notes-prod-7", "notes", "owner"), Choice("other-1234", "other", "viewer")]

    def text(self, interview: Interview) -> str:
        values = interview.values()
        return "[project]\n" + "".join(
            f'{key.rpartition(".")[2]} = "{value}"\n' for key, value in values.items()
        )

    def to_write(self, interview: Interview) -> str:
        return "" if self.exists and not self.typed else self.text(interview)

    def write(self, interview: Interview) -> bool:
        self.text_written = interview.values()
        self.exists, self.typed = True, False
        return True

    def plan(self, emit: Emit, cancel: Cancel, confirmed: Collection[str] = ()) -> Plan:
        self.calls.append("plan")
        self.confirmed = tuple(confirmed)
        return self.planned

    def asked_secrets(self, plan: Plan) -> list[str]:
        return self.asks

    def apply(
        self, plan: Plan, secret_values: Mapping[str, str], emit: Emit, cancel: Cancel
    ) -> FakeAppliedPlan:
        self.calls.append("apply")
        self.secrets = secret_values
        for change in plan.todo:
            emit(Event("plan.step", {"id": change.id, "state": "waiting"}))
        for change in plan.todo:
            fields = {"id": change.id, "title": change.title}
            began = {"state": "running", "command": change.command, "says": self.waits_for}
            emit(Event("plan.step", {**fields, **began}))
            while change.id.startswith("sql") and not self.gate.wait(0.01):
                if cancel.asked:
                    return FakeAppliedPlan(cancelled=True)
            if self.breaks is not None and change.id.startswith("sql"):
                told = {"says": self.breaks.message, "failure": self.breaks.as_json()}
                emit(Event("plan.step", {**fields, "state": "failed", "elapsed": 1.0, **told}))
                continue
            emit(Event("plan.step", {**fields, "state": "done", "elapsed": 1.0}))
        self.left = None
        if self.breaks is not None:
            return FakeAppliedPlan(failures=(("sql.instance:notes-db", self.breaks),))
        return FakeAppliedPlan()

    def unfinished(self) -> UnfinishedApply | None:
        return self.left


@dataclass(frozen=True)
class FakePanel:
    id: str
    title: str
    state: str
    rows: tuple[tuple[str, str, str], ...]
    says: str = ""
    since: datetime | None = None


class FakeStatus:
    """Four panels, one of them unreachable."""

    def __init__(self) -> None:
        self.asked = 0
        self.failure: Failure | None = None

    def panels(self, before: object = ()) -> list[FakePanel]:
        self.asked += 1
        if self.failure:
            raise self.failure
        return [
            FakePanel(
                "project",
                "Project",
                "ok",
                (("project", "notes-prod-7", "ok"), ("billing", "linked", "ok")),
            ),
            FakePanel(
                "database",
                "Database",
                "warning",
                (
                    ("state", "RUNNABLE", "ok"),
                    ("tier", "db-f1-micro, POSTGRES_16", "ok"),
                    ("connections", "21 of about 25", "warning"),
                    ("last backup", "2026-11-20 03:00", "ok"),
                ),
            ),
            FakePanel(
                "migrations",
                "Migrations",
                "warning",
                (("current", "3c4d5e add tags", "ok"), ("pending", "3", "warning")),
            ),
            FakePanel(
                "service",
                "Service",
                "unknown",
                (),
                says="run.googleapis.com did not answer in 5 s",
                since=TAKEN,
            ),
        ]


class FakeEngines:
    """Every engine of the app."""

    def __init__(self) -> None:
        self.journey = FakeJourney()
        self.migrate = FakeMigrate()
        self.setup = FakeSetup()
        self.files = FakeFiles()
        self.status = FakeStatus()

    def place(self) -> tuple[str, str, bool]:
        name, protected = self.migrate.target()
        return "notes", name, protected
