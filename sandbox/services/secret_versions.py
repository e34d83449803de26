"""Secret Manager v1: the values of a secret, numbered, with their checksums."""

from __future__ import annotations

import base64
from typing import Any

from sandbox.call import Api, Call
from sandbox.checksums import crc32c
from sandbox.clock import stamp
from sandbox.errors import bad_request, not_found, precondition
from sandbox.paging import sliced
from sandbox.services.secretmanager import VERSION, existing

Body = dict[str, Any]

api = Api("secretmanager", "v1")
LARGEST = 65536


@api.method("projects.secrets.addVersion", "secretmanager.versions.add")
def add(call: Call) -> Body:
    """Add a value; a checksum that does not fit is refused."""
    secret = existing(call, "parent")
    payload = call.body.get("payload", {})
    data = _decoded(payload.get("data", ""))
    if not data:
        raise bad_request("The payload must not be empty.")
    if len(data) > LARGEST:
        raise bad_request(f"The payload is larger than {LARGEST} bytes.")
    given = payload.get("dataCrc32c")
    if given is not None and int(given) != crc32c(data):
        raise bad_request("The checksum of the payload does not match its data.")
    parent = f"projects/{secret['project']}/secrets/{secret['id']}"
    number = call.world.store.next(f"versions {parent} {secret['created']}")
    version = {
        "number": number,
        "secret": f"projects/{secret['number']}/secrets/{secret['id']}",
        "state": "ENABLED",
        "created": call.now,
        "destroyed": None,
        "data": base64.b64encode(data).decode(),
        "checked": given is not None,
    }
    call.world.store.put(VERSION, f"{parent}/versions/{number}", version, parent)
    return _shown(version)


@api.method("projects.secrets.versions.access", "secretmanager.versions.access")
def access(call: Call) -> Body:
    """Return a value."""
    _name, version = _version(call)
    if version["state"] != "ENABLED":
        shown = _shown(version)["name"]
        raise precondition(f"Secret Version [{shown}] is in {version['state']} state.")
    data = base64.b64decode(version["data"])
    return {
        "name": _shown(version)["name"],
        "payload": {"data": version["data"], "dataCrc32c": str(crc32c(data))},
    }


@api.method("projects.secrets.versions.get", "secretmanager.versions.get")
def get(call: Call) -> Body:
    """Return a version without its value."""
    return _shown(_version(call)[1])


@api.method("projects.secrets.versions.list", "secretmanager.versions.list")
def list_(call: Call) -> Body:
    """Return a secret's versions, the newest first."""
    secret = existing(call, "parent")
    parent = f"projects/{secret['project']}/secrets/{secret['id']}"
    everything = call.world.store.all(VERSION, parent)[::-1]
    state = call.text("filter").replace(" ", "").replace("=", ":").removeprefix("state:")
    found = [each for each in everything if not state or each["state"] == state]
    page = sliced(call, "versions", [_shown(each) for each in found])
    return {**page, "totalSize": len(found)}


@api.method("projects.secrets.versions.disable", "secretmanager.versions.disable")
def disable(call: Call) -> Body:
    """Take a version out of use."""
    return _change(call, "DISABLED")


@api.method("projects.secrets.versions.enable", "secretmanager.versions.enable")
def enable(call: Call) -> Body:
    """Bring a version back into use."""
    return _change(call, "ENABLED")


@api.method("projects.secrets.versions.destroy", "secretmanager.versions.destroy")
def destroy(call: Call) -> Body:
    """Destroy a value for good."""
    return _change(call, "DESTROYED")


def _change(call: Call, state: str) -> Body:
    name, version = _version(call)
    if version["state"] == "DESTROYED" and state != "DESTROYED":
        raise precondition(f"Secret Version [{_shown(version)['name']}] is in DESTROYED state.")
    changed = {**version, "state": state}
    if state == "DESTROYED":
        changed |= {"data": "", "destroyed": call.now}
    call.world.store.put(VERSION, name, changed)
    return _shown(changed)


def _version(call: Call) -> tuple[str, Body]:
    """Return a version's key and body; ``latest`` is the newest one, an alias its number."""
    secret = existing(call, "name")
    parent = f"projects/{secret['project']}/secrets/{secret['id']}"
    wanted = call.text("name").rsplit("/", 1)[1]
    if wanted == "latest":
        newest = call.world.store.all(VERSION, parent)[-1:]
        number = str(newest[0]["number"]) if newest else "latest"
    else:
        number = str(secret.get("versionAliases", {}).get(wanted, wanted))
    version = call.world.store.get(VERSION, f"{parent}/versions/{number}")
    if version is None:
        public = f"projects/{secret['number']}/secrets/{secret['id']}/versions/{wanted}"
        raise not_found(f"Secret Version [{public}] not found.")
    return f"{parent}/versions/{number}", version


def _decoded(text: str) -> bytes:
    return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))


def _shown(version: Body) -> Body:
    shown = {
        "name": f"{version['secret']}/versions/{version['number']}",
        "createTime": stamp(version["created"]),
        "state": version["state"],
        "replicationStatus": {"automatic": {}},
        "etag": f'"{version["number"]}-{version["state"].lower()}"',
    }
    if version["checked"]:
        shown["clientSpecifiedPayloadChecksum"] = True
    if version["destroyed"]:
        shown["destroyTime"] = stamp(version["destroyed"])
    return shown
