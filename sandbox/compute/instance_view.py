"""A machine as the API shows it: what was asked for, and what Google adds to it."""

from __future__ import annotations

from typing import Any

from sandbox.call import Call
from sandbox.clock import stamp
from sandbox.compute.images import resolved
from sandbox.compute.links import fingerprint, last, link, scoped

Body = dict[str, Any]

STAGED_AFTER = 8.0


def shown(call: Call, machine: Body) -> Body:
    """Return a machine; its addresses are documentation's and lead nowhere."""
    body, project, scope = machine["body"], machine["project"], machine["scope"]
    items = body.get("metadata", {}).get("items", [])
    tags, labels = body.get("tags", {}).get("items", []), body.get("labels", {})
    made: Body = {
        "kind": "compute#instance",
        "id": machine["id"],
        "name": machine["name"],
        "creationTimestamp": stamp(machine["created"]),
        "status": _status(call, machine),
        "zone": scoped(project, scope),
        "machineType": scoped(project, scope, "machineTypes", last(body["machineType"])),
        "cpuPlatform": "Intel Broadwell" if machine["started"] else "Unknown CPU Platform",
        "canIpForward": bool(body.get("canIpForward")),
        "networkInterfaces": [
            _interface(machine, number, each)
            for number, each in enumerate(body.get("networkInterfaces", []))
        ],
        "disks": [_disk(machine, number, each) for number, each in enumerate(body["disks"])],
        "metadata": {"kind": "compute#metadata", "fingerprint": fingerprint(items)},
        "tags": {"fingerprint": fingerprint(tags)},
        "labelFingerprint": fingerprint(labels),
        "fingerprint": fingerprint(body),
        "scheduling": {
            "onHostMaintenance": "MIGRATE",
            "automaticRestart": True,
            "preemptible": False,
            "provisioningModel": "STANDARD",
            **body.get("scheduling", {}),
        },
        "startRestricted": False,
        "deletionProtection": bool(body.get("deletionProtection")),
        "selfLink": scoped(project, scope, "instances", machine["name"]),
    }
    if items:
        made["metadata"]["items"] = items
    if tags:
        made["tags"]["items"] = tags
    for name in ("description", "serviceAccounts", "shieldedInstanceConfig"):
        if body.get(name):
            made[name] = body[name]
    if labels:
        made["labels"] = labels
    if machine["started"]:
        made["lastStartTimestamp"] = stamp(machine["started"])
    if machine["stopped"]:
        made["lastStopTimestamp"] = stamp(machine["stopped"])
    return made


def _status(call: Call, machine: Body) -> str:
    status = str(machine["status"])
    staged = status == "PROVISIONING" and machine["started"] is None
    if staged and call.world.clock.age(machine["created"]) > STAGED_AFTER:
        return "STAGING"
    return status


def _interface(machine: Body, number: int, wanted: Body) -> Body:
    project, region = machine["project"], machine["zone"].rpartition("-")[0]
    address = machine["address"] % 250 + 2
    interface: Body = {
        "kind": "compute#networkInterface",
        "name": f"nic{number}",
        "network": link(f"projects/{project}/global/networks/default"),
        "subnetwork": link(f"projects/{project}/regions/{region}/subnetworks/default"),
        "networkIP": f"10.178.{number}.{address}",
        "stackType": "IPV4_ONLY",
        "fingerprint": fingerprint(wanted),
    }
    configured = [
        {
            "kind": "compute#accessConfig",
            "type": "ONE_TO_ONE_NAT",
            "name": each.get("name") or "External NAT",
            "networkTier": "PREMIUM",
            "natIP": each.get("natIP") or f"203.0.113.{address}",
        }
        for each in wanted.get("accessConfigs", [])
    ]
    return {**interface, "accessConfigs": configured} if configured else interface


def _disk(machine: Body, number: int, wanted: Body) -> Body:
    project, scope = machine["project"], machine["scope"]
    asked = wanted.get("initializeParams", {})
    image = resolved(asked["sourceImage"]) if asked.get("sourceImage") else {}
    name = asked.get("diskName") or machine["name"] + (f"-{number}" if number else "")
    return {
        "kind": "compute#attachedDisk",
        "type": "PERSISTENT",
        "mode": wanted.get("mode", "READ_WRITE"),
        "source": wanted.get("source") or scoped(project, scope, "disks", name),
        "deviceName": wanted.get("deviceName") or f"persistent-disk-{number}",
        "index": number,
        "boot": bool(wanted.get("boot")),
        "autoDelete": bool(wanted.get("autoDelete")),
        "interface": "SCSI",
        "diskSizeGb": asked.get("diskSizeGb") or image.get("diskSizeGb", "10"),
    }
