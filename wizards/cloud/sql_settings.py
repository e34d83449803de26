"""Cloud SQL's settings object: what a new instance gets, and the smallest change of an old one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from wizards.cloud.calls import name_of
from wizards.cloud.things import SqlInstance, SqlSettings

if TYPE_CHECKING:
    from google.cloud import sqladmin_v1

BACKUP_START = "18:00"
_Part = dict[str, Any]


def new_settings(wanted: SqlSettings) -> _Part:
    """Return the settings of a new instance: reachable by connectors only, backed up, protected."""
    made: _Part = {
        "data_disk_type": "PD_SSD",
        "activation_policy": "ALWAYS",
        "user_labels": dict(wanted.labels),
    }
    for write in _WRITERS.values():
        _merge(made, write(wanted))
    made["backup_configuration"]["start_time"] = BACKUP_START
    return made


def changed_settings(before: SqlInstance, wanted: SqlSettings) -> _Part:
    """Return the fields that differ, with the version they were read at; disks only grow.

    Google merges what is sent into what is there, lists excepted: flags go as a whole.
    """
    now = before.settings
    changed: _Part = {"settings_version": before.settings_version}
    for field, write in _WRITERS.items():
        if getattr(wanted, field) != getattr(now, field):
            _merge(changed, write(wanted))
    if wanted.storage_gb < now.storage_gb:
        changed.pop("data_disk_size_gb", None)
    if dict(wanted.labels) != dict(now.labels):
        changed["user_labels"] = dict(wanted.labels)
    return changed


def change_document(before: SqlInstance, wanted: SqlSettings) -> _Part:
    """Return the body of a PATCH as JSON.

    A message says nothing of what is empty, so what is to be cleared is added: a label goes when it
    is sent as null, the last flag with an empty list.
    """
    from google.cloud.sqladmin_v1 import Settings

    from wizards.cloud.rest_transport import fields_of

    settings = fields_of(Settings(changed_settings(before, wanted)))
    gone = [key for key in before.settings.labels if key not in wanted.labels]
    if gone:
        settings["userLabels"] = settings.get("userLabels", {}) | dict.fromkeys(gone)
    if before.settings.flags and not wanted.flags:
        settings["databaseFlags"] = []
    return {"settings": settings}


def settings_of(found: sqladmin_v1.DatabaseInstance) -> SqlSettings:
    """Return what Tarmac decides, as an existing instance has it."""
    settings = found.settings
    backup, address = settings.backup_configuration, settings.ip_configuration
    window = settings.maintenance_window
    return SqlSettings(
        version=name_of(found.database_version),
        tier=settings.tier,
        edition=name_of(settings.edition) if settings.edition else "ENTERPRISE",
        region=found.region,
        storage_gb=settings.data_disk_size_gb or 0,
        high_availability=name_of(settings.availability_type) == "REGIONAL",
        point_in_time_recovery=bool(backup.point_in_time_recovery_enabled),
        labels=dict(settings.user_labels),
        log_days=backup.transaction_log_retention_days or 0,
        backups=(backup.backup_retention_settings.retained_backups or 7) if backup.enabled else 0,
        deletion_protection=bool(settings.deletion_protection_enabled),
        network=address.private_network,
        public_address=bool(address.ipv4_enabled),
        flags={flag.name: flag.value for flag in settings.database_flags},
        connector_enforcement=name_of(settings.connector_enforcement),
        ssl_mode=name_of(address.ssl_mode),
        retain_backups=bool(settings.retain_backups_on_delete),
        grows=bool(settings.storage_auto_resize),
        maintenance_day=window.day or 0,
        maintenance_hour=window.hour or 0,
    )


def _merge(into: _Part, part: _Part) -> None:
    for key, value in part.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _backup(**parts: Any) -> _Part:
    return {"backup_configuration": parts}


def _kept(wanted: SqlSettings) -> _Part:
    if not wanted.backups:
        return _backup(enabled=False)
    kept = {"retained_backups": wanted.backups, "retention_unit": "COUNT"}
    return _backup(enabled=True, backup_retention_settings=kept)


def _recovery(wanted: SqlSettings) -> _Part:
    on = {"enabled": True} if wanted.point_in_time_recovery else {}
    return _backup(**on, point_in_time_recovery_enabled=wanted.point_in_time_recovery)


def _network(wanted: SqlSettings) -> _Part:
    private = {"private_network": wanted.network} if wanted.network else {}
    return {"ip_configuration": {**private, "ipv4_enabled": wanted.public_address}}


def _window(wanted: SqlSettings) -> _Part:
    day = {"day": wanted.maintenance_day, "hour": wanted.maintenance_hour}
    return {"maintenance_window": {**day, "update_track": "stable"}} if day["day"] else {}


_WRITERS: dict[str, Callable[[SqlSettings], _Part]] = {
    "tier": lambda wanted: {"tier": wanted.tier},
    "edition": lambda wanted: {"edition": wanted.edition},
    "storage_gb": lambda wanted: {"data_disk_size_gb": wanted.storage_gb},
    "grows": lambda wanted: {"storage_auto_resize": wanted.grows},
    "high_availability": lambda wanted: {
        "availability_type": "REGIONAL" if wanted.high_availability else "ZONAL"
    },
    "backups": _kept,
    "point_in_time_recovery": _recovery,
    "log_days": lambda wanted: _backup(transaction_log_retention_days=wanted.log_days),
    "deletion_protection": lambda wanted: {
        "deletion_protection_enabled": wanted.deletion_protection
    },
    "retain_backups": lambda wanted: {"retain_backups_on_delete": wanted.retain_backups},
    "network": _network,
    "public_address": _network,
    "ssl_mode": lambda wanted: {"ip_configuration": {"ssl_mode": wanted.ssl_mode}},
    "connector_enforcement": lambda wanted: {"connector_enforcement": wanted.connector_enforcement},
    "maintenance_day": _window,
    "maintenance_hour": _window,
    "flags": lambda wanted: {
        "database_flags": [{"name": name, "value": value} for name, value in wanted.flags.items()]
    },
}
