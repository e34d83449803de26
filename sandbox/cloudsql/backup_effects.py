"""What backups, restores and clones do: to the real servers (work) and to the store (effects)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.cloudsql import backup_records, postgres_roles
from sandbox.cloudsql.effects import DATABASE, INSTANCE, USER
from sandbox.operations import Operation, effect, failure, work
from sandbox.world import World

Body = dict[str, Any]


@work("sql.backup.create")
def _back_up(world: World, arguments: Body) -> Body:
    return world.clusters.back_up(
        arguments["project"], arguments["instance"], arguments["record"]["id"]
    )


@effect("sql.backup.create")
def _backed_up(world: World, operation: Operation) -> Body:
    backup_records.finish(world, operation.arguments["record"], operation.outcome or {})
    return {}


@failure("sql.backup.create")
def _not_backed_up(world: World, operation: Operation) -> Body:
    backup_records.keep(world, {**operation.arguments["record"], "status": "FAILED"})
    return {}


@work("sql.backup.delete")
def _delete_backup(world: World, arguments: Body) -> None:
    world.clusters.forget_backup(arguments["project"], arguments["record"]["id"])


@effect("sql.backup.delete")
def _backup_deleted(world: World, operation: Operation) -> Body:
    record = operation.arguments["record"]
    world.store.delete(backup_records.KIND, f"{record['project']}/{record['id']}")
    return {}


@work("sql.backup.restore")
def _restore(world: World, arguments: Body) -> Body:
    world.clusters.restore(
        arguments["project"], arguments["instance"], arguments["owner"], arguments["backup"]
    )
    return _settled(world, arguments)


@work("sql.instance.clone")
def _clone(world: World, arguments: Body) -> Body:
    project, instance, source = (arguments[key] for key in ("project", "instance", "source"))
    if arguments["moment"] is None:
        world.clusters.clone(project, source, instance)
    else:
        moment = datetime.fromtimestamp(arguments["moment"], UTC)
        world.clusters.clone_as_of(project, source, instance, arguments["backup"], moment)
    return _settled(world, arguments)


@effect("sql.backup.restore")
@effect("sql.instance.clone")
def _refilled(world: World, operation: Operation) -> Body:
    """Put down what the real server holds now."""
    key, found = operation.target, operation.outcome or {}
    instance = world.store.get(INSTANCE, key)
    assert instance is not None
    world.store.put(
        INSTANCE, key, {**instance, "state": "RUNNABLE", "log_since": found["log_since"]}
    )
    for kind, entries in ((DATABASE, found["databases"]), (USER, found["users"])):
        world.store.delete_below(kind, key)
        for entry in entries:
            world.store.put(kind, f"{key}/{entry['name']}", entry, key)
    if operation.arguments["fresh"]:
        backup_records.finish(world, operation.arguments["fresh"], found["copied"])
    return {}


@failure("sql.backup.restore")
@failure("sql.instance.clone")
def _not_refilled(world: World, operation: Operation) -> Body:
    instance = world.store.get(INSTANCE, operation.target)
    assert instance is not None
    world.store.put(INSTANCE, operation.target, {**instance, "state": "FAILED"})
    return {}


def _settled(world: World, arguments: Body) -> Body:
    """Set the refilled server up as its instance wants it, and say what is in it."""
    project, instance = arguments["project"], arguments["instance"]
    world.clusters.configure(project, instance, arguments["server"])
    fresh, since = arguments["fresh"], world.clock.now()
    copied = world.clusters.back_up(project, instance, fresh["id"]) if fresh else None
    found = postgres_roles.contents(world.clusters, project, instance)
    return {**found, "log_since": since, "copied": copied}
