"""Machines: made, changed, stopped and deleted, by operations that take a while."""

from __future__ import annotations

from typing import Any

from sandbox.call import Api, Call
from sandbox.compute import compute_operations
from sandbox.compute.compute_operations import once
from sandbox.compute.filters import fitting
from sandbox.compute.instance_view import shown
from sandbox.compute.links import fingerprint, last, link, scoped, shortened
from sandbox.compute.machine_requests import checked
from sandbox.compute.refusals import busy, exists, invalid, missing, not_met
from sandbox.compute.zones import ZONES, known_zone
from sandbox.iam import policies
from sandbox.paging import sliced

Body = dict[str, Any]

api = Api("compute", "v1")
KIND = "compute-instance"
CREATION, DELETION, STOP, START, RESET, CHANGE = 25.0, 40.0, 50.0, 20.0, 10.0, 4.0
FIRST_ID = 1_000_000_000_000_000_001


@api.method("instances.insert", "compute.instances.create")
@once
def insert(call: Call) -> Body:
    """Begin to make a machine."""
    zone, project = known_zone(call), call.text("project")
    body = checked(call, zone)
    path = f"projects/{project}/zones/{zone}/instances/{body['name']}"
    if call.world.store.get(KIND, path):
        raise exists(path)
    machine = {
        "path": path,
        "project": project,
        "scope": f"zones/{zone}",
        "zone": zone,
        "name": body["name"],
        "id": str(call.world.store.next("compute-instances", FIRST_ID)),
        "status": "PROVISIONING",
        "created": call.now,
        "started": None,
        "stopped": None,
        "body": body,
        "address": call.world.store.next("compute-addresses", 2),
    }
    call.world.store.put(KIND, path, machine, project)
    return _begin(call, machine, "insert", "compute.instance.insert", {"zone": zone}, CREATION)


@api.method("instances.get", "compute.instances.get")
def get(call: Call) -> Body:
    """Return a machine."""
    return shown(call, existing(call))


@api.method("instances.list", "compute.instances.list")
def list_(call: Call) -> Body:
    """Return the machines of a zone."""
    zone, project = known_zone(call), call.text("project")
    found = [each for each in call.world.store.all(KIND, project) if each["zone"] == zone]
    items = fitting(call, [shown(call, each) for each in found])
    return {
        "kind": "compute#instanceList",
        "id": f"projects/{project}/zones/{zone}/instances",
        **sliced(call, "items", items, size_name="maxResults", default=500),
        "selfLink": scoped(project, f"zones/{zone}", "instances"),
    }


@api.method("instances.aggregatedList", "compute.instances.list")
def aggregated(call: Call) -> Body:
    """Return the machines of every zone."""
    project = call.text("project")
    items = fitting(call, [shown(call, each) for each in call.world.store.all(KIND, project)])
    by_zone: dict[str, Body] = {f"zones/{zone}": _nothing(zone) for zone in ZONES}
    for item in items:
        place = by_zone[f"zones/{last(item['zone'])}"]
        place.pop("warning", None)
        place.setdefault("instances", []).append(item)
    return {
        "kind": "compute#instanceAggregatedList",
        "id": f"projects/{project}/aggregated/instances",
        "items": by_zone,
        "selfLink": link(f"projects/{project}/aggregated/instances"),
    }


@api.method("instances.delete", "compute.instances.delete")
@once
def delete(call: Call) -> Body:
    """Begin to delete a machine."""
    machine = _idle(call)
    if machine["body"].get("deletionProtection"):
        raise invalid(
            "resource.deletionProtection",
            "true",
            f"Resource cannot be deleted if it's protected against deletion: '{machine['path']}'",
        )
    _keep(call, {**machine, "status": "STOPPING"})
    return _begin(call, machine, "delete", "compute.instance.delete", {}, DELETION)


@api.method("instances.stop", "compute.instances.stop")
@once
def stop(call: Call) -> Body:
    """Begin to stop a machine."""
    machine = _idle(call)
    if machine["status"] == "RUNNING":
        _keep(call, {**machine, "status": "STOPPING"})
    return _begin(call, machine, "stop", "compute.instance.stop", {}, STOP)


@api.method("instances.start", "compute.instances.start")
@once
def start(call: Call) -> Body:
    """Begin to start a machine."""
    machine = _idle(call)
    if machine["status"] == "TERMINATED":
        _keep(call, {**machine, "status": "PROVISIONING"})
    return _begin(call, machine, "start", "compute.instance.start", {}, START)


