"""Cloud SQL: the instance, its database and its user."""

from __future__ import annotations

from wizards.cloud.things import SqlSettings
from wizards.setup.export.gcloud.steps import Lines, command, either, shell_steps, values
from wizards.setup.resource import LABELS
from wizards.setup.sql_database import SqlDatabaseResource, SqlUserResource
from wizards.setup.sql_instance import SqlInstanceResource

_GROUP = ("gcloud", "sql")
_LABELS = ",".join(f"{key}={value}" for key, value in LABELS.items())


@shell_steps.register
def _database(resource: SqlDatabaseResource) -> Lines:
    place = (f"--instance={resource.instance}", f"--project={resource.project}")
    describe = (*_GROUP, "databases", "describe", resource.database, *place, values("name"))
    create = (*_GROUP, "databases", "create", resource.database, *place)
    return either(f"look {command(*describe)}", ["unchanged"], [f"create {command(*create)}"])


@shell_steps.register
def _user(resource: SqlUserResource) -> Lines:
    return [command("user", resource.user, resource.instance, resource.project, resource.secret)]


@shell_steps.register
def _instance(resource: SqlInstanceResource) -> Lines:
    """Labels are known to gcloud's beta group only; a disk grows and never shrinks."""
    settings = resource.settings
    group = ("gcloud", "beta", "sql", "instances")
    place = (resource.instance, f"--project={resource.project}")
    wanted = {
        "settings.tier": settings.tier,
        "settings.availabilityType": _availability(settings).upper(),
        "settings.backupConfiguration.pointInTimeRecoveryEnabled": str(
            settings.point_in_time_recovery
        ),
        "settings.userLabels.managed-by": LABELS["managed-by"],
    }
    flags = (
        f"--tier={settings.tier}",
        f"--availability-type={_availability(settings)}",
        f"--{'' if settings.point_in_time_recovery else 'no-'}enable-point-in-time-recovery",
    )
    describe = (*_GROUP, "instances", "describe", *place)
    create = (*group, "create", *place, *_new(settings), *flags, f"--labels={_LABELS}")
    patch = (*group, "patch", *place, *flags, f"--update-labels={_LABELS}")
    grow = (*_GROUP, "instances", "patch", *place, f"--storage-size={settings.storage_gb}GB")
    return either(
        f"look {command(*describe, values(*wanted))}",
        [
            f"settle {command('|'.join(wanted.values()))} {command(*patch)}",
            f"look {command(*describe, values('settings.dataDiskSizeGb'))} || true",
            f'if [ "${{seen:-0}}" -lt {settings.storage_gb} ]; then update {command(*grow)}; fi',
        ],
        [f"create {command(*create)}"],
    )


def _availability(settings: SqlSettings) -> str:
    return "regional" if settings.high_availability else "zonal"


def _new(settings: SqlSettings) -> tuple[str, ...]:
    """Return the flags that only a new instance gets."""
    return (
        f"--database-version={settings.version}",
        f"--edition={settings.edition.lower().replace('_', '-')}",
        f"--region={settings.region}",
        f"--storage-size={settings.storage_gb}GB",
        "--storage-type=SSD",
        "--storage-auto-increase",
        "--activation-policy=ALWAYS",
        "--connector-enforcement=REQUIRED",
        "--assign-ip",
        "--ssl-mode=ENCRYPTED_ONLY",
        "--backup",
        "--backup-start-time=18:00",
        "--retained-backups-count=7",
        "--retained-transaction-log-days=7",
        "--deletion-protection",
        "--retain-backups-on-delete",
        "--maintenance-window-day=SUN",
        "--maintenance-window-hour=18",
        "--maintenance-release-channel=production",
        "--database-flags=cloudsql.iam_authentication=on",
        "--timeout=unlimited",
    )
