"""An instance's settings: defaults, what is refused, and how an update is merged in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.cloudsql import tiers
from sandbox.cloudsql.refusals import invalid, stale
from sandbox.services.places import REGIONS

Body = dict[str, Any]

NAME = re.compile(r"[a-z]([a-z0-9-]{0,96}[a-z0-9])?")
VERSIONS = tuple(f"POSTGRES_{number}" for number in range(12, 19))
DEFAULT_VERSION = "POSTGRES_17"
KEPT_LOG = "1GB"
LABELS = "userLabels"


def check_instance(body: Body) -> None:
    """Refuse a new instance whose name, region or version Google would not take."""
    check_name(body.get("name", ""))
    region = body.get("region") or "us-central1"
    if region not in REGIONS:
        raise invalid(f"Invalid region {region}.")
    version = body.get("databaseVersion", DEFAULT_VERSION)
    if version not in VERSIONS:
        raise invalid(
            f"Database version {version} is not imitated: the sandbox has PostgreSQL only."
        )


def check_name(name: str) -> None:
    """Refuse a name that Google would not give an instance."""
    if not NAME.fullmatch(name):
        raise invalid(
            "Invalid instance name. It must begin with a letter and contain only lowercase "
            "letters, numbers and hyphens, at most 98 characters with the project's name."
        )


def complete(given: Body, version: str) -> Body:
    """Return checked settings with Google's defaults filled in."""
    modern = int(version.removeprefix("POSTGRES_")) >= 16
    settings: Body = {
        "kind": "sql#settings",
        "settingsVersion": "1",
        "edition": "ENTERPRISE_PLUS" if modern else "ENTERPRISE",
        "availabilityType": "ZONAL",
        "pricingPlan": "PER_USE",
        "replicationType": "SYNCHRONOUS",
        "activationPolicy": "ALWAYS",
        "dataDiskSizeGb": "10",
        "dataDiskType": "PD_SSD",
        "storageAutoResize": True,
        "storageAutoResizeLimit": "0",
        "connectorEnforcement": "NOT_REQUIRED",
        "deletionProtectionEnabled": False,
        "ipConfiguration": {"ipv4Enabled": True, "sslMode": "ALLOW_UNENCRYPTED_AND_ENCRYPTED"},
        "backupConfiguration": {
            "kind": "sql#backupConfiguration",
            "enabled": False,
            "startTime": "17:00",
            "pointInTimeRecoveryEnabled": False,
            "transactionLogRetentionDays": 7,
            "backupRetentionSettings": {"retainedBackups": 7, "retentionUnit": "COUNT"},
        },
        "locationPreference": {"kind": "sql#locationPreference"},
        "userLabels": {},
    }
    full = merged(settings, given)
    full["settingsVersion"] = "1"
    check(full)
    return full


def check(settings: Body) -> None:
    """Refuse combinations that Google refuses."""
    edition = settings.get("edition", "ENTERPRISE")
    tiers.check(settings.get("tier", ""), edition)
    disk = int(settings.get("dataDiskSizeGb", 10))
    if not 10 <= disk <= 65536:
        raise invalid("The disk size must be between 10 GB and 65536 GB.")
    if settings.get("tier") in tiers.SHARED and disk > 3062:
        raise invalid("The disk of a shared-core instance is at most 3062 GB.")
    network = settings["ipConfiguration"]
    if not (
        network.get("ipv4Enabled") or network.get("privateNetwork") or network.get("pscConfig")
    ):
        raise invalid(
            "At least one of Public IP or Private IP or PSC connectivity must be enabled."
        )
    backup = settings["backupConfiguration"]
    most = 35 if edition == "ENTERPRISE_PLUS" else 7
    if not 1 <= int(backup.get("transactionLogRetentionDays", 7)) <= most:
        raise invalid(
            f"The transaction log retention days for {edition} edition must be between 1 and "
            f"{most}."
        )
    if backup.get("pointInTimeRecoveryEnabled") and not backup.get("enabled"):
        raise invalid("Point-in-time recovery needs automated backups to be enabled.")


def changed(old: Body, given: Body) -> Body:
    """Return settings after a PATCH; a stale ``settingsVersion`` is refused, disks never shrink."""
    version = given.get("settingsVersion")
    if version is not None and int(version) != int(old["settingsVersion"]):
        raise stale()
    fresh = merged(old, given)
    if int(fresh["dataDiskSizeGb"]) < int(old["dataDiskSizeGb"]):
        raise invalid("The disk size cannot be decreased.")
    fresh["settingsVersion"] = str(int(old["settingsVersion"]) + 1)
    check(fresh)
    return fresh


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> Body:
    """Return ``old`` with ``new`` laid over it, objects merged, lists replaced.

    A label goes only when it is sent as null: to leave it out says nothing about it.
    """
    made = dict(old)
    for key, value in new.items():
        before = made.get(key)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            made[key] = merged(before, value)
            if key == LABELS:
                made[key] = {name: text for name, text in made[key].items() if text is not None}
        else:
            made[key] = value
    return made


def server_settings(settings: Body) -> dict[str, str]:
    """Return what the real server is told: the tier's connections and the database flags."""
    flags = {
        each["name"]: str(each.get("value", "on")) for each in settings.get("databaseFlags", ())
    }
    log = {"wal_keep_size": KEPT_LOG} if recovers(settings) else {}
    return {"max_connections": str(tiers.connections(settings["tier"])), **log, **flags}


def recovers(settings: Body) -> bool:
    """Whether point-in-time recovery is on."""
    backup = settings["backupConfiguration"]
    return bool(backup.get("enabled") and backup.get("pointInTimeRecoveryEnabled"))
