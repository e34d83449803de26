"""The fields of a Cloud SQL instance: which of them tarmac.toml decides, and gcloud's words."""

from __future__ import annotations

from collections.abc import Iterable

from generators.language import _
from wizards.cloud.things import SQL_FLAGS, SqlSettings
from wizards.plan import FieldDiff

Fields = dict[str, str | int | bool]

FLAG = "flags."
IMMUTABLE = ("region", "version")
KEYS = {
    "region": "project.region",
    "version": "database.version",
    "edition": "database.edition",
    "tier": "database.tier",
    "storage_gb": "database.storage_gb",
    "high_availability": "database.high_availability",
    "point_in_time_recovery": "database.point_in_time_recovery",
    "log_days": "database.log_days",
    "backups": "database.backups",
    "deletion_protection": "database.deletion_protection",
    "network": "database.network",
    "public_address": "database.network",
    **{FLAG + name: "database.iam_login" for name in SQL_FLAGS},
}
"""The key of tarmac.toml behind a field; every other field is only suggested."""
_RESTARTING = ("edition", "tier", "high_availability", "network")


def fields_of(settings: SqlSettings) -> Fields:
    """Return what a plan shows of an instance: one value per field, each flag on its own."""
    return {
        "region": settings.region,
        "version": settings.version,
        "edition": settings.edition,
        "tier": settings.tier,
        "storage_gb": settings.storage_gb,
        "grows": settings.grows,
        "high_availability": settings.high_availability,
        "backups": settings.backups,
        "point_in_time_recovery": settings.point_in_time_recovery,
        "log_days": settings.log_days,
        "deletion_protection": settings.deletion_protection,
        "retain_backups": settings.retain_backups,
        "network": settings.network,
        "public_address": settings.public_address,
        "connector_enforcement": settings.connector_enforcement,
        "ssl_mode": settings.ssl_mode,
        "maintenance_day": settings.maintenance_day,
        "maintenance_hour": settings.maintenance_hour,
        **{FLAG + name: value for name, value in settings.flags.items()},
    }


def interrupts(diff: Iterable[FieldDiff]) -> str:
    """Return what a change of these fields interrupts or gives up, "" for nothing."""
    parts = {part.field: part for part in diff}
    said = []
    if any(field in parts for field in _RESTARTING):
        said.append(_("the instance restarts: some minutes without a database"))
    if (off := parts.get("public_address")) and off.after is False:
        said.append(_("the public address goes: whoever connects to it is cut off"))
    if (off := parts.get("point_in_time_recovery")) and off.after is False:
        said.append(_("its log is deleted: no earlier moment can be restored any more"))
    for field in ("log_days", "backups"):
        fewer = parts.get(field)
        if fewer and isinstance(fewer.before, int) and fewer.before > int(str(fewer.after)):
            said.append(_("the oldest backups and logs beyond the new limit are deleted"))
            break
    return "; ".join(said)


def impossible(part: FieldDiff, instance: str) -> str:
    """Return why a field of an existing instance stays, what replacing it loses, and the way."""
    keep = f"tarmac init --set {KEYS[part.field]}={part.before}"
    another = "tarmac init --set database.instance=…"
    if part.field == "version":
        upgrade = f"gcloud sql instances patch {instance} --database-version={part.after}"
        return _(
            "it runs {before}. Keep that: {keep}. Or upgrade it yourself, with some minutes "
            "without a database: {upgrade}. A new instance ({another}) would begin empty: "
            "every database in this one stays behind"
        ).format(before=part.before, keep=keep, upgrade=upgrade, another=another)
    if part.field == "storage_gb":
        return _(
            "a disk never shrinks: it has {before} GB. Keep that: {keep}. A smaller one needs a "
            "new instance ({another}), which begins empty: every database in this one stays behind"
        ).format(before=part.before, keep=keep, another=another)
    return _(
        "it is in {before} and cannot move. Keep that: {keep}. Or make a new instance "
        "({another}), which begins empty: every database in this one stays behind until a backup "
        "of it is restored there"
    ).format(before=part.before, keep=keep, another=another)


def create_words(settings: SqlSettings) -> str:
    """Return the flags of ``gcloud sql instances create`` for every field."""
    private = f"--network={settings.network} --no-assign-ip" if settings.network else ""
    recovery = (
        f"--enable-point-in-time-recovery --retained-transaction-log-days={settings.log_days}"
        if settings.point_in_time_recovery
        else ""
    )
    flags = ",".join(f"{name}={value}" for name, value in settings.flags.items())
    words = (
        f"--database-version={settings.version}",
        _word("edition", settings.edition),
        _word("tier", settings.tier),
        f"--region={settings.region}",
        _word("storage_gb", settings.storage_gb),
        _word("grows", settings.grows),
        _word("high_availability", settings.high_availability),
        "--backup --backup-start-time=18:00",
        _word("backups", settings.backups),
        recovery,
        private,
        _word("connector_enforcement", settings.connector_enforcement),
        _word("ssl_mode", settings.ssl_mode),
        _word("deletion_protection", settings.deletion_protection),
        _word("retain_backups", settings.retain_backups),
        _word("maintenance_day", settings.maintenance_day),
        _word("maintenance_hour", settings.maintenance_hour),
        f"--database-flags={flags}" if flags else "",
    )
    return " ".join(word for word in words if word)


def patch_words(diff: Iterable[FieldDiff], flags: dict[str, str]) -> str:
    """Return the flags of ``gcloud sql instances patch``; ``flags`` are all that shall be set.

    gcloud replaces every flag of the server at once, so those of other people are named too.
    """
    parts = list(diff)
    words = [_word(part.field, part.after) for part in parts if not part.field.startswith(FLAG)]
    if any(part.field.startswith(FLAG) for part in parts):
        every = flags | {
            part.field.removeprefix(FLAG): str(part.after)
            for part in parts
            if part.field.startswith(FLAG)
        }
        words.append(
            f"--database-flags={','.join(f'{key}={value}' for key, value in every.items())}"
        )
    return " ".join(dict.fromkeys(word for word in words if word))


def patch_group(words: str) -> str:
    """Return the command that takes these flags: labels of an instance are known to beta only."""
    beta = "beta " if "-labels" in words else ""
    return f"gcloud {beta}sql instances patch"


def _word(field: str, value: object) -> str:
    if field in _SWITCHES:
        return f"--{'' if value else 'no-'}{_SWITCHES[field]}"
    match field:
        case "high_availability":
            return f"--availability-type={'regional' if value else 'zonal'}"
        case "edition":
            return f"--edition={str(value).lower().replace('_', '-')}"
        case "maintenance_day":
            days = ("", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
            return f"--maintenance-window-day={days[int(str(value))]}" if value else ""
        case "backups":
            return f"--retained-backups-count={value}" if value else "--no-backup"
        case _:
            return _WORDS[field].format(value) if field in _WORDS else ""


_SWITCHES = {
    "grows": "storage-auto-increase",
    "point_in_time_recovery": "enable-point-in-time-recovery",
    "deletion_protection": "deletion-protection",
    "retain_backups": "retain-backups-on-delete",
    "public_address": "assign-ip",
}
_WORDS = {
    "tier": "--tier={}",
    "storage_gb": "--storage-size={}GB",
    "log_days": "--retained-transaction-log-days={}",
    "network": "--network={}",
    "connector_enforcement": "--connector-enforcement={}",
    "ssl_mode": "--ssl-mode={}",
    "maintenance_hour": "--maintenance-window-hour={}",
    "labels.managed-by": "--update-labels=managed-by={}",
}
