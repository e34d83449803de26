"""Cloud Run's operations: got, listed, waited for, forgotten."""

from __future__ import annotations

import asyncio
from typing import Any

from sandbox import projects
from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.errors import not_found, precondition
from sandbox.operations import Operation
from sandbox.paging import sliced
from sandbox.run.deployment import API
from sandbox.run.views import TYPES, resource_of

Body = dict[str, Any]

api = Api("run", "v2", "v1")
V2 = "type.googleapis.com/google.cloud.run.v2."
LONGEST_WAIT = 120.0


@api.method("projects.locations.operations.get", "run.operations.get")
def get(call: Call) -> Body:
    """Return an operation."""
    return shown(call, _existing(call))


@api.method("projects.locations.operations.list", "run.operations.list")
def list_(call: Call) -> Body:
    """Return the operations of a region, the newest first."""
    parent = projects.canonical(call.world, call.text("name"))
    found = call.world.operations.below(API, f"{parent}/")
    return sliced(call, "operations", [shown(call, each) for each in found])


@api.method("projects.locations.operations.delete", "run.operations.delete")
def delete(call: Call) -> Body:
    """Forget an operation that has ended."""
    operation = _existing(call)
    if not operation.done:
        raise precondition(f"Operation {operation.name} has not ended.")
    call.world.store.connection.execute("DELETE FROM operations WHERE name = ?", (operation.name,))
    return {}


@api.method("projects.locations.operations.wait", "run.operations.get")
async def wait(call: Call) -> Body:
    """Return an operation when it has ended or the time given is up."""
    given = float(str(call.body.get("timeout", "60s")).removesuffix("s"))
    deadline = call.now + min(max(given, 0.0), LONGEST_WAIT)
    while True:
        with call.world.store.transaction():
            call.world.operations.settle()
            operation = _existing(call)
        if operation.done or call.now >= deadline:
            return shown(call, operation)
        await asyncio.sleep(0.02)


def shown(call: Call, operation: Operation) -> Body:
    """Return an operation as the API shows it; its metadata is the resource itself."""
    kind = operation.effect.split(".")[1]
    name = operation.arguments.get(kind, operation.target)
    about = {"@type": V2 + TYPES[kind], **resource_of(call.world, kind, name)}
    made: Body = {"name": operation.name, "metadata": about, "done": operation.done}
    if operation.effect.endswith(".delete"):
        about = {**about, "deleteTime": stamp(operation.started)}
    if operation.failure and operation.done:
        made["error"] = operation.failure
    elif operation.done:
        made["response"] = about
    return made


def _existing(call: Call) -> Operation:
    name = projects.canonical(call.world, call.text("name"))
    operation = call.world.operations.get(name)
    if operation is None or operation.api != API:
        raise not_found(f"Operation {name} was not found.")
    return operation
