"""Secret Manager v1: secrets (global ones) and who may read them."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from sandbox import orgpolicies, projects
from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.errors import already_exists, bad_request, not_found, precondition
from sandbox.iam import policies
from sandbox.masks import updated
from sandbox.paging import page_of, size
from sandbox.services.places import REGIONS, location_list

Body = dict[str, Any]

api = Api("secretmanager", "v1")
SECRET = "secret"
VERSION = "secret-version"
SECRET_ID = re.compile(r"[a-zA-Z0-9_-]{1,255}")
CHANGEABLE = (
    "labels",
    "annotations",
    "versionAliases",
    "topics",
    "expireTime",
    "ttl",
    "rotation",
    "versionDestroyTtl",
    "etag",
)


@api.method("projects.secrets.create", "secretmanager.secrets.create")
def create(call: Call) -> Body:
    """Make a secret without a value."""
    project = _project(call, "parent")
    identifier = call.text("secretId")
    if not SECRET_ID.fullmatch(identifier):
        raise bad_request(
            f"The provided Secret ID [{identifier}] does not match the expected format "
            "[[a-zA-Z_0-9]+]."
        )
    name = f"projects/{project['id']}/secrets/{identifier}"
    _check_replication(call.body.get("replication"))
    if call.world.store.get(SECRET, name):
        raise already_exists(f"Secret [{_public(project, identifier)}] already exists.")
    for place in _places(call.body["replication"]):
        orgpolicies.check_location(call.world, project["id"], "a secret", place)
    given = {key: call.body[key] for key in (*CHANGEABLE, "replication") if key in call.body}
    given.pop("etag", None)
    secret = {
        **given,
        "id": identifier,
        "project": project["id"],
        "number": project["number"],
        "created": call.now,
        "serial": 1,
    }
    call.world.store.put(SECRET, name, secret, project["id"])
    return shown(secret)


@api.method("projects.secrets.get", "secretmanager.secrets.get")
def get(call: Call) -> Body:
    """Return a secret, never its value."""
    return shown(existing(call, "name"))


@api.method("projects.secrets.list", "secretmanager.secrets.list")
def list_(call: Call) -> Body:
    """Return a project's secrets; a filter ``name:text`` or ``labels.key=value`` narrows them."""
    project = _project(call, "parent")
    wanted = call.text("filter")
    if wanted:
        found = [
            each for each in call.world.store.all(SECRET, project["id"]) if _fits(each, wanted)
        ]
        return {**page_of("secrets", [shown(each) for each in found], ""), "totalSize": len(found)}
    bodies, more = call.world.store.page(
        SECRET, project["id"], size(call, most=25000), call.text("pageToken")
    )
    return page_of("secrets", [shown(each) for each in bodies], more)


@api.method("projects.secrets.patch", "secretmanager.secrets.update")
def patch(call: Call) -> Body:
    """Change the masked fields of a secret; its replication never changes."""
    secret = existing(call, "name")
    if not call.text("updateMask"):
        raise bad_request("The update mask must not be empty.")
    _check_etag(secret, call.body.get("etag", ""))
    fresh = updated(secret, call.body, call.text("updateMask"), allowed=CHANGEABLE)
    return shown(_keep(call, fresh))


@api.method("projects.secrets.delete", "secretmanager.secrets.delete")
def delete(call: Call) -> Body:
    """Delete a secret with all its versions."""
    secret = existing(call, "name")
    _check_etag(secret, call.text("etag"))
    name = _name(secret)
    call.world.store.delete_below(VERSION, name)
    call.world.store.delete(policies.KIND, name)
    call.world.store.delete(SECRET, name)
    return {}


@api.method("projects.secrets.getIamPolicy", "secretmanager.secrets.getIamPolicy")
def get_policy(call: Call) -> Body:
    """Return who may use a secret."""
    return policies.read(call, _name(existing(call, "resource")))


@api.method("projects.secrets.setIamPolicy", "secretmanager.secrets.setIamPolicy")
def set_policy(call: Call) -> Body:
    """Replace who may use a secret."""
    return policies.write(call, _name(existing(call, "resource")))


@api.method("projects.secrets.testIamPermissions")
def test_permissions(call: Call) -> Body:
    """Return what the caller may do with a secret."""
    return policies.testable(call, projects.canonical(call.world, call.text("resource")))


@api.method("projects.locations.list", "secretmanager.locations.list")
def locations(call: Call) -> Body:
    """Return the regions."""
    return location_list(call)


def existing(call: Call, parameter: str) -> Body:
    """Return the secret that a parameter names (or a version of which it names)."""
    given = projects.canonical(call.world, call.text(parameter))
    secret = call.world.store.get(SECRET, "/".join(given.split("/")[:4]))
    if secret is None:
        project = projects.find(call.world, given.split("/")[1])
        public = _public(project, given.split("/")[3]) if project else given
        raise not_found(f"Secret [{public}] not found.")
    return secret


def shown(secret: Body) -> Body:
    """Return a secret as the API shows it: named by the project's number."""
    body = {
        "name": f"projects/{secret['number']}/secrets/{secret['id']}",
        "replication": secret["replication"],
        "createTime": stamp(secret["created"]),
        "etag": _etag(secret),
    }
    for key in CHANGEABLE:
        if key in secret and key not in ("etag", "ttl"):
            body[key] = secret[key]
    return body


def _keep(call: Call, secret: Body) -> Body:
    kept = {**secret, "serial": secret["serial"] + 1}
    call.world.store.put(SECRET, _name(secret), kept, secret["project"])
    return kept


def _project(call: Call, parameter: str) -> Body:
    found = projects.find(call.world, call.text(parameter).split("/")[1])
    assert found is not None
    return found


def _name(secret: Body) -> str:
    return f"projects/{secret['project']}/secrets/{secret['id']}"


def _public(project: Body, identifier: str) -> str:
    return f"projects/{project['number']}/secrets/{identifier}"


def _etag(secret: Body) -> str:
    digest = hashlib.sha256(f"{_name(secret)} {secret['serial']}".encode()).hexdigest()[:14]
    return f'"{digest}"'


def _check_etag(secret: Body, given: str) -> None:
    if given and given.strip('"') != _etag(secret).strip('"'):
        raise precondition(
            f"The etag provided [{given}] does not match the resource's etag [{_etag(secret)}]."
        )


def _places(replication: Body) -> list[str]:
    replicas = replication.get("userManaged", {}).get("replicas", [])
    return [str(each["location"]) for each in replicas] or ["global"]


def _check_replication(replication: Body | None) -> None:
    if not replication or not (replication.keys() & {"automatic", "userManaged"}):
        raise bad_request("The provided Secret.replication must be set to a policy.")
    for replica in replication.get("userManaged", {}).get("replicas", ()):
        if replica.get("location") not in REGIONS:
            raise bad_request(f"Invalid location: {replica.get('location', '')}.")
    if "userManaged" in replication and not replication["userManaged"].get("replicas"):
        raise bad_request("User-managed replication needs at least one replica.")


def _fits(secret: Body, wanted: str) -> bool:
    for term in wanted.replace(" AND ", " ").split():
        key, _sep, value = term.replace("=", ":", 1).partition(":")
        if key.startswith("labels."):
            if secret.get("labels", {}).get(key.removeprefix("labels.")) != value:
                return False
        elif value.strip('"') not in secret["id"]:
            return False
    return True
