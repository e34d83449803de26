"""Cloud SQL's settings object: what a new instance gets, and the smallest change of an old one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizards.cloud.calls import name_of
from wizards.cloud.things import SqlInstance, SqlSettings

if TYPE_CHECKING:
    from google.cloud import sqladmin_v1

LOG_DAYS = 7
KEPT_BACKUPS = 7
SUNDAY = 7


def new_settings(wanted: SqlSettings) -> dict[str, Any]:
    """Return the settings of a new instance: reachable by connectors only, backed up, protected."""
    return {
        "tier": wanted.tier,
        "edition": wanted.edition,
        "availability_type": _availability(wanted),
        "data_disk_type": "PD_SSD",
        "data_disk_size_gb": wanted.storage_gb,
        "storage_auto_resize": True,
        "activation_policy": "ALWAYS",
        "connector_enforcement": "REQUIRED",
        "ip_configuration": {"ipv4_enabled": True, "ssl_mode": "ENCRYPTED_ONLY"},
        "backup_configuration": _backups(wanted),
        "deletion_protection_enabled": True,
        "retain_backups_on_delete": True,
        "maintenance_window": {"day": SUNDAY, "hour": 18, "update_track": "stable"},
        "database_flags": [{"name": "cloudsql.iam_authentication", "value": "on"}],
        "user_labels": dict(wanted.labels),
    }


def changed_settings(before: SqlInstance, wanted: SqlSettings) -> dict[str, Any]:
    """Return the fields that differ, with the version they were read at; disks only grow."""
    now = before.settings
    changed: dict[str, Any] = {"settings_version": before.settings_version}
    if wanted.tier != now.tier:
        changed["tier"] = wanted.tier
    if wanted.storage_gb > now.storage_gb:
        changed["data_disk_size_gb"] = wanted.storage_gb
    if wanted.high_availability != now.high_availability:
        changed["availability_type"] = _availability(wanted)
    if wanted.point_in_time_recovery != now.point_in_time_recovery:
        changed["backup_configuration"] = _backups(wanted)
    if dict(wanted.labels) != dict(now.labels):
        changed["user_labels"] = dict(wanted.labels)
    return changed


def settings_of(found: sqladmin_v1.DatabaseInstance) -> SqlSettings:
    """Return what Tarmac decides, as an existing instance has it."""
    settings = found.settings
    return SqlSettings(
        version=name_of(found.database_version),
        tier=settings.tier,
        edition=name_of(settings.edition) if settings.edition else "ENTERPRISE",
        region=found.region,
        storage_gb=settings.data_disk_size_gb or 0,
        high_availability=name_of(settings.availability_type) == "REGIONAL",
        point_in_time_recovery=bool(settings.backup_configuration.point_in_time_recovery_enabled),
        labels=dict(settings.user_labels),
    )


def _availability(wanted: SqlSettings) -> str:
    return "REGIONAL" if wanted.high_availability else "ZONAL"


def _backups(wanted: SqlSettings) -> dict[str, Any]:
    return {
        "enabled": True,
        "start_time": "18:00",
        "point_in_time_recovery_enabled": wanted.point_in_time_recovery,
        "transaction_log_retention_days": LOG_DAYS,
        "backup_retention_settings": {"retained_backups": KEPT_BACKUPS},
    }
