"""Regions and zones; one zone never has room, to show what that looks like."""

from __future__ import annotations

from typing import Any

from sandbox.call import Api, Call
from sandbox.compute.filters import fitting
from sandbox.compute.links import link
from sandbox.compute.refusals import missing
from sandbox.paging import sliced
from sandbox.services.places import REGIONS

Body = dict[str, Any]

api = Api("compute", "v1")
LETTERS = {"us-central1": "abcf", "us-east1": "bcd", "europe-west1": "bcd"}
ZONES = tuple(f"{region}-{letter}" for region in REGIONS for letter in LETTERS.get(region, "abc"))
WITHOUT_ROOM = "us-central1-f"
FOUNDED = "1969-12-31T16:00:00.000-08:00"
CPU_QUOTA = 24


@api.method("zones.list", "compute.zones.list")
def list_zones(call: Call) -> Body:
    """Return the zones."""
    items = fitting(call, [_zone(call, name) for name in sorted(ZONES)])
    return _page(call, "compute#zoneList", items)


@api.method("zones.get", "compute.zones.get")
def get_zone(call: Call) -> Body:
    """Return a zone."""
    return _zone(call, known_zone(call))


@api.method("regions.list", "compute.regions.list")
def list_regions(call: Call) -> Body:
    """Return the regions."""
    items = fitting(call, [_region(call, name) for name in sorted(REGIONS)])
    return _page(call, "compute#regionList", items)


@api.method("regions.get", "compute.regions.get")
def get_region(call: Call) -> Body:
    """Return a region."""
    return _region(call, known_region(call))


def known_zone(call: Call) -> str:
    """Return the zone a call names, refused when there is none."""
    zone = call.text("zone")
    if zone not in ZONES:
        raise missing(f"projects/{call.text('project')}/zones/{zone}")
    return zone


def known_region(call: Call) -> str:
    """Return the region a call names, refused when there is none."""
    region = call.text("region")
    if region not in REGIONS:
        raise missing(f"projects/{call.text('project')}/regions/{region}")
    return region


def region_of(zone: str) -> str:
    """Return the region of a zone."""
    return zone.rpartition("-")[0]


def _page(call: Call, kind: str, items: list[Body]) -> Body:
    project = call.text("project")
    return {
        "kind": kind,
        "id": f"projects/{project}/{call.method.id.partition('.')[0]}",
        **sliced(call, "items", items, size_name="maxResults", default=500),
        "selfLink": link(f"projects/{project}/{call.method.id.partition('.')[0]}"),
    }


def _zone(call: Call, name: str) -> Body:
    project = call.text("project")
    return {
        "kind": "compute#zone",
        "id": str(2000 + ZONES.index(name)),
        "creationTimestamp": FOUNDED,
        "name": name,
        "description": name,
        "status": "UP",
        "region": link(f"projects/{project}/regions/{region_of(name)}"),
        "selfLink": link(f"projects/{project}/zones/{name}"),
        "supportsPzs": False,
    }


def _region(call: Call, name: str) -> Body:
    project = call.text("project")
    return {
        "kind": "compute#region",
        "id": str(1000 + REGIONS.index(name)),
        "creationTimestamp": FOUNDED,
        "name": name,
        "description": name,
        "status": "UP",
        "zones": [
            link(f"projects/{project}/zones/{zone}") for zone in ZONES if region_of(zone) == name
        ],
        "quotas": [{"metric": "CPUS", "limit": CPU_QUOTA, "usage": 0}],
        "selfLink": link(f"projects/{project}/regions/{name}"),
        "supportsPzs": False,
    }
