"""Cloud SQL: the instance, its database and its users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wizards.cloud.things import SqlSettings
from wizards.plan import FieldDiff
from wizards.setup.export.gcloud.steps import Lines, command, either, shell_steps, values
from wizards.setup.resource import LABELS
from wizards.setup.sql_database import SqlDatabaseResource, SqlUserResource
from wizards.setup.sql_fields import FLAG, create_words, fields_of, patch_words
from wizards.setup.sql_iam_user import SqlIamUserResource
from wizards.setup.sql_instance import SqlInstanceResource

_GROUP = ("gcloud", "sql")
_BETA = ("gcloud", "beta", "sql", "instances")
"""Labels are known to the beta group only."""
_RECOVERY = "point_in_time_recovery"
_NEEDS_RECOVERY = ("log_days",)
_ALWAYS = (
    "--storage-type=SSD",
    "--activation-policy=ALWAYS",
    "--maintenance-release-channel=production",
    "--timeout=unlimited",
)
_PATHS = {
    "tier": "settings.tier",
    "edition": "settings.edition",
    "high_availability": "settings.availabilityType",
    "backups": "settings.backupConfiguration.backupRetentionSettings.retainedBackups",
    _RECOVERY: "settings.backupConfiguration.pointInTimeRecoveryEnabled",
    "log_days": "settings.backupConfiguration.transactionLogRetentionDays",
    "deletion_protection": "settings.deletionProtectionEnabled",
    "network": "settings.ipConfiguration.privateNetwork",
    "public_address": "settings.ipConfiguration.ipv4Enabled",
}
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
def _iam_user(resource: SqlIamUserResource) -> Lines:
    place = (f"--instance={resource.instance}", f"--project={resource.project}")
    listing = (*_GROUP, "users", "list", *place, values("name"))
    create = (*_GROUP, "users", "create", resource.user, *place)
    return [
        f"look {command(*listing)} || true",
        *either(
            f"has_line {command(resource.user)}",
            ["unchanged"],
            [f"create {command(*create, '--type=cloud_iam_service_account')}"],
        ),
    ]


@shell_steps.register
def _instance(resource: SqlInstanceResource) -> Lines:
    """On one that exists only what tarmac.toml decides is changed; a disk grows, never shrinks."""
    settings = resource.settings
    place = (resource.instance, f"--project={resource.project}")
    describe = (*_GROUP, "instances", "describe", *place)
    wanted = _wanted(resource)
    fields = values(*(field.path for field in wanted))
    compared = " ".join(command(field.wanted, field.flag) for field in wanted)
    server_flags = [
        f"{name}={value}"
        for name, value in settings.flags.items()
        if FLAG + name in resource.decided
    ]
    return [
        f"instance=({command(*describe)})",
        *either(
            f'look "${{instance[@]}}" {command(values("region", "databaseVersion"))}',
            [
                *_unmovable(settings),
                "flags=()",
                f'look "${{instance[@]}}" {command(fields)} || true',
                f"compare {compared}",
                *_growing(resource),
                *([f"add_server_flags {command(*server_flags)}"] if server_flags else []),
                f"amend {command(*_BETA, 'patch', *place)}",
            ],
            [
                f"create {command(*_BETA, 'create', *place)} {create_words(settings)} "
                + command(*_ALWAYS, f"--labels={_LABELS}")
            ],
        ),
    ]


def _unmovable(settings: SqlSettings) -> Lines:
    wanted = f"{settings.region}|{settings.version}"
    says = command("give_up", f"it has another region or version than {wanted}")
    return [f'if [ "$seen" != {command(wanted)} ]; then {says}; fi']


def _growing(resource: SqlInstanceResource) -> Lines:
    if "storage_gb" not in resource.decided:
        return []
    size = resource.settings.storage_gb
    return [
        f'look "${{instance[@]}}" {command(values("settings.dataDiskSizeGb"))} || true',
        f'if [ "${{seen:-0}}" -lt {size} ]; then flags+=(--storage-size={size}GB); fi',
    ]


@dataclass(frozen=True, slots=True)
class _Field:
    """Where gcloud shows a field, what it shows when it is as wanted, and the flag that sets it."""

    path: str
    wanted: str
    flag: str


def _wanted(resource: SqlInstanceResource) -> list[_Field]:
    found = fields_of(resource.settings)
    made = [
        _Field(path, _shown(field, found[field]), patch_words((_as_diff(field, found),), {}))
        for field, path in _PATHS.items()
        if field in resource.decided and not (field in _NEEDS_RECOVERY and not found[_RECOVERY])
    ]
    label = _Field("settings.userLabels.managed-by", "tarmac", f"--update-labels={_LABELS}")
    return [*(field for field in made if field.flag), label]


def _as_diff(field: str, found: Mapping[str, str | int | bool]) -> FieldDiff:
    return FieldDiff(field, None, found[field])


def _shown(field: str, value: str | int | bool) -> str:
    if field == "high_availability":
        return "REGIONAL" if value else "ZONAL"
    return str(value)