@api.method("instances.reset", "compute.instances.reset")
@once
def reset(call: Call) -> Body:
    """Begin to reset a machine, which boots anew."""
    machine = _idle(call)
    if machine["status"] != "RUNNING":
        raise busy(machine["path"])
    return _begin(call, machine, "reset", "compute.instance.reset", {}, RESET)


@api.method("instances.setMetadata", "compute.instances.setMetadata")
@once
def set_metadata(call: Call) -> Body:
    """Begin to replace a machine's metadata; the fingerprint has to be the present one."""
    machine = existing(call)
    items = call.body.get("items", [])
    _same(machine["body"].get("metadata", {}).get("items", []), call, "metadata")
    _change(call, machine, {"metadata": {"items": items}})
    return _begin(call, machine, "setMetadata", "compute.changed", {}, CHANGE)


@api.method("instances.setLabels", "compute.instances.setLabels")
@once
def set_labels(call: Call) -> Body:
    """Begin to replace a machine's labels; the fingerprint has to be the present one."""
    machine = existing(call)
    _same(machine["body"].get("labels", {}), call, "labels", "labelFingerprint")
    _change(call, machine, {"labels": call.body.get("labels", {})})
    return _begin(call, machine, "setLabels", "compute.changed", {}, CHANGE)


@api.method("instances.setTags", "compute.instances.setTags")
@once
def set_tags(call: Call) -> Body:
    """Begin to replace a machine's network tags; the fingerprint has to be the present one."""
    machine = existing(call)
    _same(machine["body"].get("tags", {}).get("items", []), call, "tags")
    _change(call, machine, {"tags": {"items": call.body.get("items", [])}})
    return _begin(call, machine, "setTags", "compute.changed", {}, CHANGE)


@api.method("instances.setDeletionProtection", "compute.instances.setDeletionProtection")
@once
def set_protection(call: Call) -> Body:
    """Begin to protect a machine from deletion, or to stop doing so."""
    machine = existing(call, "resource")
    wanted = bool(call.parameters.get("deletionProtection", True))
    _change(call, machine, {"deletionProtection": wanted})
    return _begin(call, machine, "setDeletionProtection", "compute.changed", {}, CHANGE)


@api.method("instances.testIamPermissions")
def test_permissions(call: Call) -> Body:
    """Return what the caller may do with a machine."""
    machine = existing(call, "resource")
    return policies.testable(call, f"projects/{machine['project']}/instances/{machine['name']}")


def existing(call: Call, parameter: str = "instance") -> Body:
    """Return the machine that a call names, by name or number."""
    project, zone, wanted = call.text("project"), known_zone(call), call.text(parameter)
    path = f"projects/{project}/zones/{zone}/instances/{wanted}"
    machine = call.world.store.get(KIND, path)
    if machine is None and wanted.isdigit():
        everything = call.world.store.all(KIND, project)
        machine = next((each for each in everything if each["id"] == wanted), None)
    if machine is None or machine["zone"] != zone:
        raise missing(path)
    return machine


def _idle(call: Call) -> Body:
    machine = existing(call)
    if call.world.operations.running_on(compute_operations.API, machine["path"]):
        raise busy(machine["path"])
    return machine


def _same(present: Any, call: Call, what: str, name: str = "fingerprint") -> None:
    given = call.body.get(name)
    if given is None:
        raise invalid(f"resource.{name}", "", "The fingerprint is required.")
    if shortened(given) != shortened(fingerprint(present)):
        raise not_met(f"Supplied fingerprint does not match current {what} fingerprint.")


def _change(call: Call, machine: Body, values: Body) -> None:
    _keep(call, {**machine, "body": {**machine["body"], **values}})


def _keep(call: Call, machine: Body) -> None:
    call.world.store.put(KIND, machine["path"], machine)


def _begin(
    call: Call, machine: Body, kind: str, effect: str, arguments: Body, seconds: float
) -> Body:
    return compute_operations.begin(
        call, machine["scope"], kind, machine, effect, arguments, seconds
    )


def _nothing(zone: str) -> Body:
    place = f"zones/{zone}"
    return {
        "warning": {
            "code": "NO_RESULTS_ON_PAGE",
            "message": f"There are no results for scope '{place}' on this page.",
            "data": [{"key": "scope", "value": place}],
        }
    }
