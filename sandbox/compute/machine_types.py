"""Machine types that can be chosen, the same in every zone."""

from __future__ import annotations

from typing import Any

from sandbox.call import Api, Call
from sandbox.compute.filters import fitting
from sandbox.compute.links import link
from sandbox.compute.refusals import missing
from sandbox.compute.zones import FOUNDED, ZONES, known_zone
from sandbox.paging import sliced

Body = dict[str, Any]

api = Api("compute", "v1")
TYPES = {
    "e2-micro": (2, 1024),
    "e2-small": (2, 2048),
    "e2-medium": (2, 4096),
    "e2-standard-2": (2, 8192),
    "e2-standard-4": (4, 16384),
    "e2-standard-8": (8, 32768),
    "n1-standard-1": (1, 3840),
    "n2-standard-2": (2, 8192),
    "n2-standard-4": (4, 16384),
}
SHARED = ("e2-micro", "e2-small", "e2-medium")


@api.method("machineTypes.list", "compute.machineTypes.list")
def list_(call: Call) -> Body:
    """Return a zone's machine types."""
    zone = known_zone(call)
    items = fitting(call, [_shown(call, zone, name) for name in TYPES])
    return {
        "kind": "compute#machineTypeList",
        "id": f"projects/{call.text('project')}/zones/{zone}/machineTypes",
        **sliced(call, "items", items, size_name="maxResults", default=500),
        "selfLink": link(f"projects/{call.text('project')}/zones/{zone}/machineTypes"),
    }


@api.method("machineTypes.aggregatedList", "compute.machineTypes.list")
def aggregated(call: Call) -> Body:
    """Return the machine types of every zone."""
    found = {zone: fitting(call, [_shown(call, zone, name) for name in TYPES]) for zone in ZONES}
    return {
        "kind": "compute#machineTypeAggregatedList",
        "id": f"projects/{call.text('project')}/aggregated/machineTypes",
        "items": {f"zones/{zone}": {"machineTypes": types} for zone, types in found.items()},
        "selfLink": link(f"projects/{call.text('project')}/aggregated/machineTypes"),
    }


@api.method("machineTypes.get", "compute.machineTypes.get")
def get(call: Call) -> Body:
    """Return one machine type."""
    zone, name = known_zone(call), call.text("machineType")
    if name not in TYPES:
        raise missing(f"projects/{call.text('project')}/zones/{zone}/machineTypes/{name}")
    return _shown(call, zone, name)


def _shown(call: Call, zone: str, name: str) -> Body:
    processors, mebibytes = TYPES[name]
    return {
        "kind": "compute#machineType",
        "id": str(801_000 + list(TYPES).index(name)),
        "creationTimestamp": FOUNDED,
        "name": name,
        "description": f"{processors} vCPUs, {mebibytes / 1024:g} GB RAM",
        "guestCpus": processors,
        "memoryMb": mebibytes,
        "imageSpaceGb": 0,
        "maximumPersistentDisks": 16 if name in SHARED else 128,
        "maximumPersistentDisksSizeGb": "3072" if name in SHARED else "263168",
        "zone": zone,
        "isSharedCpu": name in SHARED,
        "architecture": "X86_64",
        "selfLink": link(f"projects/{call.text('project')}/zones/{zone}/machineTypes/{name}"),
    }
