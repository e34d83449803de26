"""Service Usage: which APIs a project has switched on, and what must be true before."""

from __future__ import annotations

import uuid
from typing import Any

from sandbox import projects
from sandbox.call import Api, Call
from sandbox.errors import TYPES, ApiError, bad_request, error_info, not_found, precondition
from sandbox.iam import access
from sandbox.operations import Operation, effect
from sandbox.paging import sliced
from sandbox.services.catalogue import FREE, SERVICES
from sandbox.services.cloudbilling import pays
from sandbox.services.resource_manager import caller_lacks_permission
from sandbox.world import World

Body = dict[str, Any]

api = Api("serviceusage", "v1", enabled=False)
V1 = "type.googleapis.com/google.api.serviceusage.v1."
ENABLING = 15.0
MOST_AT_ONCE = 20
USAGE = "service-usage"


@api.method("services.enable")
def enable(call: Call) -> Body:
    """Begin to switch one API on."""
    parent, service = _split(call.text("name"))
    project = _project(call, parent, "serviceusage.services.enable")
    return _begin_enabling(call, project, [service], "EnableServiceResponse")


@api.method("services.batchEnable")
def batch_enable(call: Call) -> Body:
    """Begin to switch up to twenty APIs on: all of them or none."""
    project = _project(call, call.text("parent"), "serviceusage.services.enable")
    wanted = call.body.get("serviceIds", [])
    if not wanted or len(wanted) > MOST_AT_ONCE:
        raise bad_request(f"Between 1 and {MOST_AT_ONCE} services can be enabled at once.")
    return _begin_enabling(call, project, wanted, "BatchEnableServicesResponse")


@api.method("services.disable")
def disable(call: Call) -> Body:
    """Switch one API off."""
    parent, service = _split(call.text("name"))
    project = _project(call, parent, "serviceusage.services.disable")
    if not projects.is_enabled(call.world, project["id"], service):
        raise precondition(f"The service {service} is not enabled and cannot be disabled.")
    if call.body.get("checkIfServiceHasUsage") == "CHECK":
        _check_usage(call, project, service)
    call.world.store.delete(projects.SERVICE, f"{project['id']}/{service}")
    operation = _begin(call, project, "services.disable", [service], "DisableServiceResponse", 2.0)
    return _operation(call, operation)


@api.method("services.get")
def get(call: Call) -> Body:
    """Return one API and whether it is on."""
    parent, service = _split(call.text("name"))
    project = _project(call, parent, "serviceusage.services.get")
    _check_known(project, [service])
    return _service(call.world, project, service)


@api.method("services.batchGet")
def batch_get(call: Call) -> Body:
    """Return several APIs and whether they are on."""
    project = _project(call, call.text("parent"), "serviceusage.services.get")
    names = [_split(name)[1] for name in call.parameters.get("names", [])]
    if not names or len(names) > 30:
        raise bad_request("Between 1 and 30 services can be read at once.")
    _check_known(project, names)
    return {"services": [_service(call.world, project, name) for name in names]}


@api.method("services.list")
def list_(call: Call) -> Body:
    """Return the catalogue, or with ``state:ENABLED`` what is on."""
    project = _project(call, call.text("parent"), "serviceusage.services.list")
    wanted = call.text("filter").replace(" ", "")
    if wanted not in ("", "state:ENABLED", "state:DISABLED"):
        raise bad_request("Only the filters state:ENABLED and state:DISABLED are supported.")
    named = [each["service"] for each in call.world.store.all(projects.SERVICE, project["id"])]
    names = sorted({*SERVICES, *named})
    if wanted:
        on = wanted.endswith(":ENABLED")
        names = [name for name in names if (name in named) is on]
    shown = [_service(call.world, project, name) for name in names]
    return sliced(call, "services", shown, default=50)


@api.method("operations.get")
def get_operation(call: Call) -> Body:
    """Return an operation."""
    name = call.text("name")
    if name == "operations/noop.DONE_OPERATION":
        return {"name": name, "done": True, "response": {"@type": f"{V1}EnableServiceResponse"}}
    operation = call.world.operations.get(name)
    if operation is None or operation.api != "serviceusage":
        raise not_found(f"Operation {name} was not found.")
    return _operation(call, operation)


@effect("services.enable")
def _enabled(world: World, operation: Operation) -> Body:
    project = world.store.get("project", operation.arguments["project"])
    assert project is not None
    moment = world.clock.due(operation.started, operation.seconds)
    for service in operation.arguments["services"]:
        projects.switch_on(world, project["id"], service, since=moment)
    services = operation.arguments["services"]
    return {"services": [_service(world, project, service) for service in services]}


@effect("services.disable")
def _disabled(world: World, operation: Operation) -> Body:
    project = world.store.get("project", operation.arguments["project"])
    assert project is not None
    services = operation.arguments["services"]
    return {"services": [_service(world, project, service) for service in services]}


