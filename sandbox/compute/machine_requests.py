"""What is asked of a new machine, refused where Google would refuse it."""

from __future__ import annotations

import re
from typing import Any

from sandbox import orgpolicies
from sandbox.call import Call
from sandbox.compute.images import REFERENCE, resolved
from sandbox.compute.links import last
from sandbox.compute.machine_types import TYPES
from sandbox.compute.refusals import invalid, missing, over_quota
from sandbox.compute.zones import CPU_QUOTA, region_of
from sandbox.errors import ApiError
from sandbox.services.iam_accounts import require_use

Body = dict[str, Any]

NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
LABEL = re.compile(r"[a-z0-9_-]{0,63}")
LARGEST_METADATA = 262_144
DEFAULT_ACCOUNT = re.compile(r"\d+-compute@developer\.gserviceaccount\.com|default")


def checked(call: Call, zone: str) -> Body:
    """Return the body of a new machine, or raise what is wrong with it."""
    body = call.body
    check_name(body.get("name", ""))
    orgpolicies.check_location(call.world, call.text("project"), "an instance", region_of(zone))
    kind = last(body.get("machineType", ""))
    if kind not in TYPES:
        path = f"projects/{call.text('project')}/zones/{zone}/machineTypes/{kind}"
        raise missing(path) if kind else invalid("resource.machineType", "", "It is required.")
    disks = body.get("disks", [])
    if not disks:
        raise invalid("resource.disks", "", "At least one disk is required.")
    for number, disk in enumerate(disks):
        _check_disk(number, disk)
    for number, interface in enumerate(body.get("networkInterfaces", [])):
        _check_network(call, number, interface)
    for account in body.get("serviceAccounts", []):
        _check_account(call, account.get("email", ""))
    check_labels(body.get("labels", {}))
    _check_metadata(body.get("metadata", {}).get("items", []))
    _check_quota(call, zone, kind)
    return body


def check_name(name: str) -> None:
    """Refuse a name outside Compute's alphabet."""
    if not NAME.fullmatch(name):
        raise invalid(
            "resource.name",
            name,
            f"Must be a match of regex '(?:{NAME.pattern})'",
        )


def check_labels(labels: Body) -> None:
    """Refuse labels outside Google's alphabet."""
    for key, value in labels.items():
        if not (key[:1].isalpha() and LABEL.fullmatch(key) and LABEL.fullmatch(value)):
            raise invalid("resource.labels", f"{key}={value}", "Label key or value is not valid.")


def _check_disk(number: int, disk: Body) -> None:
    field = f"resource.disks[{number}]"
    image = disk.get("initializeParams", {}).get("sourceImage", "")
    if not image:
        raise invalid(f"{field}.initializeParams.sourceImage", "", "Only images are imitated.")
    if not REFERENCE.fullmatch(image):
        raise invalid(f"{field}.initializeParams.sourceImage", image, "The URL is malformed.")
    known = resolved(image)
    size = disk["initializeParams"].get("diskSizeGb")
    if size and int(size) < int(known["diskSizeGb"]):
        said = (
            f"Requested disk size cannot be smaller than the image size ({known['diskSizeGb']} GB)"
        )
        raise invalid(f"{field}.initializeParams.diskSizeGb", size, said)


def _check_network(call: Call, number: int, interface: Body) -> None:
    network = interface.get("network", "global/networks/default")
    if last(network) != "default":
        raise missing(f"projects/{call.text('project')}/global/networks/{last(network)}")
    if any(
        each.get("type", "ONE_TO_ONE_NAT") != "ONE_TO_ONE_NAT"
        for each in interface.get("accessConfigs", [])
    ):
        field = f"resource.networkInterfaces[{number}].accessConfigs"
        raise invalid(field, "", "Only ONE_TO_ONE_NAT is imitated.")


def _check_account(call: Call, email: str) -> None:
    if not email or DEFAULT_ACCOUNT.fullmatch(email):
        return
    try:
        require_use(call, email)
    except ApiError:
        raise ApiError(
            "INVALID_ARGUMENT",
            f"The user does not have access to service account '{email}'. User: "
            f"'{call.identity.partition(':')[2]}'. Ask a project owner to grant you the "
            "iam.serviceAccountUser role on the service account",
            legacy="SERVICE_ACCOUNT_ACCESS_DENIED",
        ) from None


def _check_metadata(items: list[Body]) -> None:
    keys = [each.get("key", "") for each in items]
    if len(set(keys)) != len(keys) or not all(keys):
        raise invalid("resource.metadata.items", "", "Metadata keys must be given and unique.")
    for each in items:
        if len(each.get("value", "")) > LARGEST_METADATA:
            said = "The value is larger than 262144 characters."
            raise invalid(f"resource.metadata.items.{each['key']}", "…", said)


def _check_quota(call: Call, zone: str, kind: str) -> None:
    region, used = region_of(zone), 0
    for each in call.world.store.all("compute-instance", call.text("project")):
        if region_of(each["zone"]) == region and each["status"] != "TERMINATED":
            used += TYPES[last(each["body"]["machineType"])][0]
    if used + TYPES[kind][0] > CPU_QUOTA:
        raise over_quota("CPUS", CPU_QUOTA, region)
