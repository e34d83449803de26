"""Cloud Build v2: connections to GitHub and the repositories linked through them.

Whoever makes a connection is shown a page to agree on. Here that happens by itself after a while,
or when :func:`agree_after` says, which may be never.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from sandbox import projects
from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.errors import ApiError, already_exists, bad_request, not_found, precondition
from sandbox.operations import Operation, effect
from sandbox.paging import sliced
from sandbox.services.places import REGIONS, location_list
from sandbox.world import World

Body = dict[str, Any]

api = Api("cloudbuild", "v2")
KIND, REPOSITORY = "build-connection", "build-repository"
API = "cloudbuild"
V2 = "type.googleapis.com/google.devtools.cloudbuild.v2."
IDENTIFIER = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}")
AGREEMENT = "build-agreement"
MAKING, AGREEING = 4.0, 60.0
AGREE = "https://accounts.google.com/AccountChooser?continue=https%3A%2F%2Fconsole.cloud.google.com"


@api.method("projects.locations.connections.create", "cloudbuild.connections.create")
def create(call: Call) -> Body:
    """Begin to make a connection; it waits for somebody to agree on GitHub."""
    parent = _parent(call)
    name = f"{parent}/connections/{_identifier(call, 'connectionId')}"
    if call.world.store.get(KIND, name):
        raise already_exists(f"Resource '{name}' already exists")
    if "githubConfig" not in call.body:
        raise bad_request("The sandbox imitates connections to github.com only (github_config).")
    kept: Body = {key: call.body[key] for key in ("annotations", "disabled") if key in call.body}
    connection = {**kept, "name": name, "created": call.now, "github": call.body["githubConfig"]}
    arguments = {"kind": KIND, "resource": connection, "parent": parent}
    return _shown_operation(_begin(call, name, "build.keep", arguments))


@api.method("projects.locations.connections.get", "cloudbuild.connections.get")
def get(call: Call) -> Body:
    """Return a connection."""
    return _connection(call.world, _existing(call, KIND))


@api.method("projects.locations.connections.list", "cloudbuild.connections.list")
def list_(call: Call) -> Body:
    """Return the connections of a region."""
    found = call.world.store.all(KIND, _parent(call))
    return sliced(call, "connections", [_connection(call.world, each) for each in found])


@api.method("projects.locations.connections.delete", "cloudbuild.connections.delete")
def delete(call: Call) -> Body:
    """Begin to delete a connection and the links of its repositories."""
    name = _existing(call, KIND)["name"]
    return _shown_operation(_begin(call, name, "build.drop", {"kind": KIND}))


@api.method("projects.locations.connections.repositories.create", "cloudbuild.repositories.create")
def link(call: Call) -> Body:
    """Begin to link a repository, which needs a connection that was agreed on."""
    parent = projects.canonical(call.world, call.text("parent"))
    connection = call.world.store.get(KIND, parent)
    if connection is None:
        raise not_found(f"Resource '{parent}' was not found")
    if _stage(call.world, connection) != "COMPLETE":
        raise precondition(f"connection '{parent}' must be in stage COMPLETE to link repositories")
    name = f"{parent}/repositories/{_identifier(call, 'repositoryId')}"
    if call.world.store.get(REPOSITORY, name):
        raise already_exists(f"Resource '{name}' already exists")
    address = call.body.get("remoteUri", "")
    if not re.fullmatch(r"https://github\.com/[^/]+/[^/]+\.git", address):
        raise bad_request("remote_uri: must look like https://github.com/OWNER/NAME.git")
    kept: Body = {key: call.body[key] for key in ("annotations",) if key in call.body}
    linked = {**kept, "name": name, "remoteUri": address, "created": call.now}
    arguments = {"kind": REPOSITORY, "resource": linked, "parent": parent}
    return _shown_operation(_begin(call, name, "build.keep", arguments))


@api.method("projects.locations.connections.repositories.get", "cloudbuild.repositories.get")
def get_repository(call: Call) -> Body:
    """Return a linked repository."""
    return _repository(_existing(call, REPOSITORY))


@api.method("projects.locations.connections.repositories.list", "cloudbuild.repositories.list")
def list_repositories(call: Call) -> Body:
    """Return the repositories linked through a connection."""
    parent = projects.canonical(call.world, call.text("parent"))
    found = call.world.store.all(REPOSITORY, parent)
    return sliced(call, "repositories", [_repository(each) for each in found])


@api.method("projects.locations.connections.repositories.delete", "cloudbuild.repositories.delete")
def unlink(call: Call) -> Body:
    """Begin to take a repository's link away."""
    name = _existing(call, REPOSITORY)["name"]
    return _shown_operation(_begin(call, name, "build.drop", {"kind": REPOSITORY}))


