"""Cloud Run v2: services."""

from __future__ import annotations

from typing import Any

from sandbox.call import Api, Call
from sandbox.errors import ApiError, already_exists, bad_request, denied, not_found
from sandbox.iam import access, policies
from sandbox.masks import updated
from sandbox.paging import page_of, size, sliced
from sandbox.run import deployment, kinds, names, run_operations, views
from sandbox.run.names import etag

Body = dict[str, Any]

api = Api("run", "v2")
both = Api("run", "v2", "v1")
ROOT = "template"


@api.method("projects.locations.services.create", "run.services.create")
def create(call: Call) -> Body:
    """Begin to make a service."""
    name = f"{names.one_region(call)}/services/{call.text('serviceId')}"
    if call.world.store.get(kinds.SERVICE, name):
        raise already_exists(f"Resource '{call.text('serviceId')}' already exists.")
    return _deploy(call, name, call.body, None)


@api.method("projects.locations.services.patch")
def patch(call: Call) -> Body:
    """Begin to change the masked fields of a service, or to make it with ``allowMissing``."""
    name = names.full(call, "services")
    names.check_region(name.split("/")[3])
    old = call.world.store.get(kinds.SERVICE, name)
    permission = "run.services.update" if old else "run.services.create"
    if not access.allowed(call.world, call.identity, permission, name):
        raise denied(permission, f"run.googleapis.com/{name}")
    if old is None:
        if not call.parameters.get("allowMissing"):
            raise missing(name)
        return _deploy(call, name, call.body, None)
    check_etag(old, call.body.get("etag", ""))
    return _deploy(call, name, _masked(call, old), old)


@api.method("projects.locations.services.get", "run.services.get")
def get(call: Call) -> Body:
    """Return a service."""
    return views.service(existing(call))


@api.method("projects.locations.services.list", "run.services.list")
def list_(call: Call) -> Body:
    """Return the services of a region; ``-`` is every region."""
    parent = names.parent_of(call)
    if parent.endswith("/-"):
        found = in_project(call, kinds.SERVICE, parent)
        return sliced(call, "services", [views.service(each) for each in found])
    bodies, more = call.world.store.page(kinds.SERVICE, parent, size(call), call.text("pageToken"))
    return page_of("services", [views.service(each) for each in bodies], more)


@api.method("projects.locations.services.delete", "run.services.delete")
def delete(call: Call) -> Body:
    """Begin to delete a service."""
    service = existing(call)
    check_etag(service, call.text("etag"))
    if call.parameters.get("validateOnly"):
        return {"name": deployment.operation_name(service["name"]), "done": True}
    return run_operations.shown(call, deployment.remove(call, service))


@both.method("projects.locations.services.getIamPolicy", "run.services.getIamPolicy")
def get_policy(call: Call) -> Body:
    """Return who may call a service."""
    return policies.read(call, existing(call, "resource")["name"])


@both.method("projects.locations.services.setIamPolicy", "run.services.setIamPolicy")
def set_policy(call: Call) -> Body:
    """Replace who may call a service."""
    return policies.write(call, existing(call, "resource")["name"])


@both.method("projects.locations.services.testIamPermissions")
def test_permissions(call: Call) -> Body:
    """Return what the caller may do with a service."""
    return policies.testable(call, names.full(call, "services", "resource"))


def existing(call: Call, parameter: str = "name") -> Body:
    """Return the service that a parameter names."""
    name = names.full(call, "services", parameter)
    service = call.world.store.get(kinds.SERVICE, name)
    if service is None:
        raise missing(name)
    return service


def missing(name: str) -> ApiError:
    """Return the 404 of a resource that is not there."""
    return not_found(
        f"Resource '{name.rsplit('/', 1)[1]}' of kind 'SERVICE' in region "
        f"'{name.split('/')[3]}' in project '{name.split('/')[1]}' does not exist."
    )


def check_etag(stored: Body, given: str) -> None:
    """Refuse a change that is based on another version."""
    current = etag(stored["name"], stored["serial"])
    if given and given.strip('"') != current:
        raise ApiError(
            "ABORTED",
            f"Conflict for resource '{stored['id']}': version '{given.strip(chr(34))}' was "
            f"specified but current version is '{current}'.",
        )


def in_project(call: Call, kind: str, parent: str) -> list[Body]:
    """Return the resources of a kind in every region of a parent's project."""
    project = parent.split("/")[1]
    return [each for each in call.world.store.all(kind) if each["project"] == project]


def _masked(call: Call, old: Body) -> Body:
    """Return what a service is to be; without a mask the whole of it is replaced."""
    paths = [path for path in call.text("updateMask").split(",") if path]
    if not paths:
        return {key: call.body[key] for key in deployment.SETTABLE if key in call.body}
    mask = ",".join(path for path in paths if path not in ("name", "etag"))
    if not mask:
        raise bad_request("update_mask: names nothing that can be changed.")
    given = {key: old[key] for key in deployment.SETTABLE if key in old}
    return updated(given, call.body, mask, allowed=deployment.SETTABLE)


def _deploy(call: Call, name: str, wanted: Body, old: Body | None) -> Body:
    _check_annotations(call.body.get("annotations", {}))
    _check_annotations(call.body.get("template", {}).get("annotations", {}))
    dry = bool(call.parameters.get("validateOnly"))
    paths = [path.split(".")[0] for path in call.text("updateMask").split(",") if path]
    again = not paths or "template" in paths
    service, operation = deployment.deploy(call, name, wanted, old, root=ROOT, dry=dry, again=again)
    if operation is None:
        about = {"@type": run_operations.V2 + "Service", **views.service(service)}
        unkept = deployment.operation_name(name)
        return {"name": unkept, "metadata": about, "response": about, "done": True}
    return run_operations.shown(call, operation)


def _check_annotations(annotations: Body) -> None:
    for key in annotations:
        if key.startswith(views.SYSTEM):
            raise bad_request(
                f"annotations: The annotation '{key}' is not supported on resources of the v2 API."
            )
