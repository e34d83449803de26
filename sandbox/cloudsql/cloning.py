"""Clones of an instance: as it is now, or as it was at a moment the log still reaches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.cloudsql import backup_records, settings, sql_operations
from sandbox.cloudsql.effects import INSTANCE
from sandbox.cloudsql.instances import existing, running
from sandbox.cloudsql.refusals import exists, invalid

Body = dict[str, Any]

api = Api("sqladmin", "v1", "v1beta4")
CLONE = 480.0


@api.method("instances.clone", "cloudsql.instances.clone")
def clone(call: Call) -> Body:
    """Begin to make an instance with everything another one holds or held."""
    source, wanted = running(call), call.body.get("cloneContext", {})
    name = wanted.get("destinationInstanceName", "")
    settings.check_name(name)
    if wanted.get("destinationProject") not in (None, "", source["project"]):
        raise invalid("Clones into another project are not imitated.")
    if call.world.store.get(INSTANCE, f"{source['project']}/{name}"):
        raise exists()
    backup, moment = None, _moment(wanted.get("pointInTime"))
    if moment is not None:
        backup = _backup_before(call, source, moment)
    instance = {
        **source,
        "name": name,
        "state": "PENDING_CREATE",
        "created": call.now,
        "settings": {**source["settings"], "settingsVersion": "1"},
        "zone": wanted.get("preferredZone") or source["zone"],
    }
    arguments = {
        "source": source["name"],
        "moment": moment,
        "backup": backup,
        "server": settings.server_settings(instance["settings"]),
        "fresh": backup_records.new(call, instance, "AUTOMATED")
        if settings.recovers(instance["settings"])
        else None,
    }
    begun = sql_operations.begin(call, instance, "CLONE", "sql.instance.clone", arguments, CLONE)
    call.world.store.put(INSTANCE, f"{source['project']}/{name}", instance, source["project"])
    return begun


@api.method("projects.instances.getLatestRecoveryTime", "cloudsql.instances.get")
def recovery_time(call: Call) -> Body:
    """Return from when to when an instance can be cloned as it was."""
    instance = existing(call)
    _require_recovery(instance)
    reach = _reach(call, instance)
    return {
        "kind": "sql#getLatestRecoveryTime",
        "latestRecoveryTime": stamp(call.now),
        "earliestRecoveryTime": stamp(call.now if reach is None else reach),
    }


def _moment(text: str | None) -> float | None:
    if not text:
        return None
    return datetime.fromisoformat(text).timestamp()


def _backup_before(call: Call, source: Body, moment: float) -> str:
    _require_recovery(source)
    if moment > call.now:
        raise invalid("The point in time lies in the future.")
    record = backup_records.of_that_time(call.world, source, moment)
    if record is None:
        reach = _reach(call, source)
        since = "no backup has been made yet" if reach is None else f"not before {stamp(reach)}"
        raise invalid(
            f"The instance cannot be recovered to {stamp(moment)}: {since}. The sandbox keeps the "
            "write-ahead log from the instance's last creation, clone or restore on."
        )
    return str(record["id"])


def _require_recovery(instance: Body) -> None:
    if not settings.recovers(instance["settings"]):
        raise invalid("Point-in-time recovery is not enabled for the instance.")


def _reach(call: Call, instance: Body) -> float | None:
    """Return the earliest moment that a backup and the log after it lead to."""
    found = [
        float(each["copied"]["ended"])
        for each in backup_records.of_instance(call.world, instance["project"], instance["name"])
        if each["copied"] and each["copied"]["began"] >= backup_records.log_since(instance)
    ]
    return min(found, default=None)
