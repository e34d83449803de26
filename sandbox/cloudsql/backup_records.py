"""Backups as the sandbox keeps them: one record, which the API shows in two forms.

Each is a physical copy of the whole server, made while it works on (see
``wizards.postgres.physical_copy``), not a disk snapshot as Google's are.
"""

from __future__ import annotations

import uuid
from typing import Any

from sandbox.call import Call
from sandbox.cloudsql.refusals import no_backup
from sandbox.world import World

Body = dict[str, Any]

KIND = "sql-backup"


def new(
    call: Call, instance: Body, kind: str, *, description: str = "", days: int | None = None
) -> Body:
    """Return a record (``kind`` is ON_DEMAND, AUTOMATED or FINAL) that is not in the store yet."""
    number = int(call.now * 1000)
    while call.world.store.get(KIND, f"{instance['project']}/{number}"):
        number += 1
    return {
        "id": str(number),
        "uid": str(uuid.uuid4()),
        "project": instance["project"],
        "instance": instance["name"],
        "region": instance["region"],
        "version": instance["databaseVersion"],
        "settings": instance["settings"],
        "type": kind,
        "status": "RUNNING",
        "description": description,
        "location": call.body.get("location") or _near(instance["region"]),
        "enqueued": call.now,
        "days": days,
        "orphaned": None,
        "copied": None,
    }


def keep(world: World, record: Body) -> None:
    """Store a record or what has become of it."""
    world.store.put(KIND, f"{record['project']}/{record['id']}", record, record["project"])


def finish(world: World, record: Body, copied: Body) -> None:
    """Store a record as a backup that is complete."""
    keep(world, {**record, "status": "SUCCESSFUL", "copied": copied})


def of_instance(world: World, project: str, instance: str) -> list[Body]:
    """Return the records of an instance that is there, the newest first."""
    found = [each for each in world.store.all(KIND, project) if each["instance"] == instance]
    return [each for each in reversed(found) if each["orphaned"] is None]


def by_number(world: World, project: str, instance: str, number: str) -> Body:
    """Return a living instance's record by its backup run id."""
    record = world.store.get(KIND, f"{project}/{number}")
    if record is None or record["instance"] != instance or record["orphaned"] is not None:
        raise no_backup()
    return record


def by_name(world: World, name: str) -> Body:
    """Return a record by ``projects/p/backups/uid``."""
    _projects, project, _backups, uid = name.split("/")
    for record in world.store.all(KIND, project):
        if record["uid"] == uid:
            return record
    raise no_backup()


def of_that_time(world: World, instance: Body, moment: float) -> Body | None:
    """Return the last complete backup before a moment from which the log reaches there."""
    for record in of_instance(world, instance["project"], instance["name"]):
        copied = record["copied"]
        if copied and log_since(instance) <= copied["began"] and copied["ended"] <= moment:
            return record
    return None


def log_since(instance: Body) -> float:
    """Return from when on an instance's write-ahead log leads to its present state."""
    return float(instance.get("log_since") or instance["created"])


def _near(region: str) -> str:
    continent = region.partition("-")[0]
    return {"asia": "asia", "europe": "eu"}.get(continent, "us")
