"""Cloud SQL's own form of an operation; one at a time per instance."""

from __future__ import annotations

from typing import Any

from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.cloudsql.refusals import in_progress, missing
from sandbox.operations import Operation
from sandbox.paging import sliced

Body = dict[str, Any]

api = Api("sqladmin", "v1", "v1beta4")
API = "sqladmin"
PENDING = 1.0


def target(project: str, instance: str) -> str:
    """Return the name under which an instance's operations are kept."""
    return f"{project}/{instance}"


def base(call: Call) -> str:
    """Return what links to resources begin with, in the version that was asked."""
    version = call.document.version
    return f"https://sqladmin.googleapis.com/{'sql/' if version == 'v1beta4' else ''}{version}"


def require_idle(call: Call, project: str, instance: str) -> None:
    """Refuse while another operation runs on the instance, or on one that copies from it."""
    for operation in call.world.operations.unfinished(API):
        busy = {operation.target, target(project, operation.arguments.get("source", ""))}
        if target(project, instance) in busy:
            raise in_progress()


def begin(
    call: Call,
    instance: Body,
    kind: str,
    effect: str,
    arguments: Body,
    seconds: float,
    backup: Body | None = None,
) -> Body:
    """Begin an operation on an instance and return it as the API shows it."""
    project, name = instance["project"], instance["name"]
    require_idle(call, project, name)
    operation = call.world.operations.begin(
        API,
        target(project, name),
        effect,
        {"project": project, "instance": name, **arguments},
        seconds=seconds,
        about={"type": kind, "user": call.identity.partition(":")[2], "backup": backup},
    )
    return shown(call, operation)


@api.method("operations.get", "cloudsql.instances.get")
def get(call: Call) -> Body:
    """Return an operation."""
    operation = call.world.operations.get(call.text("operation"))
    if operation is None or operation.api != API or _project(operation) != call.text("project"):
        raise missing(f"The operation {call.text('operation')}")
    return shown(call, operation)


@api.method("operations.list", "cloudsql.instances.get")
def list_(call: Call) -> Body:
    """Return the operations of a project or of one instance, the newest first."""
    project, instance = call.text("project"), call.text("instance")
    if instance:
        found = call.world.operations.of(API, target(project, instance))
    else:
        found = call.world.operations.below(API, f"{project}/")
    items = [shown(call, each) for each in found]
    return {
        "kind": "sql#operationsList",
        **sliced(call, "items", items, size_name="maxResults"),
    }


def shown(call: Call, operation: Operation) -> Body:
    """Return an operation as the API shows it."""
    project, instance = operation.target.split("/")
    link = base(call)
    age = call.world.clock.age(operation.started)
    body: Body = {
        "kind": "sql#operation",
        "targetLink": f"{link}/projects/{project}/instances/{instance}",
        "status": "DONE" if operation.done else "PENDING" if age < PENDING else "RUNNING",
        "user": operation.about["user"],
        "insertTime": stamp(operation.started),
        "operationType": operation.about["type"],
        "name": operation.name,
        "targetId": instance,
        "selfLink": f"{link}/projects/{project}/operations/{operation.name}",
        "targetProject": project,
    }
    if body["status"] != "PENDING":
        body["startTime"] = stamp(call.world.clock.due(operation.started, PENDING))
    if operation.about.get("backup"):
        body["backupContext"] = {"kind": "sql#backupContext", **operation.about["backup"]}
    if operation.ended is not None:
        body["endTime"] = stamp(operation.ended)
    if operation.failure:
        problem = {
            "kind": "sql#operationError",
            "code": "ERROR_RDBMS",
            "message": operation.failure["message"],
        }
        body["error"] = {"kind": "sql#operationErrors", "errors": [problem]}
    return body


def _project(operation: Operation) -> str:
    return operation.target.partition("/")[0]
