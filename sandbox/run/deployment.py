"""A change of a service, whichever API asks for it: record, new revision, operation."""

from __future__ import annotations

import uuid
from typing import Any

from sandbox import orgpolicies
from sandbox.call import Call
from sandbox.errors import ApiError, already_exists, bad_request, denied, precondition
from sandbox.iam import access
from sandbox.operations import Operation
from sandbox.run import admission, conditions, images, kinds, names, traffic
from sandbox.run.processes import free_port
from sandbox.run.specification import complete_service

Body = dict[str, Any]

API = "run"
REQUIRE_INVOKER = "run.managed.requireInvokerIam"
CREATION, NEW_REVISION, TRAFFIC_ONLY, DELETION = 14.0, 12.0, 4.0, 4.0
SETTABLE = (
    "description",
    "labels",
    "annotations",
    "client",
    "clientVersion",
    "ingress",
    "launchStage",
    "binaryAuthorization",
    "template",
    "traffic",
    "scaling",
    "invokerIamDisabled",
    "defaultUriDisabled",
    "iapEnabled",
    "customAudiences",
)
MOVING = "The configuration is being applied."


def deploy(
    call: Call,
    name: str,
    wanted: Body,
    old: Body | None,
    *,
    root: str,
    dry: bool = False,
    again: bool = False,
) -> tuple[Body, Operation | None]:
    """Make or change a service (``wanted`` holds every settable field); see what it will be.

    Returns the record and the operation under way; with ``dry`` nothing is kept or begun, with
    ``again`` a template that is the same makes a new revision when the last one failed.
    """
    parent, identifier = name.rsplit("/services/", 1)
    names.check_identifier(identifier, "metadata.name" if root.startswith("spec") else "service_id")
    number = names.number_of(call, parent)
    _check_policies(call, name, wanted, old)
    template = complete_service(wanted.get("template") or {}, root)
    template["serviceAccount"] = admission.account(call, template, number)
    _check_cloud_sql(template, root)
    fresh = {key: wanted[key] for key in SETTABLE if key in wanted}
    fresh |= _kept(call, name, old, number)
    failed = old is not None and again and old["latestCreated"] != old["latestReady"]
    renewed = old is None or failed or _differs(template, old["template"])
    revision = _revision_id(call, name, template, fresh) if renewed else ""
    fresh["template"] = template
    fresh["traffic"] = traffic.checked(call.world.store, name, wanted.get("traffic", []), revision)
    moving = (conditions.READY, conditions.ROUTES, *((conditions.CONFIGURATIONS,) * renewed))
    fresh["conditions"] = {
        **fresh["conditions"],
        **conditions.all_as(moving, conditions.RECONCILING, call.now, MOVING),
    }
    if renewed:
        fresh["latestCreated"] = revision
    if dry:
        return fresh, None
    if renewed:
        _keep_revision(call, fresh, revision, template)
    if not fresh["port"] and images.mapping(call.world.store, template["containers"][0]["image"]):
        fresh["port"] = free_port()
    call.world.store.put(kinds.SERVICE, name, fresh, parent)
    return fresh, _begin(call, fresh, revision, CREATION if old is None else NEW_REVISION)


def remove(call: Call, service: Body) -> Operation:
    """Begin to delete a service."""
    marked = {**service, "deleted": call.now, "serial": service["serial"] + 1}
    call.world.store.put(kinds.SERVICE, service["name"], marked)
    return call.world.operations.begin(
        API,
        service["name"],
        "run.service.delete",
        {"service": service["name"]},
        seconds=DELETION,
        name=operation_name(service["name"]),
    )


def operation_name(resource: str) -> str:
    """Return a name for a new operation in a resource's region."""
    return f"{'/'.join(resource.split('/')[:4])}/operations/{uuid.uuid4()}"


def _begin(call: Call, service: Body, revision: str, seconds: float) -> Operation:
    name = service["name"]
    arguments = {
        "service": name,
        "revision": f"{name}/revisions/{revision}" if revision else "",
        "generation": service["generation"],
        "problem": None,
    }
    if revision:
        arguments["problem"] = admission.problem(
            call.world, service["project"], service["template"]
        )
    return call.world.operations.begin(
        API,
        name,
        "run.service.deploy",
        arguments,
        seconds=seconds if revision else TRAFFIC_ONLY,
        name=operation_name(name),
    )


