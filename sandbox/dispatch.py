"""From a known method to its handler: the project, the API, the permission, the transaction."""

from __future__ import annotations

import inspect
from typing import Any, cast

from sandbox import projects
from sandbox.call import SERVED, Call, Served
from sandbox.cloudsql.refusals import not_authorized
from sandbox.compute.links import path_of
from sandbox.compute.refusals import required
from sandbox.discovery.documents import Document, Method
from sandbox.errors import ApiError, denied, not_imitated
from sandbox.iam import access
from sandbox.world import World

Body = dict[str, Any]
NAMES = ("name", "resource", "parent", "resourceName")
PROJECTS = {"project", "projectId"}


async def answer(
    world: World,
    document: Document,
    method: Method,
    parameters: Body,
    body: Body,
    identity: str,
    region: str = "",
) -> Body:
    """Return a method's answer, or raise the ApiError that refuses it."""
    served = SERVED.get((document.name, document.version, method.id))
    if served is None:
        raise not_imitated(f"{document.name}.{method.id}")
    for key in PROJECTS & parameters.keys():
        project = projects.canonical(world, f"projects/{parameters[key]}")
        parameters = {**parameters, key: project.removeprefix("projects/")}
    call = Call(world, document, method, parameters, body, identity, region)
    with world.store.transaction():
        world.operations.settle()
    if inspect.iscoroutinefunction(served.handle):
        _admit(call, served)
        return cast("Body", await served.handle(call))
    with world.store.transaction():
        _admit(call, served)
        return cast("Body", served.handle(call))


def _admit(call: Call, served: Served) -> None:
    """Refuse a call whose project, API or permission is missing."""
    resource = _resource(call)
    service = f"{call.document.name}.googleapis.com"
    anywhere = resource.startswith("projects/-/serviceAccounts/") or (
        not served.permission and call.parameters.get("project") in projects.PUBLIC
    )
    if served.enabled and resource.startswith("projects/") and not anywhere:
        try:
            project = projects.active(call.world, resource.split("/")[1], service)
        except ApiError:
            if call.document.name == "sqladmin":
                raise not_authorized() from None
            raise
        projects.require_enabled(call.world, project, service, call.document.title)
    permission = served.permission
    if permission and not access.allowed(call.world, call.identity, permission, resource):
        if call.document.name == "sqladmin":
            raise not_authorized()
        if call.document.name == "compute":
            raise required(permission, path_of(call))
        raise denied(permission, f"{service}/{resource}")


def _resource(call: Call) -> str:
    """Return the name of what a call is about, with the project's id in it."""
    if "project" in call.parameters:
        parts = [f"projects/{call.text('project')}"]
        if "instance" in call.parameters and "{instance}" in call.method.template:
            parts.append(f"instances/{call.text('instance')}")
        return "/".join(parts)
    if "{projectId}" in call.method.template:
        return f"projects/{call.text('projectId')}"
    for name in NAMES:
        if name in call.parameters:
            given = _from_namespace(call, call.text(name))
            return _with_real_project(call, projects.canonical(call.world, given))
    return ""


def _from_namespace(call: Call, resource: str) -> str:
    """Name a Knative resource as everybody else does: its region is in the host."""
    if not resource.startswith("namespaces/"):
        return resource
    _namespaces, project, *rest = resource.split("/")
    return "/".join(["projects", project, "locations", call.region or "-", *rest])


def _with_real_project(call: Call, resource: str) -> str:
    """Put a service account's own project where ``projects/-`` stands."""
    if not resource.startswith("projects/-/serviceAccounts/"):
        return resource
    email = resource.split("/")[3]
    account = call.world.store.get("service-account", email)
    return (
        resource.replace("projects/-", f"projects/{account['project']}", 1) if account else resource
    )
