"""The Cloud SQL instance: the slow one, so everything independent happens meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import ClassVar

from generators.language import _
from wizards.blueprint import Database
from wizards.cloud.port import Cloud
from wizards.cloud.things import SqlInstance, SqlSettings
from wizards.plan import Action, FieldDiff
from wizards.setup.marks import label_fields, labels_before, still, trace_of
from wizards.setup.prices import sql_month
from wizards.setup.resource import (
    AS_WANTED,
    LABELS,
    Made,
    Ours,
    Resource,
    Seen,
    Trace,
    differing,
    labelled,
    new,
)
from wizards.setup.work import Work

_IMMUTABLE = ("region", "version", "edition")
_UNFINISHED = {"PENDING_CREATE", "MAINTENANCE", "PENDING_DELETE"}
FINAL_BACKUP_DAYS = 30
# Made by Google in every instance.
_GOOGLES = frozenset({"postgres", "template0", "template1", "cloudsqladmin"})
_KEYS = frozenset(part.name for part in fields(Database))
# A disk never shrinks, and what is immutable was never changed.
_RETURNABLE = frozenset(part.name for part in fields(SqlSettings)) - {
    *_IMMUTABLE,
    "labels",
    "storage_gb",
}


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
                diff=(*diff, *_mark(found)),
                cost_delta=self.cost() - sql_month(found.settings),
                breaks=_("the instance restarts: some minutes without a database")
                if restart
                else "",
            )
        mark = _mark(found)
        return Seen(action=Action.ADOPT, diff=mark) if mark else AS_WANTED

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

    def remove(self, work: Work, made: Made) -> None:
        """Delete the instance after a final backup, or bring the fields of an older one back."""
        join(work, self.project, self.instance)
        found = work.cloud.sql_instance(self.project, self.instance)
        if found is None:
            return
        if not made.created:
            self._bring_back(work, found, made)
            return
        if found.deletion_protected:
            work.says(_("taking the protection from deletion off"))
            work.finish(work.cloud.start_sql_unprotection(self.project, found))
        work.says(_("taking a final backup, then deleting"))
        delete = work.cloud.start_sql_deletion
        work.finish(delete(self.project, self.instance, FINAL_BACKUP_DAYS))

    def _bring_back(self, work: Work, found: SqlInstance, made: Made) -> None:
        before = {
            part.field: part.before
            for part in self.standing(work.cloud, made)
            if part.field in _RETURNABLE
        }
        settings = replace(found.settings, **before)  # type: ignore[arg-type]
        settings = replace(settings, labels=labels_before(found.settings.labels, made.diff))
        if settings != found.settings:
            work.finish(work.cloud.start_sql_change(self.project, found, settings))

    def undo_command(self, made: Made) -> str:
        """Return what a person would type to take it back."""
        where = f"{self.instance} --project={self.project}"
        if made.created:
            return (
                f"gcloud sql instances patch {where} --no-deletion-protection\n"
                f"gcloud sql instances delete {where} --enable-final-backup "
                f"--final-backup-retention-days={FINAL_BACKUP_DAYS}"
            )
        fields = [part for part in made.diff if part.field in _RETURNABLE]
        words = " ".join(_flag(FieldDiff(part.field, part.after, part.before)) for part in fields)
        label = any(part.field == "labels.managed-by" for part in made.diff)
        unmark = " --remove-labels=managed-by" if label else ""
        return f"gcloud sql instances patch {where} {words}{unmark}"

    def loses(self) -> str:
        """Return what goes with it."""
        return _("every database in it; a final backup is kept for {days} days").format(
            days=FINAL_BACKUP_DAYS
        )

    def foreign(self, cloud: Cloud, ours: Ours) -> tuple[str, ...]:
        """Return the databases and users that somebody else made in it."""
        databases = cloud.sql_databases(self.project, self.instance) - _GOOGLES
        users = cloud.sql_users(self.project, self.instance) - _GOOGLES
        made_here = {
            (kind, key.split("/", 1)[1])
            for key in ours.ids
            for kind in ("sql.database", "sql.user")
            if key.startswith(f"{kind}:{self.instance}/")
        }
        return (
            *(
                _("database {name}").format(name=name)
                for name in sorted(databases)
                if ("sql.database", name) not in made_here
            ),
            *(
                _("database user {name}").format(name=name)
                for name in sorted(users)
                if ("sql.user", name) not in made_here
            ),
        )

    def standing(self, cloud: Cloud, made: Made) -> tuple[FieldDiff, ...]:
        """Return the fields that still have the value that Tarmac wrote."""
        found = cloud.sql_instance(self.project, self.instance)
        if found is None:
            return ()
        now = {**_fields(found.settings), **label_fields(found.settings.labels)}
        return tuple(
            part
            for part in still(made.diff, now)
            if part.field in _RETURNABLE or part.field.startswith("labels.")
        )

    def trace(self, cloud: Cloud) -> Trace:
        """Return when it was made."""
        found = cloud.sql_instance(self.project, self.instance)
        return trace_of(found.created, found.settings.labels) if found else Trace()

    def blueprint_key(self, field: str) -> str:
        """Return the key of ``[database]`` behind a field."""
        return f"database.{field}" if field in _KEYS else ""

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


def _mark(found: SqlInstance) -> tuple[FieldDiff, ...]:
    if labelled(found.settings.labels):
        return ()
    now = found.settings.labels.get("managed-by")
    return (FieldDiff("labels.managed-by", now, LABELS["managed-by"]),)


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
