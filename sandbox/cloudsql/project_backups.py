"""Backups of a project, also those whose instance is gone: the final ones and the retained."""

from __future__ import annotations

from typing import Any

from sandbox import projects
from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.cloudsql import backup_records, backup_runs, sql_operations
from sandbox.cloudsql.effects import INSTANCE
from sandbox.cloudsql.instances import fits
from sandbox.cloudsql.refusals import no_instance, not_running
from sandbox.paging import sliced

Body = dict[str, Any]

api, older = Api("sqladmin", "v1"), Api("sqladmin", "v1beta4")
DAY = 86400.0
STATES = {"DELETION_PENDING": "DELETING"}


@api.method("Backups.CreateBackup", "cloudsql.backupRuns.create")
@older.method("backups.createBackup", "cloudsql.backupRuns.create")
def create(call: Call) -> Body:
    """Begin to back up the instance that the body names."""
    name = call.body.get("instance", "").rpartition("/")[2]
    instance = call.world.store.get(INSTANCE, f"{_project(call, 'parent')}/{name}")
    if instance is None:
        raise no_instance()
    sql_operations.require_idle(call, instance["project"], instance["name"])
    if instance["state"] != "RUNNABLE":
        raise not_running()
    return backup_runs.begin_backup(call, instance)


@api.method("Backups.ListBackups", "cloudsql.backupRuns.list")
@older.method("backups.listBackups", "cloudsql.backupRuns.list")
def list_(call: Call) -> Body:
    """Return a project's backups, the newest first; ``type:FINAL`` and the like narrow them."""
    records = call.world.store.all(backup_records.KIND, _project(call, "parent"))
    found = [_shown(call, each) for each in reversed(records)]
    return sliced(call, "backups", [each for each in found if fits(each, call.text("filter"))])


@api.method("Backups.GetBackup", "cloudsql.backupRuns.get")
@older.method("backups.getBackup", "cloudsql.backupRuns.get")
def get(call: Call) -> Body:
    """Return one backup."""
    return _shown(call, _record(call))


@api.method("Backups.DeleteBackup", "cloudsql.backupRuns.delete")
@older.method("backups.deleteBackup", "cloudsql.backupRuns.delete")
def delete(call: Call) -> Body:
    """Begin to delete one backup."""
    return backup_runs.begin_deletion(call, _record(call))


def _project(call: Call, parameter: str) -> str:
    return projects.canonical(call.world, call.text(parameter)).split("/")[1]


def _record(call: Call) -> Body:
    name = projects.canonical(call.world, call.text("name"))
    return backup_records.by_name(call.world, name)


def _shown(call: Call, record: Body) -> Body:
    copied, name = record["copied"], backup_runs.context(record)["name"]
    backup: Body = {
        "kind": "sql#backup",
        "name": name,
        "selfLink": f"{sql_operations.base(call)}/{name}",
        "instance": record["instance"],
        "type": record["type"],
        "state": STATES.get(record["status"], record["status"]),
        "backupKind": "PHYSICAL",
        "databaseVersion": record["version"],
        "location": record["location"],
        "timeZone": "UTC",
        "backupRun": f"projects/{record['project']}/instances/{record['instance']}"
        f"/backupRuns/{record['id']}",
    }
    if record["description"]:
        backup["description"] = record["description"]
    if copied:
        ended = copied["ended"]
        backup["maxChargeableBytes"] = str(copied["bytes"])
        backup["backupInterval"] = {"startTime": stamp(copied["began"]), "endTime": stamp(ended)}
        if record["days"]:
            backup["expiryTime"] = stamp(ended + record["days"] * DAY)
            backup["ttlDays"] = str(record["days"])
    if record["orphaned"] is not None:
        backup["instanceDeletionTime"] = stamp(record["orphaned"])
    return backup
