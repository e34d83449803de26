"""The Cloud SQL instance: the slow one, so everything independent happens meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from generators.language import _
from wizards.cloud.port import Cloud
from wizards.cloud.things import SqlInstance, SqlSettings
from wizards.plan import Action, FieldDiff
from wizards.setup.prices import sql_month
from wizards.setup.resource import AS_WANTED, LABELS, Resource, Seen, differing, labelled, new
from wizards.setup.work import Work

_IMMUTABLE = ("region", "version", "edition")
_UNFINISHED = {"PENDING_CREATE", "MAINTENANCE", "PENDING_DELETE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlInstanceResource(Resource):
    """One PostgreSQL instance; only the fields that the blueprint names are compared."""

    instance: str
    settings: SqlSettings

    kind: ClassVar[str] = "sql.instance"
    api: ClassVar[str] = "sqladmin.googleapis.com"
    seconds: ClassVar[float] = 600.0

    @property
    def name(self) -> str:
        """The instance's name."""
        return self.instance

    @property
    def why(self) -> str:
        """What it is for and what breaks without it."""
        return _(
            "the service keeps its data here; reachable only through Cloud SQL connectors, "
            "backed up daily, protected from deletion"
        )

    def cost(self) -> float:
        """Return what it costs in USD a month."""
        return sql_month(self.settings)

    def look(self, cloud: Cloud) -> Seen:
        """Read the instance and compare field by field."""
        found = cloud.sql_instance(self.project, self.instance)
        if found is None:
            return self.absent()
        if found.state == "PENDING_CREATE":
            return replace(self.absent(), breaks=_("it is being created already"))
        if found.state not in ("RUNNABLE", "MAINTENANCE"):
            return Seen(
                action=Action.BLOCKED,
                blocked_by=_("the instance is {state}").format(state=found.state),
            )
        return self._compare(found)

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        return new(_fields(self.settings), self.cost())

    def _compare(self, found: SqlInstance) -> Seen:
        wanted = _fields(self.settings)
        now = _fields(found.settings)
        if found.settings.storage_gb >= self.settings.storage_gb:
            wanted["storage_gb"] = now["storage_gb"]
        diff = differing(now, wanted)
        fixed = [part for part in diff if part.field in _IMMUTABLE]
        if fixed:
            return Seen(
                action=Action.BLOCKED,
                diff=diff,
                blocked_by=_(
                    "{field} of an instance cannot be changed here ({before}); "
                    "choose another instance name, or set it to {before}"
                ).format(field=fixed[0].field, before=fixed[0].before),
            )
        if diff:
            restart = any(part.field in ("tier", "high_availability") for part in diff)
            return Seen(
                action=Action.UPDATE,
                diff=diff,
                cost_delta=self.cost() - sql_month(found.settings),
                breaks=_("the instance restarts: some minutes without a database")
                if restart
                else "",
            )
        if labelled(found.settings.labels):
            return AS_WANTED
        mark = {"labels.managed-by": found.settings.labels.get("managed-by", "")}
        return Seen(
            action=Action.ADOPT, diff=differing(mark, {"labels.managed-by": LABELS["managed-by"]})
        )

    def make(self, work: Work, seen: Seen) -> None:
        """Create, change or label the instance; a running creation is joined, not repeated."""
        found = work.cloud.sql_instance(self.project, self.instance)
        if found is None:
            settings = replace(self.settings, labels=LABELS)
            work.finish(work.cloud.start_sql_instance(self.project, self.instance, settings))
        elif found.state in _UNFINISHED:
            join(work, self.project, self.instance)
        elif seen.action in (Action.UPDATE, Action.ADOPT):
            labels = {**found.settings.labels, **LABELS}
            base = self.settings if seen.action is Action.UPDATE else found.settings
            storage = max(base.storage_gb, found.settings.storage_gb)
            wanted = replace(base, labels=labels, storage_gb=storage)
            work.finish(work.cloud.start_sql_change(self.project, found, wanted))

    def command(self, seen: Seen) -> str:
        """Return what a person would type for the same."""
        if seen.action in (Action.UPDATE, Action.ADOPT):
            words = " ".join(_flag(part) for part in seen.diff)
            return f"gcloud sql instances patch {self.instance} {words} --project={self.project}"
        wanted = self.settings
        return " ".join(
            (
                f"gcloud sql instances create {self.instance}",
                f"--database-version={wanted.version} --edition={_edition(wanted)}",
                f"--tier={wanted.tier} --region={wanted.region}",
                f"--storage-size={wanted.storage_gb}GB --storage-auto-increase",
                f"--availability-type={'regional' if wanted.high_availability else 'zonal'}",
                "--backup --backup-start-time=18:00",
                "--enable-point-in-time-recovery" if wanted.point_in_time_recovery else "",
                "--connector-enforcement=REQUIRED --ssl-mode=ENCRYPTED_ONLY",
                "--deletion-protection --retain-backups-on-delete",
                "--maintenance-window-day=SUN --maintenance-window-hour=18",
                "--database-flags=cloudsql.iam_authentication=on",
                f"--project={self.project}",
            )
        ).replace("  ", " ")

    def waits_for(self) -> str:
        """Return what is waited for after the write."""
        return _("until the instance runs: 5 to 15 minutes")

    def permissions(self, seen: Seen) -> tuple[str, ...]:
        """Return the permissions on the project that making it takes."""
        verb = "create" if seen.action is Action.CREATE else "update"
        return (f"cloudsql.instances.{verb}",)


def _flag(part: FieldDiff) -> str:
    match part.field, part.after:
        case "high_availability", on:
            return f"--availability-type={'regional' if on else 'zonal'}"
        case "point_in_time_recovery", on:
            return f"--{'' if on else 'no-'}enable-point-in-time-recovery"
        case field, value:
            return _FLAGS[field].format(value)


_FLAGS = {
    "tier": "--tier={}",
    "storage_gb": "--storage-size={}GB",
    "labels.managed-by": "--update-labels=managed-by={}",
}


def join(work: Work, project: str, instance: str) -> None:
    """Wait for whatever operation runs on an instance."""
    for operation in work.cloud.sql_operations(project, instance):
        work.says(_("joining the operation that runs already"))
        work.finish(operation.name)


def _edition(settings: SqlSettings) -> str:
    return settings.edition.lower().replace("_", "-")


def _fields(settings: SqlSettings) -> dict[str, str | int | bool]:
    return {
        "region": settings.region,
        "version": settings.version,
        "edition": settings.edition,
        "tier": settings.tier,
        "storage_gb": settings.storage_gb,
        "high_availability": settings.high_availability,
        "point_in_time_recovery": settings.point_in_time_recovery,
    }
