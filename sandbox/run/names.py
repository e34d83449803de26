"""Names of Cloud Run's resources: ids, regions, etags, the host a service gets."""

from __future__ import annotations

import base64
import hashlib
import random
import re
from typing import Any

from sandbox import projects
from sandbox.call import Call
from sandbox.errors import ApiError, bad_request, not_found
from sandbox.services.places import REGIONS

Body = dict[str, Any]

IDENTIFIER = re.compile(r"[a-z]([-a-z0-9]{0,47}[a-z0-9])?")
LETTERS = "bcdfghjklmnpqrstvwxz2456789"


def check_identifier(identifier: str, field: str) -> None:
    """Refuse an id that Cloud Run would refuse."""
    if not IDENTIFIER.fullmatch(identifier):
        raise bad_request(
            f"{field}: only lowercase, digits, and hyphens; must begin with letter, and may not "
            "end with hyphen; must be less than 50 characters."
        )


def parent_of(call: Call) -> str:
    """Return ``projects/p/locations/r`` of a call, in whichever way it names its place."""
    given = call.text("parent") or call.text("name")
    parts = given.split("/")
    if parts[0] == "namespaces":
        parts = ["projects", parts[1], "locations", call.region or "-"]
    parent = projects.canonical(call.world, "/".join(parts[:4]))
    check_region(parent.split("/")[3])
    return parent


def check_region(region: str) -> None:
    """Refuse a place that Cloud Run is not in; ``-`` stands for every one."""
    if region not in REGIONS and region != "-":
        raise ApiError(
            "PERMISSION_DENIED",
            f"Location {region} is not found or access is unauthorized.",
        )


def one_region(call: Call) -> str:
    """Return the parent of a call that needs one region."""
    parent = parent_of(call)
    if parent.endswith("/-"):
        raise not_found("This method is served by the regional hosts only (REGION-run).")
    return parent


def full(call: Call, collection: str, parameter: str = "name") -> str:
    """Return the v2 name of the resource that a parameter names in any API's way."""
    parts = call.text(parameter).split("/")
    if parts[0] == "namespaces":
        parts = ["projects", parts[1], "locations", call.region or "-", collection, parts[3]]
    return projects.canonical(call.world, "/".join(parts))


def etag(name: str, serial: int) -> str:
    """Return the etag of a version of a resource."""
    digest = hashlib.sha256(f"{name} {serial}".encode()).digest()[:9]
    return base64.b64encode(digest).decode()


def suffix(seed: str, length: int = 3) -> str:
    """Return the letters at the end of a revision's or execution's name."""
    return "".join(random.Random(seed).choices(LETTERS, k=length))


def public_uri(service: str, number: str, region: str) -> str:
    """Return the address Google would serve a service at."""
    return f"https://{service}-{number}.{region}.run.app"


def number_of(call: Call, parent: str) -> str:
    """Return the number of the project of a parent."""
    found = projects.find(call.world, parent.split("/")[1])
    assert found is not None
    return str(found["number"])
