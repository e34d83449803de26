"""Compute's own form of an operation, per zone, region or project; repeated by ``requestId``."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.compute.filters import fitting
from sandbox.compute.links import link
from sandbox.compute.refusals import invalid, missing
from sandbox.operations import Operation
from sandbox.paging import sliced

Body = dict[str, Any]

api = Api("compute", "v1")
API = "compute"
REQUEST = "compute-request"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
PENDING = 0.5
LONGEST_WAIT = 120.0
LOOK_AGAIN = 0.01


def once(handle: Callable[[Call], Body]) -> Callable[[Call], Body]:
    """Answer a repeated ``requestId`` with the operation that its first use began."""

    @wraps(handle)
    def answered(call: Call) -> Body:
        request = call.text("requestId")
        if not request:
            return handle(call)
        if not UUID.fullmatch(request) or set(request) <= {"0", "-"}:
            raise invalid("requestId", request, "It must be a valid, non-zero UUID.")
        key = f"{call.text('project')}/{request.lower()}"
        known = call.world.store.get(REQUEST, key)
        operation = call.world.operations.get(known["operation"]) if known else None
        if operation is not None:
            return shown(operation)
        body = handle(call)
        call.world.store.put(REQUEST, key, {"operation": body["name"]})
        return body

    return answered


def begin(
    call: Call,
    scope: str,
    kind: str,
    resource: Body,
    effect: str,
    arguments: Body,
    seconds: float,
) -> Body:
    """Begin an operation on a resource (its ``path`` and ``id``) in a scope and return it."""
    number = call.world.store.next("compute-operations", 7_000_000_000_000_000_001)
    operation = call.world.operations.begin(
        API,
        resource["path"],
        effect,
        {"path": resource["path"], **arguments},
        seconds=seconds,
        about={
            "type": kind,
            "scope": scope,
            "id": str(number),
            "target": resource["id"],
            "user": call.identity.partition(":")[2],
        },
        name=f"operation-{int(call.now * 1000)}-{number % 10**12:012x}",
    )
    return shown(operation)


@api.method("zoneOperations.get", "compute.zoneOperations.get")
@api.method("regionOperations.get", "compute.regionOperations.get")
@api.method("globalOperations.get", "compute.globalOperations.get")
def get(call: Call) -> Body:
    """Return an operation."""
    return shown(_existing(call))


@api.method("zoneOperations.list", "compute.zoneOperations.list")
@api.method("regionOperations.list", "compute.regionOperations.list")
@api.method("globalOperations.list", "compute.globalOperations.list")
def list_(call: Call) -> Body:
    """Return the operations of a zone, a region or the project as a whole, newest first."""
    project, scope = call.text("project"), _scope(call)
    found = call.world.operations.below(API, f"projects/{project}/{scope}/")
    items = fitting(call, [shown(each) for each in found])
    return {
        "kind": "compute#operationList",
        "id": f"projects/{project}/{scope}/operations",
        **sliced(call, "items", items, size_name="maxResults", default=500),
        "selfLink": link(f"projects/{project}/{scope}/operations"),
    }


@api.method("zoneOperations.wait", "compute.zoneOperations.get")
@api.method("regionOperations.wait", "compute.regionOperations.get")
@api.method("globalOperations.wait", "compute.globalOperations.get")
async def wait(call: Call) -> Body:
    """Return an operation when it is done, or as it is after two simulated minutes."""
    deadline = time.monotonic() + LONGEST_WAIT / call.world.clock.speed
    operation = _existing(call)
    while not operation.done and time.monotonic() < deadline:
        await asyncio.sleep(LOOK_AGAIN)
        with call.world.store.transaction():
            call.world.operations.settle()
        operation = _existing(call)
    return shown(operation)


def shown(operation: Operation) -> Body:
    """Return an operation as the API shows it."""
    about = operation.about
    project = operation.target.split("/")[1]
    place = f"projects/{project}/{about['scope']}"
    body: Body = {
        "kind": "compute#operation",
        "id": about["id"],
        "name": operation.name,
        "operationType": about["type"],
        "targetLink": link(operation.target),
        "targetId": about["target"],
        "status": "DONE" if operation.done else "RUNNING",
        "user": about["user"],
        "progress": 100 if operation.done else 0,
        "insertTime": stamp(operation.started),
        "startTime": stamp(operation.started),
        "selfLink": link(f"{place}/operations/{operation.name}"),
    }
    if about["scope"] != "global":
        body[about["scope"].split("/")[0].removesuffix("s")] = link(place)
    if operation.ended is not None:
        body["endTime"] = stamp(operation.ended)
    if operation.failure:
        reasons = [each["reason"] for each in operation.failure["details"] if "reason" in each]
        code = reasons[0] if reasons else "INTERNAL_ERROR"
        body["error"] = {"errors": [{"code": code, "message": operation.failure["message"]}]}
        body |= {"httpErrorStatusCode": 503, "httpErrorMessage": "SERVICE UNAVAILABLE"}
    return body


def _existing(call: Call) -> Operation:
    name, scope = call.text("operation"), _scope(call)
    operation = call.world.operations.get(name)
    place = f"projects/{call.text('project')}/{scope}"
    if operation is None or operation.api != API or not operation.target.startswith(f"{place}/"):
        raise missing(f"{place}/operations/{name}")
    return operation


def _scope(call: Call) -> str:
    for kind in ("zone", "region"):
        if kind in call.parameters:
            return f"{kind}s/{call.text(kind)}"
    return "global"
