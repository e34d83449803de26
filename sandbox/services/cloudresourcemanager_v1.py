"""Resource Manager v1, which gcloud speaks: the same projects in the older form."""

from __future__ import annotations

from typing import Any

from sandbox import projects
from sandbox.call import Api, Call
from sandbox.errors import bad_request, not_found
from sandbox.iam import policies
from sandbox.operations import Operation
from sandbox.paging import sliced
from sandbox.services import resource_manager as rm

Body = dict[str, Any]

api = Api("cloudresourcemanager", "v1", enabled=False)
V1 = "type.googleapis.com/google.cloudresourcemanager.v1."


@api.method("projects.create")
def create(call: Call) -> Body:
    """Begin to make a project."""
    parent = call.body.get("parent", {})
    above = ""
    if parent.get("id"):
        if parent.get("type") not in ("organization", "folder"):
            raise bad_request("parent.type must be organization or folder.")
        above = f"{parent['type']}s/{parent['id']}"
    return _operation(
        call,
        rm.create(
            call,
            call.body.get("projectId", ""),
            call.body.get("name", ""),
            call.body.get("labels", {}),
            above,
        ),
    )


@api.method("projects.get")
def get(call: Call) -> Body:
    """Return a project."""
    return _shown(rm.visible(call, call.text("projectId")))


@api.method("projects.list")
def list_(call: Call) -> Body:
    """Return every project the caller sees, filtered by ``key:value`` terms."""
    found = [_shown(each) for each in rm.seen(call)]
    found = [each for each in found if _fits(each, call.text("filter"))]
    return sliced(call, "projects", found, default=500)


@api.method("projects.update")
def update(call: Call) -> Body:
    """Change a project's name and labels."""
    project = rm.visible(call, call.text("projectId"))
    rm.require(call, "resourcemanager.projects.update", f"projects/{project['id']}")
    values = {"name": call.body.get("name", ""), "labels": call.body.get("labels", {})}
    rm.change(call, project, values)
    return _shown(rm.visible(call, project["id"]))


@api.method("projects.delete")
def delete(call: Call) -> Body:
    """Mark a project for deletion."""
    project = rm.visible(call, call.text("projectId"))
    rm.require(call, "resourcemanager.projects.delete", f"projects/{project['id']}")
    rm.delete(call, project)
    return {}


@api.method("projects.undelete")
def undelete(call: Call) -> Body:
    """Bring a deleted project back."""
    project = rm.visible(call, call.text("projectId"))
    rm.require(call, "resourcemanager.projects.undelete", f"projects/{project['id']}")
    rm.undelete(call, project)
    return {}


@api.method("projects.getAncestry")
def ancestry(call: Call) -> Body:
    """Return a project and what is above it, from the inside out."""
    project = rm.visible(call, call.text("projectId"))
    chain = [{"resourceId": {"type": "project", "id": project["id"]}}]
    if project["parent"]:
        kind, identifier = project["parent"].split("/")
        chain.append({"resourceId": {"type": kind.removesuffix("s"), "id": identifier}})
    return {"ancestor": chain}


@api.method("projects.getIamPolicy")
def get_policy(call: Call) -> Body:
    """Return a project's policy."""
    project = rm.visible(call, call.text("resource"))
    rm.require(call, "resourcemanager.projects.getIamPolicy", f"projects/{project['id']}")
    return policies.read(call, f"projects/{project['id']}")


@api.method("projects.setIamPolicy")
def set_policy(call: Call) -> Body:
    """Replace a project's policy."""
    project = rm.visible(call, call.text("resource"))
    rm.require(call, "resourcemanager.projects.setIamPolicy", f"projects/{project['id']}")
    return policies.write(call, f"projects/{project['id']}")


@api.method("projects.testIamPermissions")
def test_permissions(call: Call) -> Body:
    """Return what the caller may do with a project."""
    project = projects.find(call.world, call.text("resource"))
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


def _organization() -> Body:
    return {
        "name": rm.ORGANIZATION,
        "displayName": "sandbox.example",
        "owner": {"directoryCustomerId": "C00sandbox"},
        "creationTime": "2020-01-01T00:00:00Z",
        "lifecycleState": "ACTIVE",
    }


def _fits(project: Body, text: str) -> bool:
    """Read gcloud's filters: ``(lifecycleState:ACTIVE) AND id:notes*``, joined by AND."""
    for term in text.replace("(", " ").replace(")", " ").replace(" AND ", " ").split():
        key, _sep, wanted = term.replace("=", ":", 1).partition(":")
        wanted = wanted.strip("\"'")
        key = {"id": "projectId", "state": "lifecycleState"}.get(key, key)
        have = project.get(key)
        if key.startswith("labels."):
            have = project.get("labels", {}).get(key.removeprefix("labels."))
        if key in ("parent.id", "parent.type"):
            have = project.get("parent", {}).get(key.removeprefix("parent."))
        if not isinstance(have, str):
            return False
        if wanted.endswith("*"):
            if not have.lower().startswith(wanted[:-1].lower()):
                return False
        elif have.lower() != wanted.lower():
            return False
    return True


def _shown(project: Body) -> Body:
    shown: Body = {
        "projectId": project["id"],
        "projectNumber": project["number"],
        "name": project["name"],
        "lifecycleState": project["state"],
        "createTime": rm.moment(project["created"]),
    }
    if project["parent"]:
        kind, identifier = project["parent"].split("/")
        shown["parent"] = {"type": kind.removesuffix("s"), "id": identifier}
    if project["labels"]:
        shown["labels"] = project["labels"]
    return shown


def _operation(call: Call, operation: Operation) -> Body:
    call.world.operations.settle()
    current = call.world.operations.get(operation.name) or operation
    metadata = {
        "@type": f"{V1}ProjectCreationStatus",
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
    return {**shown, "done": True, "response": {"@type": f"{V1}Project", **_shown(project)}}
