"""Backups of an instance, and restoring one over an instance."""

from __future__ import annotations

from typing import Any

from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.cloudsql import backup_records, sql_operations
from sandbox.cloudsql.effects import INSTANCE
from sandbox.cloudsql.instances import existing, running
from sandbox.cloudsql.refusals import invalid
from sandbox.cloudsql.settings import recovers, server_settings
from sandbox.paging import sliced

Body = dict[str, Any]

api = Api("sqladmin", "v1", "v1beta4")
BACKUP, DELETION, RESTORE = 90.0, 10.0, 300.0


@api.method("backupRuns.insert", "cloudsql.backupRuns.create")
def insert(call: Call) -> Body:
    """Begin to back an instance up."""
    return begin_backup(call, running(call))


@api.method("backupRuns.list", "cloudsql.backupRuns.list")
def list_(call: Call) -> Body:
    """Return an instance's backups, the newest first."""
    instance = existing(call)
    found = backup_records.of_instance(call.world, instance["project"], instance["name"])
    page = sliced(call, "items", [shown(call, each) for each in found], size_name="maxResults")
    return {"kind": "sql#backupRunsList", **page}


@api.method("backupRuns.get", "cloudsql.backupRuns.get")
def get(call: Call) -> Body:
    """Return one backup."""
    return shown(call, _record(call))


@api.method("backupRuns.delete", "cloudsql.backupRuns.delete")
def delete(call: Call) -> Body:
    """Begin to delete a backup."""
    return begin_deletion(call, _record(call))


@api.method("instances.restoreBackup", "cloudsql.instances.restoreBackup")
def restore(call: Call) -> Body:
    """Begin to put a backup in the place of everything the instance holds."""
    instance = running(call)
    record = _wanted(call, instance)
    if record["status"] != "SUCCESSFUL":
        raise invalid(f"The backup is {record['status']}, not SUCCESSFUL.")
    needed, there = record["settings"]["dataDiskSizeGb"], instance["settings"]["dataDiskSizeGb"]
    if int(there) < int(needed):
        raise invalid(f"The disk of the instance is smaller than the backup's, {needed} GB.")
    fresh = None
    if recovers(instance["settings"]):
        fresh = backup_records.new(call, instance, "AUTOMATED")
    arguments = {
        "owner": record["project"],
        "backup": record["id"],
        "server": server_settings(instance["settings"]),
        "fresh": fresh,
    }
    begun = sql_operations.begin(
        *(call, instance, "RESTORE_VOLUME", "sql.backup.restore", arguments, RESTORE),
        backup=context(record),
    )
    key = sql_operations.target(instance["project"], instance["name"])
    call.world.store.put(INSTANCE, key, {**instance, "state": "MAINTENANCE"})
    return begun


def begin_backup(call: Call, instance: Body) -> Body:
    """Begin to back up an instance that is up."""
    description = call.body.get("description", "")
    record = backup_records.new(call, instance, "ON_DEMAND", description=description)
    begun = sql_operations.begin(
        *(call, instance, "BACKUP_VOLUME", "sql.backup.create", {"record": record}, BACKUP),
        backup=context(record),
    )
    backup_records.keep(call.world, record)
    return begun


def begin_deletion(call: Call, record: Body) -> Body:
    """Begin to delete a backup, whether or not its instance is still there."""
    instance = {"project": record["project"], "name": record["instance"]}
    begun = sql_operations.begin(
        *(call, instance, "DELETE_BACKUP", "sql.backup.delete", {"record": record}, DELETION),
        backup=context(record),
    )
    backup_records.keep(call.world, {**record, "status": "DELETION_PENDING"})
    return begun


def context(record: Body) -> Body:
    """Return how operations name a backup."""
    return {
        "backupId": record["id"],
        "name": f"projects/{record['project']}/backups/{record['uid']}",
    }


def shown(call: Call, record: Body) -> Body:
    """Return a backup as ``backupRuns`` shows it."""
    project, instance, copied = record["project"], record["instance"], record["copied"]
    base = sql_operations.base(call)
    run = {
        "kind": "sql#backupRun",
        "id": record["id"],
        "instance": instance,
        "type": record["type"],
        "status": record["status"],
        "backupKind": "PHYSICAL",
        "databaseVersion": record["version"],
        "location": record["location"],
        "timeZone": "UTC",
        "enqueuedTime": stamp(record["enqueued"]),
        "windowStartTime": stamp(record["enqueued"]),
        "startTime": stamp(copied["began"] if copied else record["enqueued"]),
        "selfLink": f"{base}/projects/{project}/instances/{instance}/backupRuns/{record['id']}",
    }
    if record["description"]:
        run["description"] = record["description"]
    if copied:
        run |= {"endTime": stamp(copied["ended"]), "maxChargeableBytes": str(copied["bytes"])}
    return run


def _record(call: Call) -> Body:
    instance = existing(call)
    return backup_records.by_number(
        call.world, instance["project"], instance["name"], call.text("id")
    )


def _wanted(call: Call, instance: Body) -> Body:
    """Find the backup a restore names, by its own name or by instance and number."""
    if call.body.get("backup"):
        name = call.body["backup"]
        if name.count("/") != 3:
            raise invalid(f"The backup name {name} is not valid.")
        return backup_records.by_name(call.world, name)
    given = call.body.get("restoreBackupContext", {})
    if not given.get("backupRunId"):
        raise invalid("The backup to restore must be named.")
    return backup_records.by_number(
        call.world,
        given.get("project") or instance["project"],
        given.get("instanceId") or instance["name"],
        str(given["backupRunId"]),
    )
