"""Users of an instance: roles of its real server, whose passwords really open it.

Only a SCRAM verifier of a password is ever stored.
"""

from __future__ import annotations

import asyncio
from typing import Any

from sandbox.call import Api, Call
from sandbox.cloudsql import postgres_roles, sql_operations
from sandbox.cloudsql.databases import running_or_busy
from sandbox.cloudsql.effects import USER
from sandbox.cloudsql.instances import running
from sandbox.cloudsql.refusals import invalid, missing
from sandbox.errors import ApiError
from wizards.postgres import scram

Body = dict[str, Any]

api = Api("sqladmin", "v1", "v1beta4")
CHANGE = 3.0
RESERVED = ("pg_", "cloudsql")
TYPES = ("BUILT_IN", *postgres_roles.IAM_GROUPS)


@api.method("users.insert", "cloudsql.users.create")
def insert(call: Call) -> Body:
    """Begin to make a user."""
    instance, name = running(call), call.body.get("name", "")
    kind = call.body.get("type", "BUILT_IN")
    if not name or len(name.encode()) > 63 or name.startswith(RESERVED):
        raise invalid(f'the user name "{name}" is not valid.')
    if kind not in TYPES:
        raise invalid(f"Users of type {kind} are not imitated.")
    if kind == "CLOUD_IAM_SERVICE_ACCOUNT" and name.endswith(".gserviceaccount.com"):
        raise invalid(
            "Database username for Cloud IAM service account should be created without "
            '".gserviceaccount.com" suffix.'
        )
    if call.world.store.get(USER, f"{_key(instance)}/{name}"):
        raise ApiError("ALREADY_EXISTS", f"User {name} already exists.", legacy="alreadyExists")
    return _keep(call, instance, {"name": name, "type": kind}, "CREATE_USER")


@api.method("users.update", "cloudsql.users.update")
def update(call: Call) -> Body:
    """Begin to change a user's password."""
    instance = running(call)
    name = call.text("name") or call.body.get("name", "")
    return _keep(call, instance, _existing(call, instance, name), "UPDATE_USER")


@api.method("users.get", "cloudsql.users.get")
def get(call: Call) -> Body:
    """Return a user, never a password."""
    instance = running_or_busy(call)
    return _shown(instance, _existing(call, instance, call.text("name")))


@api.method("users.list", "cloudsql.users.list")
def list_(call: Call) -> Body:
    """Return an instance's users."""
    instance = running_or_busy(call)
    items = call.world.store.all(USER, _key(instance))
    return {"kind": "sql#usersList", "items": [_shown(instance, each) for each in items]}


@api.method("users.delete", "cloudsql.users.delete")
async def delete(call: Call) -> Body:
    """Drop a user at once (one that owns something: refused) and return the operation."""
    instance = running(call)
    name = _existing(call, instance, call.text("name"))["name"]
    await asyncio.to_thread(
        postgres_roles.drop_role, call.world.clusters, instance["project"], instance["name"], name
    )
    return sql_operations.begin(
        call, instance, "DELETE_USER", "sql.user.delete", {"name": name}, CHANGE
    )


def _keep(call: Call, instance: Body, user: Body, kind: str) -> Body:
    password = call.body.get("password", "")
    arguments = {"user": user, "verifier": scram.verifier(password) if password else ""}
    return sql_operations.begin(call, instance, kind, "sql.user.keep", arguments, CHANGE)


def _existing(call: Call, instance: Body, name: str) -> Body:
    user = call.world.store.get(USER, f"{_key(instance)}/{name}")
    if user is None:
        raise missing(f"The user {name}")
    return user


def _key(instance: Body) -> str:
    return sql_operations.target(instance["project"], instance["name"])


def _shown(instance: Body, user: Body) -> Body:
    return {
        "kind": "sql#user",
        "name": user["name"],
        "type": user["type"],
        "host": "",
        "instance": instance["name"],
        "project": instance["project"],
        "etag": "0" * 32,
    }
