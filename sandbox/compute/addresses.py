"""Static addresses of a region, out of the range that documentation uses."""

from __future__ import annotations

from typing import Any

from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.compute import compute_operations
from sandbox.compute.compute_operations import once
from sandbox.compute.filters import fitting
from sandbox.compute.links import link, scoped
from sandbox.compute.machine_requests import check_name
from sandbox.compute.refusals import exists, invalid, missing
from sandbox.compute.zones import known_region
from sandbox.iam import policies
from sandbox.operations import Operation, effect
from sandbox.paging import sliced
from sandbox.world import World

Body = dict[str, Any]

api = Api("compute", "v1")
KIND = "compute-address"
SECONDS = 5.0
FIRST_ID = 5_000_000_000_000_000_001


@api.method("addresses.insert", "compute.addresses.create")
@once
def insert(call: Call) -> Body:
    """Begin to reserve an address."""
    project, region, name = call.text("project"), known_region(call), call.body.get("name", "")
    check_name(name)
    if call.body.get("addressType", "EXTERNAL") != "EXTERNAL":
        raise invalid("resource.addressType", call.body["addressType"], "Only EXTERNAL here.")
    path = f"projects/{project}/regions/{region}/addresses/{name}"
    if call.world.store.get(KIND, path):
        raise exists(path)
    number = call.world.store.next("compute-static-addresses", FIRST_ID)
    address = {
        "path": path,
        "id": str(number),
        "project": project,
        "region": region,
        "name": name,
        "description": call.body.get("description", ""),
        "address": f"198.51.100.{(number - FIRST_ID) % 250 + 2}",
        "created": call.now,
    }
    call.world.store.put(KIND, path, address, project)
    return _begin(call, address, "insert", "compute.changed")


@api.method("addresses.get", "compute.addresses.get")
def get(call: Call) -> Body:
    """Return an address."""
    return _shown(_existing(call))


@api.method("addresses.list", "compute.addresses.list")
def list_(call: Call) -> Body:
    """Return a region's addresses."""
    project, region = call.text("project"), known_region(call)
    found = [each for each in call.world.store.all(KIND, project) if each["region"] == region]
    items = fitting(call, [_shown(each) for each in found])
    return {
        "kind": "compute#addressList",
        "id": f"projects/{project}/regions/{region}/addresses",
        **sliced(call, "items", items, size_name="maxResults", default=500),
        "selfLink": scoped(project, f"regions/{region}", "addresses"),
    }


@api.method("addresses.delete", "compute.addresses.delete")
@once
def delete(call: Call) -> Body:
    """Begin to release an address."""
    return _begin(call, _existing(call), "delete", "compute.address.delete")


@api.method("addresses.testIamPermissions")
def test_permissions(call: Call) -> Body:
    """Return what the caller may do with an address."""
    address = _existing(call, "resource")
    return policies.testable(call, f"projects/{address['project']}/addresses/{address['name']}")


@effect("compute.address.delete")
def _deleted(world: World, operation: Operation) -> Body:
    world.store.delete(KIND, operation.target)
    return {}


def _existing(call: Call, parameter: str = "address") -> Body:
    region, name = known_region(call), call.text(parameter)
    path = f"projects/{call.text('project')}/regions/{region}/addresses/{name}"
    address = call.world.store.get(KIND, path)
    if address is None:
        raise missing(path)
    return address


def _begin(call: Call, address: Body, kind: str, effect_name: str) -> Body:
    scope = f"regions/{address['region']}"
    return compute_operations.begin(call, scope, kind, address, effect_name, {}, SECONDS)


def _shown(address: Body) -> Body:
    return {
        "kind": "compute#address",
        "id": address["id"],
        "name": address["name"],
        "description": address["description"],
        "address": address["address"],
        "addressType": "EXTERNAL",
        "networkTier": "PREMIUM",
        "status": "RESERVED",
        "creationTimestamp": stamp(address["created"]),
        "region": scoped(address["project"], f"regions/{address['region']}"),
        "selfLink": link(address["path"]),
    }
