"""Undo, drift and export as the screens see them; what was asked is kept in ``calls``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wizards.cancel import Cancel
from wizards.events import Emit, Event
from wizards.failures import Failure
from wizards.plan import Action, Change, FieldDiff, Plan
from wizards.setup.drift_report import DriftReport, FieldDrift, ItemDrift, State, Who
from wizards.setup.export.exported import Export, ExportedFile


@dataclass(frozen=True)
class FakeRemoval:
    gone: str = ""
    stays: str = ""


@dataclass(frozen=True)
class FakeEnded:
    seconds: float = 2.0
    failures: tuple[tuple[str, Failure], ...] = ()
    cancelled: bool = False
    commands: Path | None = Path("/srv/notes/.tarmac/journal/undo-1.commands.sh")


@dataclass(frozen=True)
class FakeUndoPlan:
    """Four things: one goes, one stays, the instance asks for its name and takes its database."""

    removals: tuple[FakeRemoval, ...] = (FakeRemoval(),)
    elsewhere: tuple[str, ...] = ()

    def decided(self, confirmed: Collection[str] = ()) -> Plan:
        typed = "notes-db" in confirmed
        return Plan(
            changes=(
                Change(
                    id="account:notes-run",
                    kind="account",
                    action=Action.DELETE,
                    title="service account notes-run",
                    command="gcloud iam service-accounts delete notes-run",
                ),
                Change(
                    id="sql.instance:notes-db",
                    kind="sql.instance",
                    action=Action.DELETE,
                    title="database instance notes-db",
                    breaks="every database in it",
                    confirm="" if typed else "notes-db",
                    cost_delta_usd=-12.21,
                ),
                Change(
                    id="sql.database:notes-db/notes",
                    kind="sql.database",
                    action=Action.DELETE,
                    title="database notes-db/notes",
                    within="sql.instance:notes-db" if typed else "",
                    stays="" if typed else "it goes along with the instance",
                ),
                Change(
                    id="project:notes-prod-7",
                    kind="project",
                    action=Action.NONE,
                    title="project notes-prod-7",
                    stays="somebody's bucket lives in it",
                ),
            )
        )


REPORT = DriftReport(
    items=(
        ItemDrift(
            id="sql.instance:notes-db",
            kind="sql.instance",
            title="database instance notes-db",
            state=State.CHANGED,
            who=Who.WORLD,
            fields=(
                FieldDrift(
                    field="tier",
                    world="db-g1-small",
                    wanted="db-f1-micro",
                    applied="db-f1-micro",
                    who=Who.WORLD,
                    key="database.tier",
                ),
            ),
            says="the instance restarts",
            command="gcloud sql instances patch notes-db --tier=db-f1-micro",
        ),
        ItemDrift(
            id="secret:notes-key",
            kind="secret",
            title="secret notes-key",
            state=State.EXTRA,
            who=Who.UNKNOWN,
            says="it carries Tarmac's label",
            revertible=False,
        ),
    ),
    plan=Plan(
        changes=(
            Change(
                id="sql.instance:notes-db",
                kind="sql.instance",
                action=Action.UPDATE,
                title="database instance notes-db",
                diff=(FieldDiff("tier", "db-g1-small", "db-f1-micro"),),
                breaks="the instance restarts",
            ),
        )
    ),
)


@dataclass
class FakeAfterwards:
    """Undo, drift, export."""

    calls: list[str] = field(default_factory=list)
    names: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    found: FakeUndoPlan = FakeUndoPlan()
    fails: Failure | None = None

    def plan_undo(self, emit: Emit, cancel: Cancel) -> FakeUndoPlan:
        self.calls.append("plan_undo")
        if self.fails:
            raise self.fails
        return self.found

    def earlier_names(self) -> tuple[str, ...]:
        return self.earlier

    def undo(
        self, plan: FakeUndoPlan, confirmed: Collection[str], emit: Emit, cancel: Cancel
    ) -> FakeEnded:
        self.calls.append("undo")
        self.names = tuple(confirmed)
        todo = plan.decided(confirmed).todo
        for state in ("waiting", "running", "done"):
            for change in todo:
                fields = {"id": change.id, "title": change.title, "state": state, "elapsed": 1.0}
                emit(Event("plan.step", fields))
        return FakeEnded()

    def drift(self, emit: Emit, cancel: Cancel) -> DriftReport:
        self.calls.append("drift")
        return REPORT

    def adopt(self, report: DriftReport, which: str) -> Mapping[str, object]:
        self.calls.append(f"adopt {which}")
        return {}

    def ignore(self, report: DriftReport, which: str) -> Sequence[str]:
        self.calls.append(f"ignore {which}")
        return ()

    def reverting(self, report: DriftReport, which: str) -> Plan:
        return report.plan

    def revert(self, report: DriftReport, which: str, emit: Emit, cancel: Cancel) -> FakeEnded:
        self.calls.append(f"revert {which}")
        return FakeEnded()

    def export(self, form: str) -> tuple[Export, Path, Mapping[str, str]]:
        files = (ExportedFile(name="main.tf", text="x"), ExportedFile(name="sql.tf", text="y"))
        made = Export(form=form, files=files, uncovered=("build.trigger:notes",))
        return made, Path("/srv/notes/terraform"), {"main.tf": "edited", "sql.tf": "new"}

    def write_export(self, made: Export, folder: Path) -> Sequence[Path]:
        self.calls.append(f"write {made.form}")
        return ()
