"""The Cloud SQL instance: the slow one, so everything independent happens meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from generators.language import _
from wizards.cloud.port import Cloud
from wizards.cloud.things import SqlInstance, SqlSettings
from wizards.plan import Action, FieldDiff
from wizards.setup.marks import label_fields, labels_before, still, trace_of
from wizards.setup.prices import sql_month
from wizards.setup.resource import (
    LABELS,
    Made,
    Ours,
    Resource,
    Seen,
    Trace,
    labelled,
    new,
)
from wizards.setup.sql_comparing import changed, compare
from wizards.setup.sql_fields import (
    FLAG,
    IMMUTABLE,
    KEYS,
    create_words,
    fields_of,
    interrupts,
    patch_group,
    patch_words,
)
from wizards.setup.sql_stopped import stopped
from wizards.setup.work import Work

_UNFINISHED = {"PENDING_CREATE", "MAINTENANCE", "PENDING_DELETE"}
FINAL_BACKUP_DAYS = 30
# Made by Google in every instance.
_GOOGLES = frozenset({"postgres", "template0", "template1", "cloudsqladmin"})
# A disk never shrinks, and what is immutable was never changed.
_RETURNABLE = frozenset(KEYS) - {*IMMUTABLE, "storage_gb"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlInstanceResource(Resource):
    """One PostgreSQL instance; only what tarmac.toml names is changed on one that exists."""

    instance: str
    settings: SqlSettings
    decided: frozenset[str] = frozenset(KEYS) - {"network", "public_address"}
    """The fields that tarmac.toml decides; what else differs stays as it is."""

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

    @property
    def turn(self) -> str:
        """The instance: Google takes one operation on it at a time."""
        return f"sql.instance:{self.instance}"

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
        return stopped(self.project, self.instance) if found.stopped else self._compare(found)

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        return new(fields_of(self.settings), self.cost())

    def _compare(self, found: SqlInstance) -> Seen:
        made = compare(self.instance, found.settings, self.settings, self.decided)
        if made.blocked_by:
            return Seen(action=Action.BLOCKED, diff=made.diff, blocked_by=made.blocked_by)
        mark = _mark(found)
        month = sql_month(changed(found.settings, made.diff))
        if not made.diff:
            action = Action.ADOPT if mark else Action.NONE
            return Seen(action=action, diff=mark, kept=made.kept, month=month)
        return Seen(
            action=Action.UPDATE,
            diff=(*made.diff, *mark),
            cost_delta=month - sql_month(found.settings),
            month=month,
            breaks=interrupts(made.diff),
            kept=made.kept,
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
            diff = self._compare(found).diff
            wanted = replace(changed(found.settings, diff), labels=labels)
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
        written = [part for part in self.standing(work.cloud, made) if part.field in _RETURNABLE]
        settings = changed(found.settings, tuple(written), back=True)
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
        words = patch_words(
            (
                FieldDiff(part.field, part.after, part.before)
                for part in made.diff
                if part.field in _RETURNABLE
            ),
            {},
        )
        if any(part.field == "labels.managed-by" for part in made.diff):
            words = f"{words} --remove-labels=managed-by".strip()
        return f"{patch_group(words)} {where} {words}"

    def loses(self) -> str:
        """Return what goes with it."""
        return _("every database in it; a final backup is kept for {days} days").format(
            days=FINAL_BACKUP_DAYS
        )

    def interrupts(self, diff: Sequence[FieldDiff]) -> str:
        """Return what a change of these fields interrupts or gives up."""
        return interrupts(diff)

    def foreign(self, cloud: Cloud, ours: Ours) -> tuple[str, ...]:
        """Return the databases and users that somebody else made in it."""
        databases = cloud.sql_databases(self.project, self.instance) - _GOOGLES
        users = cloud.sql_users(self.project, self.instance) - _GOOGLES
        made_here = {
            (kind, key.split("/", 1)[1])
            for key in ours.ids
            for kind in ("sql.database", "sql.user", "sql.iam_user")
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
                if made_here.isdisjoint({("sql.user", name), ("sql.iam_user", name)})
            ),
        )

    def standing(self, cloud: Cloud, made: Made) -> tuple[FieldDiff, ...]:
        """Return the fields that still have the value that Tarmac wrote."""
        found = cloud.sql_instance(self.project, self.instance)
        if found is None:
            return ()
        now = {**fields_of(found.settings), **label_fields(found.settings.labels)}
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
        return KEYS.get(field, "")

    def command(self, seen: Seen) -> str:
        """Return what a person would type for the same."""
        if seen.action in (Action.UPDATE, Action.ADOPT):
            others = {
                part.field.removeprefix(FLAG): str(part.before)
                for part in seen.kept
                if part.field.startswith(FLAG)
            }
            words = patch_words(seen.diff, others)
            return f"{patch_group(words)} {self.instance} {words} --project={self.project}"
        words = create_words(self.settings)
        return f"gcloud sql instances create {self.instance} {words} --project={self.project}"

    def following(self, seen: Seen) -> str:
        """Return what a person would type to follow the suggestions that were left alone."""
        wished = [part for part in seen.kept if part.after is not None]
        others = {
            part.field.removeprefix(FLAG): str(part.before)
            for part in seen.kept
            if part.field.startswith(FLAG) and part.after is None
        }
        words = patch_words((part for part in wished if part.field not in IMMUTABLE), others)
        if not words:
            return ""
        return f"{patch_group(words)} {self.instance} {words} --project={self.project}"

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


def join(work: Work, project: str, instance: str) -> None:
    """Wait for whatever operation runs on an instance."""
    for operation in work.cloud.sql_operations(project, instance):
        work.says(_("joining the operation that runs already"))
        work.finish(operation.name)
