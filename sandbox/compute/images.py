"""Public images: the few that a machine of ours is made from."""

from __future__ import annotations

import re
from typing import Any

from sandbox.call import Api, Call
from sandbox.compute.filters import fitting
from sandbox.compute.links import link
from sandbox.compute.refusals import missing
from sandbox.paging import sliced

Body = dict[str, Any]

api = Api("compute", "v1")
MADE = "2026-08-12T04:00:00.000-07:00"
IMAGES = {
    "cos-cloud": {
        "cos-stable": ("cos-stable-125-19216-104-25", 10),
        "cos-125-lts": ("cos-125-19216-104-25", 10),
    },
    "debian-cloud": {
        "debian-12": ("debian-12-bookworm-v20260810", 10),
        "debian-13": ("debian-13-trixie-v20260810", 10),
    },
    "ubuntu-os-cloud": {
        "ubuntu-2404-lts-amd64": ("ubuntu-2404-noble-amd64-v20260806", 10),
    },
}
REFERENCE = re.compile(
    r"(?:.*/)?projects/([^/]+)/(?:global/images/(?:(family/))?|zones/[^/]+/(imageFamilyViews/))"
    r"([^/]+)"
)


@api.method("images.getFromFamily")
def get_from_family(call: Call) -> Body:
    """Return the newest image of a family."""
    project, family = call.text("project"), call.text("family")
    return _shown(project, *_found(project, f"family/{family}"))


@api.method("images.get")
def get(call: Call) -> Body:
    """Return an image."""
    return _shown(call.text("project"), *_found(call.text("project"), call.text("image")))


@api.method("images.list")
def list_(call: Call) -> Body:
    """Return a project's images: none but in the public ones."""
    project = call.text("project")
    shown = [_shown(project, *each) for each in _all(project)]
    return {
        "kind": "compute#imageList",
        "id": f"projects/{project}/global/images",
        **sliced(call, "items", fitting(call, shown), size_name="maxResults", default=500),
        "selfLink": link(f"projects/{project}/global/images"),
    }


def resolved(reference: str) -> Body:
    """Return the image that a disk is made from; 404 when it is not known here."""
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise missing(reference)
    return _shown(
        match[1], *_found(match[1], ("family/" if match[2] or match[3] else "") + match[4])
    )


def _all(project: str) -> list[tuple[str, str, int]]:
    return [(family, name, size) for family, (name, size) in IMAGES.get(project, {}).items()]


def _found(project: str, wanted: str) -> tuple[str, str, int]:
    for family, name, size in _all(project):
        if wanted in (name, f"family/{family}"):
            return family, name, size
    raise missing(f"projects/{project}/global/images/{wanted}")


def _shown(project: str, family: str, name: str, size: int) -> Body:
    return {
        "kind": "compute#image",
        "id": str(sum(ord(letter) * (at + 1) for at, letter in enumerate(name)) * 10**12),
        "creationTimestamp": MADE,
        "name": name,
        "family": family,
        "description": f"{name} (named by the sandbox, never booted)",
        "status": "READY",
        "sourceType": "RAW",
        "diskSizeGb": str(size),
        "architecture": "X86_64",
        "selfLink": link(f"projects/{project}/global/images/{name}"),
    }
