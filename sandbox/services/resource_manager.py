"""Projects themselves: made, changed, deleted softly; shared by both versions of the API."""

from __future__ import annotations

import re
from typing import Any

from sandbox import projects
from sandbox.call import Call
from sandbox.clock import stamp
from sandbox.errors import ApiError, already_exists, bad_request, error_info
from sandbox.iam import access, policies
from sandbox.operations import Operation, effect
from sandbox.world import World

ORGANIZATION = "organizations/123456789012"
PROJECT_ID = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")
LABEL = re.compile(r"[a-z0-9_-]{0,63}")
TAKEN_BY_STRANGERS = frozenset({"my-project", "test-project", "example-project", "google-cloud"})
CREATION = 8.0
CHANGE = 2.0
FIRST_NUMBER = 415104041262

Body = dict[str, Any]


def caller_lacks_permission() -> ApiError:
    """Return the 403 that Google sends for a project that is absent as well as for a secret one."""
    return ApiError("PERMISSION_DENIED", "The caller does not have permission")


def visible(call: Call, reference: str) -> Body:
    """Return a project that exists and that the caller may see."""
    project = projects.find(call.world, reference)
    if project is None or project["state"] == "CREATING":
        raise caller_lacks_permission()
    require(call, "resourcemanager.projects.get", f"projects/{project['id']}")
    return project


def require(call: Call, permission: str, resource: str) -> None:
    """Refuse when the caller lacks a permission."""
    if not access.allowed(call.world, call.identity, permission, resource):
        raise ApiError(
            "PERMISSION_DENIED",
            "The caller does not have permission",
            details=[
                error_info(
                    "IAM_PERMISSION_DENIED",
                    "cloudresourcemanager.googleapis.com",
                    {"permission": permission, "resource": resource},
                )
            ],
        )


def create(call: Call, project_id: str, name: str, labels: Body, parent: str) -> Operation:
    """Reserve the id and begin to make the project."""
    if not PROJECT_ID.fullmatch(project_id):
        raise bad_request(
            "field [project_id] has issue [project_id must be 6-30 characters, start with a "
            "letter, and contain only lowercase letters, digits or hyphens]"
        )
    check_labels(labels)
    if parent:
        check_parent(call, parent)
        require(call, "resourcemanager.projects.create", parent)
    taken = projects.find(call.world, project_id)
    if taken or project_id in TAKEN_BY_STRANGERS:
        raise already_exists("Requested entity already exists")
    number = call.world.store.next("project-numbers", FIRST_NUMBER)
    project = {
        "id": project_id,
        "number": str(number),
        "name": name or project_id,
        "labels": labels,
        "parent": parent,
        "state": "CREATING",
        "created": call.now,
        "updated": call.now,
        "deleted": None,
        "serial": 1,
    }
    call.world.store.put("project", project_id, project)
    call.world.store.put("project-number", str(number), {"id": project_id})
    return _begin(call, "project.create", project_id, CREATION)


def change(call: Call, project: Body, values: Body) -> Operation:
    """Begin to change a project's name, labels or parent."""
    if "labels" in values:
        check_labels(values["labels"])
    updated = {**project, **values, "updated": call.now, "serial": project["serial"] + 1}
    call.world.store.put("project", project["id"], updated)
    return _begin(call, "project.update", project["id"], CHANGE)


def delete(call: Call, project: Body) -> Operation:
    """Mark a project for deletion; it can be brought back for thirty days."""
    if project["state"] != "ACTIVE":
        raise bad_request("Project is not active.")
    gone = {**project, "state": "DELETE_REQUESTED", "deleted": call.now}
    call.world.store.put("project", project["id"], gone)
    return _begin(call, "project.delete", project["id"], 0.0)


def undelete(call: Call, project: Body) -> Operation:
    """Bring a deleted project back."""
    if project["state"] != "DELETE_REQUESTED":
        raise bad_request("Project is not marked for deletion.")
    back = {**project, "state": "ACTIVE", "deleted": None}
    call.world.store.put("project", project["id"], back)
    return _begin(call, "project.undelete", project["id"], 0.0)


def check_parent(call: Call, parent: str) -> None:
    """Refuse a parent that is not there."""
    if parent != ORGANIZATION and not call.world.store.get("folder", parent):
        raise ApiError("PERMISSION_DENIED", f"Permission denied on parent {parent}.")


def check_labels(labels: Body) -> None:
    """Refuse labels outside Google's alphabet."""
    for key, value in labels.items():
        if not (LABEL.fullmatch(key) and key[:1].isalpha() and LABEL.fullmatch(value)):
            raise bad_request(f"Label '{key}={value}' is not valid.")


def seen(call: Call) -> list[Body]:
    """Return every project that the caller may see, the oldest first."""
    everything = [each for each in call.world.store.all("project") if each["state"] != "CREATING"]
    permission = "resourcemanager.projects.get"
    return [
        each
        for each in everything
        if access.allowed(call.world, call.identity, permission, f"projects/{each['id']}")
    ]


def etag(project: Body) -> str:
    """Return the etag of a project's present state."""
    return f'W/"{project["number"]}-{project["serial"]}"'


def moment(seconds: float) -> str:
    """Return a time stamp as the API writes it."""
    return stamp(seconds)


@effect("project.create")
def _created(world: World, operation: Operation) -> Body:
    project = world.store.get("project", operation.arguments["project"])
    assert project is not None
    world.store.put("project", project["id"], {**project, "state": "ACTIVE"})
    owner = {"role": "roles/owner", "members": [operation.arguments["by"]]}
    policies.replace(world, f"projects/{project['id']}", [owner])
    return {"project": project["id"]}


def _unchanged(_world: World, operation: Operation) -> Body:
    return {"project": operation.arguments["project"]}


for _name in ("project.update", "project.delete", "project.undelete"):
    effect(_name)(_unchanged)


def _begin(call: Call, effect_name: str, project_id: str, seconds: float) -> Operation:
    prefix = {"project.create": "cp", "project.delete": "dp"}.get(effect_name, "up")
    serial = call.world.store.next("project-operations", 6_000_000_000_000_000_000)
    return call.world.operations.begin(
        "cloudresourcemanager",
        f"projects/{project_id}",
        effect_name,
        {"project": project_id, "by": call.identity},
        seconds=seconds,
        name=f"operations/{prefix}.{serial}",
    )