def _begin_enabling(call: Call, project: Body, wanted: list[str], response: str) -> Body:
    _check_known(project, wanted)
    _check_billing(call, project, wanted)
    missing = [each for each in wanted if not projects.is_enabled(call.world, project["id"], each)]
    operation = _begin(
        call, project, "services.enable", wanted, response, ENABLING if missing else 0.0
    )
    return _operation(call, operation)


def _check_billing(call: Call, project: Body, wanted: list[str]) -> None:
    paid = [service for service in wanted if service not in FREE]
    if not paid or pays(call.world.store, project):
        return
    number, services = project["number"], ",".join(paid)
    raise precondition(
        f"Billing account for project '{number}' is not found. Billing must be enabled for "
        f"activation of service(s) '{services}' to proceed.",
        {
            "@type": f"{TYPES}PreconditionFailure",
            "violations": [
                {
                    "type": "googleapis.com/billing-enabled",
                    "subject": number,
                    "description": "billing-enabled",
                }
            ],
        },
        error_info(
            "UREQ_PROJECT_BILLING_NOT_FOUND",
            "serviceusage.googleapis.com/billing-enabled",
            {"project": number, "services": services},
        ),
    )


def _check_usage(call: Call, project: Body, service: str) -> None:
    """Refuse where somebody used the service, which only ``/sandbox/v1/usage`` says here."""
    if not call.world.store.get(USAGE, f"{project['id']}/{service}"):
        return
    raise precondition(
        f"The service {service} has usage in the last 30 days. Please specify "
        "check_if_service_has_usage=SKIP if you want to proceed with disabling the service.",
        {
            "@type": f"{TYPES}PreconditionFailure",
            "violations": [
                {
                    "type": "googleapis.com",
                    "subject": f"?error_code=100002&service_name={service}",
                }
            ],
        },
    )


def _check_known(project: Body, names: list[str]) -> None:
    unknown = [name for name in names if name not in SERVICES]
    if unknown:
        listed = ", ".join(unknown)
        raise ApiError(
            "PERMISSION_DENIED",
            f"Not found or permission denied for service(s): {listed}.",
            details=[
                error_info(
                    "SERVICE_CONFIG_NOT_FOUND_OR_PERMISSION_DENIED",
                    "serviceusage.googleapis.com",
                    {"services": listed, "project": project["number"]},
                )
            ],
        )


def _project(call: Call, parent: str, permission: str) -> Body:
    project = projects.find(call.world, parent.removeprefix("projects/"))
    if project is None or project["state"] != "ACTIVE":
        raise caller_lacks_permission()
    resource = f"projects/{project['id']}"
    if not access.allowed(call.world, call.identity, permission, resource):
        raise ApiError(
            "PERMISSION_DENIED",
            f"Permission denied to {permission.rsplit('.', 1)[1]} service on project "
            f"[{project['id']}]",
            details=[
                error_info(
                    "AUTH_PERMISSION_DENIED",
                    "serviceusage.googleapis.com",
                    {"permission": permission, "resource": resource},
                )
            ],
        )
    return project


def _split(name: str) -> tuple[str, str]:
    parent, _slash, service = name.partition("/services/")
    return parent, service


def _service(world: World, project: Body, service: str) -> Body:
    on = projects.is_enabled(world, project["id"], service)
    parent = f"projects/{project['number']}"
    requirements = [] if service in FREE else ["serviceusage.googleapis.com/billing-enabled"]
    return {
        "name": f"{parent}/services/{service}",
        "parent": parent,
        "config": {
            "name": service,
            "title": SERVICES.get(service, service),
            "documentation": {},
            "quota": {},
            "authentication": {},
            "usage": {"requirements": requirements},
        },
        "state": "ENABLED" if on else "DISABLED",
    }


def _begin(
    call: Call, project: Body, name: str, services: list[str], response: str, seconds: float
) -> Operation:
    return call.world.operations.begin(
        "serviceusage",
        f"projects/{project['id']}",
        name,
        {"project": project["id"], "services": services},
        seconds=seconds,
        about={"response": response},
        name=f"operations/acf.p2-{project['number']}-{uuid.uuid4()}",
    )


def _operation(call: Call, operation: Operation) -> Body:
    call.world.operations.settle()
    current = call.world.operations.get(operation.name) or operation
    names = [f"{current.target}/services/{service}" for service in current.arguments["services"]]
    shown: Body = {
        "name": current.name,
        "metadata": {"@type": f"{V1}OperationMetadata", "resourceNames": names},
    }
    if not current.done or current.outcome is None:
        return {**shown, "done": True, "error": current.failure} if current.failure else shown
    kind, services = current.about["response"], current.outcome["services"]
    inside = {"services": services} if kind.startswith("Batch") else {"service": services[0]}
    return {**shown, "done": True, "response": {"@type": f"{V1}{kind}", **inside}}
