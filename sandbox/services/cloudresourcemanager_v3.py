"""Resource Manager v3: projects, operations, and the one organisation above them."""

from __future__ import annotations

from typing import Any

from sandbox import projects
from sandbox.call import Api, Call
from sandbox.errors import ApiError, not_found
from sandbox.iam import policies
from sandbox.masks import updated
from sandbox.operations import Operation
from sandbox.paging import sliced
from sandbox.services import resource_manager as rm

Body = dict[str, Any]

api = Api("cloudresourcemanager", "v3", enabled=False)
V3 = "type.googleapis.com/google.cloud.resourcemanager.v3."
METADATA = {
    "project.create": "CreateProjectMetadata",
    "project.update": "UpdateProjectMetadata",
    "project.delete": "DeleteProjectMetadata",
    "project.undelete": "UndeleteProjectMetadata",
}


@api.method("projects.create")
def create(call: Call) -> Body:
    """Begin to make a project."""
    body = call.body
    return _operation(
        call,
        rm.create(
            call,
            body.get("projectId", ""),
            body.get("displayName", ""),
            body.get("labels", {}),
            body.get("parent", ""),
        ),
    )


@api.method("projects.get")
def get(call: Call) -> Body:
    """Return a project."""
    return _shown(rm.visible(call, _id(call)))


@api.method("projects.list")
def list_(call: Call) -> Body:
    """Return the projects directly below a parent."""
    parent = call.text("parent")
    deleted = bool(call.parameters.get("showDeleted"))
    found = [each for each in rm.seen(call) if each["parent"] == parent]
    return _page(call, [each for each in found if deleted or each["state"] == "ACTIVE"])


@api.method("projects.search")
def search(call: Call) -> Body:
    """Return the projects that fit a query like ``id:notes* state:ACTIVE``."""
    return _page(call, [each for each in rm.seen(call) if _fits(each, call.text("query"))])


@api.method("projects.patch")
def patch(call: Call) -> Body:
    """Begin to change a project's display name or labels."""
    project = rm.visible(call, _id(call))
    rm.require(call, "resourcemanager.projects.update", f"projects/{project['id']}")
    if call.body.get("etag", rm.etag(project)) != rm.etag(project):
        raise ApiError("ABORTED", "The project has been changed since it was read.")
    mask = call.text("updateMask")
    fresh = updated(_shown(project), call.body, mask, allowed=("displayName", "labels"))
    values = {"name": fresh.get("displayName", ""), "labels": fresh.get("labels", {})}
    return _operation(call, rm.change(call, project, values))


@api.method("projects.delete")
def delete(call: Call) -> Body:
    """Mark a project for deletion."""
    project = rm.visible(call, _id(call))
    rm.require(call, "resourcemanager.projects.delete", f"projects/{project['id']}")
    return _operation(call, rm.delete(call, project))


@api.method("projects.undelete")
def undelete(call: Call) -> Body:
    """Bring a deleted project back."""
    project = rm.visible(call, _id(call))
    rm.require(call, "resourcemanager.projects.undelete", f"projects/{project['id']}")
    return _operation(call, rm.undelete(call, project))


@api.method("projects.getIamPolicy")
def get_policy(call: Call) -> Body:
    """Return a project's policy."""
    project = rm.visible(call, _id(call, "resource"))
    rm.require(call, "resourcemanager.projects.getIamPolicy", f"projects/{project['id']}")
    return policies.read(call, f"projects/{project['id']}")


@api.method("projects.setIamPolicy")
def set_policy(call: Call) -> Body:
    """Replace a project's policy."""
    project = rm.visible(call, _id(call, "resource"))
    rm.require(call, "resourcemanager.projects.setIamPolicy", f"projects/{project['id']}")
    return policies.write(call, f"projects/{project['id']}")


@api.method("projects.testIamPermissions")
def test_permissions(call: Call) -> Body:
    """Return what the caller may do with a project."""
    project = projects.find(call.world, _id(call, "resource"))
    if project is None or project["state"] == "CREATING":
        raise rm.caller_lacks_permission()
    return policies.testable(call, f"projects/{project['id']}")


@api.method("operations.get")
def get_operation(call: Call) -> Body:
    """Return an operation."""
    operation = call.world.operations.get(call.text("name"))
    if operation is None or operation.api != "cloudresourcemanager":
        raise not_found(f"The operation {call.text('name')} was not found.")
    return _operation(call, operation)


