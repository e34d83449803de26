"""What operations on Cloud SQL do: to the real servers (work) and to the store (effects)."""

from __future__ import annotations

from typing import Any

from sandbox.cloudsql import postgres_roles
from sandbox.operations import Operation, effect, failure, work
from sandbox.world import World

Body = dict[str, Any]

INSTANCE = "sql-instance"
DATABASE = "sql-database"
USER = "sql-user"


@work("sql.instance.create")
def _make_server(world: World, arguments: Body) -> None:
    project, instance = arguments["project"], arguments["instance"]
    world.clusters.ensure(project, instance)
    world.clusters.configure(project, instance, arguments["server"])
    if arguments["verifier"]:
        postgres_roles.keep_role(
            world.clusters, project, instance, "postgres", "BUILT_IN", arguments["verifier"]
        )


@effect("sql.instance.create")
def _instance_created(world: World, operation: Operation) -> Body:
    _set_state(world, operation, "RUNNABLE")
    key = operation.target
    world.store.put(DATABASE, f"{key}/postgres", {"name": "postgres"}, key)
    world.store.put(USER, f"{key}/postgres", {"name": "postgres", "type": "BUILT_IN"}, key)
    return {}


@failure("sql.instance.create")
def _instance_failed(world: World, operation: Operation) -> Body:
    _set_state(world, operation, "FAILED")
    return {}


@work("sql.instance.update")
def _change_server(world: World, arguments: Body) -> None:
    project, instance = arguments["project"], arguments["instance"]
    if arguments["running"]:
        world.clusters.ensure(project, instance)
        world.clusters.configure(project, instance, arguments["server"])
    else:
        world.clusters.halt(project, instance)


@effect("sql.instance.update")
def _instance_updated(world: World, operation: Operation) -> Body:
    instance = world.store.get(INSTANCE, operation.target)
    assert instance is not None
    state = "RUNNABLE" if operation.arguments["running"] else "STOPPED"
    changed = {**instance, "settings": operation.arguments["settings"], "state": state}
    world.store.put(INSTANCE, operation.target, changed)
    return {}


@work("sql.instance.restart")
def _restart_server(world: World, arguments: Body) -> None:
    world.clusters.halt(arguments["project"], arguments["instance"])
    world.clusters.ensure(arguments["project"], arguments["instance"])


@work("sql.instance.delete")
def _delete_server(world: World, arguments: Body) -> None:
    world.clusters.destroy(arguments["project"], arguments["instance"], keep=arguments["keep"])


@effect("sql.instance.delete")
def _instance_deleted(world: World, operation: Operation) -> Body:
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


def _set_state(world: World, operation: Operation, state: str) -> None:
    instance = world.store.get(INSTANCE, operation.target)
    assert instance is not None
    world.store.put(INSTANCE, operation.target, {**instance, "state": state})
