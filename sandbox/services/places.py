"""Regions and zones, as much of them as the imitated services need."""

from __future__ import annotations

from typing import Any

from sandbox import projects
from sandbox.call import Call

Body = dict[str, Any]

REGIONS = (
    "africa-south1",
    "asia-east1",
    "asia-east2",
    "asia-northeast1",
    "asia-northeast2",
    "asia-northeast3",
    "asia-south1",
    "asia-southeast1",
    "asia-southeast2",
    "australia-southeast1",
    "europe-central2",
    "europe-north1",
    "europe-southwest1",
    "europe-west1",
    "europe-west2",
    "europe-west3",
    "europe-west4",
    "europe-west6",
    "europe-west9",
    "me-west1",
    "northamerica-northeast1",
    "southamerica-east1",
    "us-central1",
    "us-east1",
    "us-east4",
    "us-south1",
    "us-west1",
    "us-west2",
)
MULTI_REGIONS = ("asia", "europe", "us")


def location_list(call: Call, *, multi: bool = False) -> Body:
    """Return ``{"locations": [...]}`` of a project."""
    parent = projects.canonical(call.world, call.text("name"))
    names = (*REGIONS, *MULTI_REGIONS) if multi else REGIONS
    return {"locations": [location(parent, name) for name in sorted(names)]}


def location(parent: str, name: str) -> Body:
    """Return one location."""
    return {"name": f"{parent}/locations/{name}", "locationId": name, "displayName": name}
