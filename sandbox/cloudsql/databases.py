"""Databases of an instance; they exist in its real server."""

from __future__ import annotations

import asyncio
from typing import Any

from sandbox.call import Api, Call
from sandbox.cloudsql import postgres_roles, sql_operations
from sandbox.cloudsql.effects import DATABASE
from sandbox.cloudsql.instances import existing, running
from sandbox.cloudsql.refusals import invalid, missing

Body = dict[str, Any]

api = Api("sqladmin", "v1", "v1beta4")
CHANGE = 5.0
RESERVED = frozenset({"template0", "template1", "cloudsqladmin"})


@api.method("databases.insert", "cloudsql.databases.create")
def insert(call: Call) -> Body:
    """Begin to make a database."""
    instance, name = running(call), call.body.get("name", "")
    if not name or len(name.encode()) > 63 or name in RESERVED:
        raise invalid(f'the database name "{name}" is not valid.')
    if call.world.store.get(DATABASE, f"{_key(instance)}/{name}"):
        raise invalid(
            f'failed to create database {name}. Detail: pq: database "{name}" already exists.'
        )
    database = {
        "name": name,
        "charset": call.body.get("charset", "UTF8"),
        "collation": call.body.get("collation", "en_US.UTF8"),
    }
    return sql_operations.begin(
        call,
        instance,
        "CREATE_DATABASE",
        "sql.database.create",
        {"database": database},
        CHANGE,
    )


@api.method("databases.get", "cloudsql.databases.get")
def get(call: Call) -> Body:
    """Return a database."""
    instance = existing(call)
    return _shown(call, instance, _existing(call, instance))


@api.method("databases.list", "cloudsql.databases.list")
def list_(call: Call) -> Body:
    """Return an instance's databases."""
    instance = running_or_busy(call)
    items = call.world.store.all(DATABASE, _key(instance))
    return {
        "kind": "sql#databasesList",
        "items": [_shown(call, instance, each) for each in items],
    }


@api.method("databases.patch", "cloudsql.databases.update")
@api.method("databases.update", "cloudsql.databases.update")
def patch(call: Call) -> Body:
    """Begin an update, which changes nothing: PostgreSQL fixes both at a database's creation."""
    instance = running(call)
    shown = _shown(call, instance, _existing(call, instance))
    for fixed in ("charset", "collation", "name"):
        if call.body.get(fixed, shown[fixed]) != shown[fixed]:
            raise invalid(f"The {fixed} of a PostgreSQL database cannot be changed.")
    return sql_operations.begin(
        call, instance, "UPDATE_DATABASE", "sql.database.update", {"name": shown["name"]}, CHANGE
    )


@api.method("databases.delete", "cloudsql.databases.delete")
async def delete(call: Call) -> Body:
    """Drop a database at once (somebody connected to it: refused) and return the operation."""
    instance = running(call)
    name = _existing(call, instance)["name"]
    await asyncio.to_thread(
        postgres_roles.drop_database,
        call.world.clusters,
        instance["project"],
        instance["name"],
        name,
    )
    return sql_operations.begin(
        call, instance, "DELETE_DATABASE", "sql.database.delete", {"name": name}, CHANGE
    )


def running_or_busy(call: Call) -> Body:
    """Return an instance that is up, whatever operation runs on it."""
    instance = existing(call)
    if instance["state"] != "RUNNABLE":
        raise invalid("Invalid request since instance is not running.")
    return instance


def _existing(call: Call, instance: Body) -> Body:
    name = call.text("database")
    database = call.world.store.get(DATABASE, f"{_key(instance)}/{name}")
    if database is None:
        raise missing(f"The database {name}")
    return database


def _key(instance: Body) -> str:
    return sql_operations.target(instance["project"], instance["name"])


def _shown(call: Call, instance: Body, database: Body) -> Body:
    project, name = instance["project"], instance["name"]
    base = sql_operations.base(call)
    return {
        "kind": "sql#database",
        "name": database["name"],
        "charset": database.get("charset", "UTF8"),
        "collation": database.get("collation", "en_US.UTF8"),
        "instance": name,
        "project": project,
        "selfLink": f"{base}/projects/{project}/instances/{name}/databases/{database['name']}",
        "etag": "0" * 32,
    }