@api.method("organizations.search")
def search_organizations(_call: Call) -> Body:
    """Return the one organisation there is."""
    return {"organizations": [_organization()]}


@api.method("organizations.get")
def get_organization(call: Call) -> Body:
    """Return the organisation."""
    if call.text("name") != rm.ORGANIZATION:
        raise rm.caller_lacks_permission()
    return _organization()


@api.method("organizations.getIamPolicy")
@api.method("folders.getIamPolicy")
def get_container_policy(call: Call) -> Body:
    """Return the policy of an organisation or folder."""
    rm.check_parent(call, call.text("resource"))
    return policies.read(call, call.text("resource"))


@api.method("organizations.setIamPolicy")
@api.method("folders.setIamPolicy")
def set_container_policy(call: Call) -> Body:
    """Replace the policy of an organisation or folder."""
    rm.check_parent(call, call.text("resource"))
    rm.require(call, "resourcemanager.organizations.setIamPolicy", call.text("resource"))
    return policies.write(call, call.text("resource"))


@api.method("organizations.testIamPermissions")
@api.method("folders.testIamPermissions")
def test_container_permissions(call: Call) -> Body:
    """Return what the caller may do with an organisation or folder."""
    rm.check_parent(call, call.text("resource"))
    return policies.testable(call, call.text("resource"))


@api.method("folders.list")
@api.method("folders.search")
def no_folders(_call: Call) -> Body:
    """Return no folders: the sandbox has none."""
    return {}


@api.method("folders.get")
def no_folder(_call: Call) -> Body:
    """Refuse: the sandbox has no folders."""
    raise rm.caller_lacks_permission()


def _id(call: Call, parameter: str = "name") -> str:
    return call.text(parameter).removeprefix("projects/")


def _page(call: Call, found: list[Body]) -> Body:
    return sliced(call, "projects", [_shown(each) for each in found])


def _fits(project: Body, query: str) -> bool:
    for term in query.replace(" AND ", " ").split():
        key, _sep, wanted = term.replace("=", ":", 1).partition(":")
        wanted = wanted.strip('"')
        have = {
            "id": project["id"],
            "projectId": project["id"],
            "displayName": project["name"],
            "name": project["name"],
            "state": project["state"],
            "lifecycleState": project["state"],
            "parent": project["parent"],
            "projectNumber": project["number"],
        }.get(key)
        if key.startswith("labels."):
            have = project["labels"].get(key.removeprefix("labels."))
        if have is None or not _matches(have, wanted):
            return False
    return True


def _matches(have: str, wanted: str) -> bool:
    if wanted.endswith("*"):
        return have.lower().startswith(wanted[:-1].lower())
    return have.lower() == wanted.lower()


def _organization() -> Body:
    return {
        "name": rm.ORGANIZATION,
        "displayName": "sandbox.example",
        "directoryCustomerId": "C00sandbox",
        "state": "ACTIVE",
        "createTime": "2020-01-01T00:00:00Z",
        "etag": 'W/"1"',
    }


def _shown(project: Body) -> Body:
    shown = {
        "name": f"projects/{project['number']}",
        "projectId": project["id"],
        "displayName": project["name"],
        "state": project["state"],
        "createTime": rm.moment(project["created"]),
        "updateTime": rm.moment(project["updated"]),
        "etag": rm.etag(project),
    }
    if project["parent"]:
        shown["parent"] = project["parent"]
    if project["labels"]:
        shown["labels"] = project["labels"]
    if project["deleted"]:
        shown["deleteTime"] = rm.moment(project["deleted"])
    return shown


def _operation(call: Call, operation: Operation) -> Body:
    call.world.operations.settle()
    current = call.world.operations.get(operation.name) or operation
    metadata: Body = {"@type": f"{V3}{METADATA[current.effect]}"}
    if current.effect == "project.create":
        metadata |= {
            "createTime": rm.moment(current.started),
            "gettable": current.done,
            "ready": current.done,
        }
    shown: Body = {"name": current.name, "metadata": metadata}
    if not current.done:
        return shown
    if current.failure:
        return {**shown, "done": True, "error": current.failure}
    project = projects.find(call.world, current.arguments["project"])
    assert project is not None
    return {**shown, "done": True, "response": {"@type": f"{V3}Project", **_shown(project)}}