def _kept(call: Call, name: str, old: Body | None, number: str) -> Body:
    """Return what a change never touches, one generation on."""
    who = call.identity.partition(":")[2]
    if old is not None:
        if old.get("deleted"):
            raise ApiError("FAILED_PRECONDITION", f"Service '{name}' is being deleted.")
        kept = {key: each for key, each in old.items() if key not in SETTABLE}
        step = {"generation": old["generation"] + 1, "serial": old["serial"] + 1}
        return {**kept, **step, "updated": call.now, "modifier": who}
    _projects, project, _locations, region, _services, identifier = name.split("/")
    return {
        "name": name,
        "id": identifier,
        "project": project,
        "number": number,
        "region": region,
        "uid": str(uuid.uuid4()),
        "generation": 1,
        "observed": 0,
        "serial": 1,
        "created": call.now,
        "updated": call.now,
        "deleted": None,
        "creator": who,
        "modifier": who,
        "latestReady": "",
        "latestCreated": "",
        "conditions": {},
        "serving": [],
        "port": 0,
    }


def _differs(fresh: Body, old: Body) -> bool:
    return {**fresh, "revision": ""} != {**old, "revision": ""} or bool(
        fresh.get("revision") and fresh.get("revision") != old.get("revision")
    )


def _revision_id(call: Call, name: str, template: Body, service: Body) -> str:
    given, identifier = template.get("revision", ""), service["id"]
    if not given:
        letters = names.suffix(f"{service['uid']} {service['generation']}")
        return f"{identifier}-{service['generation']:05d}-{letters}"
    if not given.startswith(f"{identifier}-") or len(given) > 63:
        raise bad_request(f"template.revision: must begin with the service's name: {given}")
    if call.world.store.get(kinds.REVISION, f"{name}/revisions/{given}"):
        raise already_exists(
            f"Revision named '{given}' with different configuration already exists."
        )
    return str(given)


def _keep_revision(call: Call, service: Body, identifier: str, template: Body) -> None:
    name = f"{service['name']}/revisions/{identifier}"
    place = service["name"].partition("/services/")[0]
    call.world.store.put(kinds.BY_ID, f"{place}/revisions/{identifier}", {"name": name})
    call.world.store.put(
        kinds.REVISION,
        name,
        {
            "name": name,
            "id": identifier,
            "service": service["id"],
            "project": service["project"],
            "region": service["region"],
            "number": service["number"],
            "uid": str(uuid.uuid4()),
            "created": call.now,
            "updated": call.now,
            "template": template,
            "starting": True,
            "digest": images.digest(call.world.store, template["containers"][0]["image"]),
            "conditions": {
                conditions.READY: conditions.condition(conditions.RECONCILING, call.now)
            },
        },
        service["name"],
    )


def _check_policies(call: Call, name: str, wanted: Body, old: Body | None) -> None:
    """Refuse what organisation policies forbid, and opening a service without the right to."""
    _projects, project, _locations, region, *_rest = name.split("/")
    if old is None:
        orgpolicies.check_location(call.world, project, "a Cloud Run service", region)
    if not wanted.get("invokerIamDisabled") or (old and old.get("invokerIamDisabled")):
        return
    if orgpolicies.enforced(call.world, project, REQUIRE_INVOKER):
        raise precondition(
            "invoker_iam_disabled is not currently available: the organization policy "
            f"constraints/{REQUIRE_INVOKER} is enforced for this project."
        )
    permission = "run.services.setIamPolicy"
    if not access.allowed(call.world, call.identity, permission, name):
        raise denied(permission, f"run.googleapis.com/{name}")


def _check_cloud_sql(template: Body, root: str) -> None:
    for volume in template.get("volumes", ()):
        for connection in volume.get("cloudSqlInstance", {}).get("instances", ()):
            if connection.count(":") < 2:
                raise bad_request(
                    f"{root}.volumes: the Cloud SQL instance '{connection}' must be given as "
                    "PROJECT:REGION:INSTANCE."
                )