@api.method("projects.locations.operations.get", "cloudbuild.operations.get")
def get_operation(call: Call) -> Body:
    """Return an operation."""
    name = projects.canonical(call.world, call.text("name"))
    found = call.world.operations.get(name)
    if found is None or found.effect not in ("build.keep", "build.drop"):
        raise not_found(f"Operation {name} was not found.")
    return _shown_operation(found)


@api.method("projects.locations.list", "cloudbuild.locations.list")
def locations(call: Call) -> Body:
    """Return the regions."""
    return location_list(call)


def repository(world: World, name: str) -> Body | None:
    """Return a linked repository, or None."""
    return world.store.get(REPOSITORY, projects.canonical(world, name))


def is_connected(world: World, address: str) -> bool:
    """Whether a repository's address is linked anywhere."""
    wanted = {address, f"{address}.git"}
    return any(each["remoteUri"] in wanted for each in world.store.all(REPOSITORY))


@effect("build.keep")
def _kept(world: World, operation: Operation) -> Body:
    arguments = operation.arguments
    world.store.put(arguments["kind"], operation.target, arguments["resource"], arguments["parent"])
    return _typed(world, arguments["kind"], arguments["resource"])


@effect("build.drop")
def _dropped(world: World, operation: Operation) -> Body:
    world.store.delete(operation.arguments["kind"], operation.target)
    world.store.delete_below(REPOSITORY, operation.target)
    return {"@type": "type.googleapis.com/google.protobuf.Empty"}


def _typed(world: World, kind: str, stored: Body) -> Body:
    if kind == KIND:
        return {"@type": f"{V2}Connection", **_connection(world, stored)}
    return {"@type": f"{V2}Repository", **_repository(stored)}


def _begin(call: Call, target: str, effect_name: str, arguments: Body) -> Operation:
    if call.world.operations.running_on(API, target):
        raise ApiError("ABORTED", f"unable to queue the operation: '{target}' is being changed")
    place = "/".join(target.split("/")[:4])
    return call.world.operations.begin(
        API,
        target,
        effect_name,
        arguments,
        seconds=MAKING,
        name=f"{place}/operations/operation-{uuid.uuid4()}",
    )


def _shown_operation(operation: Operation) -> Body:
    about = {
        "@type": f"{V2}OperationMetadata",
        "createTime": stamp(operation.started),
        "target": operation.target,
        "verb": "create" if operation.effect == "build.keep" else "delete",
        "apiVersion": "v2",
    }
    if not operation.done:
        return {"name": operation.name, "metadata": about, "done": False}
    return {
        "name": operation.name,
        "metadata": {**about, "endTime": stamp(operation.ended or operation.started)},
        "done": True,
        "response": operation.outcome,
    }


def agree_after(world: World, wanted: Body) -> Body:
    """Let the person of ``{"project", "after"}`` agree so many seconds later, None for never."""
    project, seconds = str(wanted.get("project", "")), wanted.get("after")
    if not (seconds is None or isinstance(seconds, int | float)):
        raise bad_request("after must be seconds, or null for never.")
    world.store.put(AGREEMENT, project, {"after": seconds})
    return {"project": project, "after": seconds}


def _stage(world: World, connection: Body) -> str:
    said = world.store.get(AGREEMENT, connection["name"].split("/")[1]) or {"after": AGREEING}
    wait = said["after"]
    agreed = wait is not None and world.clock.passed(connection["created"], wait)
    return "COMPLETE" if agreed else "PENDING_USER_OAUTH"


def _connection(world: World, stored: Body) -> Body:
    state = {"stage": _stage(world, stored)}
    if state["stage"] != "COMPLETE":
        state |= {"message": "Please log in to GitHub and agree.", "actionUri": AGREE}
    shown: Body = {key: stored[key] for key in ("name", "annotations", "disabled") if key in stored}
    return {
        **shown,
        "githubConfig": stored["github"],
        "createTime": stamp(stored["created"]),
        "updateTime": stamp(stored["created"]),
        "installationState": state,
        "etag": f"{stored['name'].rsplit('/', 1)[1]}-1",
    }


def _repository(stored: Body) -> Body:
    shown: Body = {
        key: stored[key] for key in ("name", "remoteUri", "annotations") if key in stored
    }
    moment = stamp(stored["created"])
    return {**shown, "createTime": moment, "updateTime": moment, "etag": "1"}


def _existing(call: Call, kind: str) -> Body:
    name = projects.canonical(call.world, call.text("name"))
    stored = call.world.store.get(kind, name)
    if stored is None:
        raise not_found(f"Resource '{name}' was not found")
    return stored


def _parent(call: Call) -> str:
    parent = projects.canonical(call.world, call.text("parent"))
    if parent.split("/")[3] not in REGIONS:
        raise ApiError("PERMISSION_DENIED", f"Location {parent.split('/')[3]} is not found.")
    return parent


def _identifier(call: Call, parameter: str) -> str:
    identifier = call.text(parameter)
    if not IDENTIFIER.fullmatch(identifier):
        raise bad_request(f"{parameter}: {identifier!r} is not a valid id")
    return identifier
