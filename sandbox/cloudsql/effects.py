"""What operations on Cloud SQL do: to the real servers (work) and to the store (effects)."""

from __future__ import annotations

from typing import Any

from sandbox.cloudsql import backup_records, postgres_roles
from sandbox.operations import Operation, effect, failure, work
from sandbox.world import World

Body = dict[str, Any]

INSTANCE = "sql-instance"
DATABASE = "sql-database"
USER = "sql-user"


@work("sql.instance.create")
def _make_server(world: World, arguments: Body) -> Body:
    project, instance = arguments["project"], arguments["instance"]
    world.clusters.ensure(project, instance)
    world.clusters.configure(project, instance, arguments["server"])
    if arguments["verifier"]:
        postgres_roles.keep_role(
            world.clusters, project, instance, "postgres", "BUILT_IN", arguments["verifier"]
        )
    return _first_backup(world, arguments)


@effect("sql.instance.create")
def _instance_created(world: World, operation: Operation) -> Body:
    key = operation.target
    _change(world, key, {"state": "RUNNABLE", **_log_begun(world, operation)})
    world.store.put(DATABASE, f"{key}/postgres", {"name": "postgres"}, key)
    world.store.put(USER, f"{key}/postgres", {"name": "postgres", "type": "BUILT_IN"}, key)
    return {}


@failure("sql.instance.create")
def _instance_failed(world: World, operation: Operation) -> Body:
    _change(world, operation.target, {"state": "FAILED"})
    return {}


@work("sql.instance.update")
def _change_server(world: World, arguments: Body) -> Body | None:
    project, instance = arguments["project"], arguments["instance"]
    if not arguments["running"]:
        world.clusters.halt(project, instance)
        return None
    world.clusters.ensure(project, instance)
    world.clusters.configure(project, instance, arguments["server"])
    return _first_backup(world, arguments)


@effect("sql.instance.update")
def _instance_updated(world: World, operation: Operation) -> Body:
    changed: Body = {
        "settings": operation.arguments["settings"],
        "state": "RUNNABLE" if operation.arguments["running"] else "STOPPED",
    }
    _change(world, operation.target, {**changed, **_log_begun(world, operation)})
    return {}


@work("sql.instance.restart")
def _restart_server(world: World, arguments: Body) -> None:
    world.clusters.halt(arguments["project"], arguments["instance"])
    world.clusters.ensure(arguments["project"], arguments["instance"])


@work("sql.instance.delete")
def _delete_server(world: World, arguments: Body) -> Body | None:
    project, instance, final = arguments["project"], arguments["instance"], arguments["final"]
    copied = world.clusters.back_up(project, instance, final["id"]) if final else None
    world.clusters.destroy(project, instance)
    for backup in arguments["forgotten"]:
        world.clusters.forget_backup(project, backup)
    return copied


@effect("sql.instance.delete")
def _instance_deleted(world: World, operation: Operation) -> Body:
    arguments, project = operation.arguments, operation.arguments["project"]
    now = world.clock.now()
    if arguments["final"]:
        final = {**arguments["final"], "orphaned": now}
        backup_records.finish(world, final, operation.outcome or {})
    for backup in arguments["retained"]:
        record = world.store.get(backup_records.KIND, f"{project}/{backup}")
        if record is not None:
            backup_records.keep(world, {**record, "orphaned": now})
    for backup in arguments["forgotten"]:
        world.store.delete(backup_records.KIND, f"{project}/{backup}")
    world.store.delete(INSTANCE, operation.target)
    world.store.delete_below(DATABASE, operation.target)
    world.store.delete_below(USER, operation.target)
    return {}


@work("sql.database.create")
def _make_database(world: World, arguments: Body) -> None:
    postgres_roles.create_database(
        world.clusters, arguments["project"], arguments["instance"], arguments["database"]["name"]
    )


@effect("sql.database.create")
def _database_created(world: World, operation: Operation) -> Body:
    database = operation.arguments["database"]
    key = f"{operation.target}/{database['name']}"
    world.store.put(DATABASE, key, database, operation.target)
    return {}


@effect("sql.database.update")
def _database_updated(_world: World, _operation: Operation) -> Body:
    return {}


@effect("sql.database.delete")
def _database_deleted(world: World, operation: Operation) -> Body:
    world.store.delete(DATABASE, f"{operation.target}/{operation.arguments['name']}")
    return {}


@work("sql.user.keep")
def _keep_user(world: World, arguments: Body) -> None:
    user = arguments["user"]
    postgres_roles.keep_role(
        world.clusters,
        arguments["project"],
        arguments["instance"],
        user["name"],
        user["type"],
        arguments["verifier"],
    )


@effect("sql.user.keep")
def _user_kept(world: World, operation: Operation) -> Body:
    user = operation.arguments["user"]
    world.store.put(USER, f"{operation.target}/{user['name']}", user, operation.target)
    return {}


@effect("sql.user.delete")
def _user_deleted(world: World, operation: Operation) -> Body:
    world.store.delete(USER, f"{operation.target}/{operation.arguments['name']}")
    return {}


@effect("sql.instance.restart")
def _restarted(_world: World, _operation: Operation) -> Body:
    return {}


def _first_backup(world: World, arguments: Body) -> Body:
    """Make the backup that Google makes when backups are switched on."""
    fresh, since = arguments.get("fresh"), world.clock.now()
    if not fresh:
        return {"log_since": since, "copied": None}
    copied = world.clusters.back_up(arguments["project"], arguments["instance"], fresh["id"])
    return {"log_since": since, "copied": copied}


def _log_begun(world: World, operation: Operation) -> Body:
    """Put the first backup down and return since when the log is kept; {} without one."""
    fresh, found = operation.arguments.get("fresh"), operation.outcome or {}
    if not fresh or not found.get("copied"):
        return {}
    backup_records.finish(world, fresh, found["copied"])
    return {"log_since": found["log_since"]}


def _change(world: World, key: str, values: Body) -> None:
    instance = world.store.get(INSTANCE, key)
    assert instance is not None
    world.store.put(INSTANCE, key, {**instance, **values})
