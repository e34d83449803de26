"""Artifact Registry v1: repositories (what is in them comes with the deploy side)."""

from __future__ import annotations

import re
import uuid
from typing import Any

from sandbox import orgpolicies, projects
from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.errors import ApiError, already_exists, bad_request, not_found
from sandbox.iam import policies
from sandbox.masks import updated
from sandbox.operations import Operation, effect
from sandbox.paging import page_of, size
from sandbox.services.places import MULTI_REGIONS, REGIONS, location, location_list
from sandbox.world import World

Body = dict[str, Any]

api = Api("artifactregistry", "v1")
older = Api("artifactregistry", "v1beta2")
KIND = "repository"
REPOSITORY_ID = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
V1 = "type.googleapis.com/google.devtools.artifactregistry.v1."
CREATION = 12.0
DELETION = 6.0
_AGES = ("versionAge", "olderThan", "newerThan")
CHANGEABLE = (
    "description",
    "labels",
    "cleanupPolicies",
    "cleanupPolicyDryRun",
    "dockerConfig",
    "mavenConfig",
    "vulnerabilityScanningConfig",
)


@api.method("projects.locations.repositories.create", "artifactregistry.repositories.create")
def create(call: Call) -> Body:
    """Begin to make a repository."""
    parent = projects.canonical(call.world, call.text("parent"))
    _check_location(parent.split("/")[3])
    identifier = call.text("repositoryId")
    if not REPOSITORY_ID.fullmatch(identifier):
        raise bad_request(
            "Invalid repository ID: it must match [a-z][a-z0-9-]* and end with a letter or number."
        )
    if call.body.get("format", "FORMAT_UNSPECIFIED") == "FORMAT_UNSPECIFIED":
        raise bad_request("Repository format must be specified.")
    name = f"{parent}/repositories/{identifier}"
    if call.world.store.get(KIND, name) or call.world.operations.running_on(api.name, name):
        raise already_exists("the repository already exists")
    _projects, project, _locations, place = parent.split("/")
    orgpolicies.check_location(call.world, project, "a repository", place)
    repository = {
        **{key: call.body[key] for key in (*CHANGEABLE, "format", "mode") if key in call.body},
        "name": name,
        "created": call.now,
        "updated": call.now,
    }
    arguments = {"repository": _settled(repository), "parent": parent}
    return _operation(_begin(call, "repository.create", name, arguments, CREATION))


@api.method("projects.locations.repositories.get", "artifactregistry.repositories.get")
def get(call: Call) -> Body:
    """Return a repository."""
    return _shown(_existing(call, "name"))


@api.method("projects.locations.repositories.list", "artifactregistry.repositories.list")
def list_(call: Call) -> Body:
    """Return the repositories of a location; ``-`` is every location."""
    parent = projects.canonical(call.world, call.text("parent"))
    if not parent.endswith("/locations/-"):
        _check_location(parent.split("/")[3])
        bodies, more = call.world.store.page(KIND, parent, size(call), call.text("pageToken"))
        return page_of("repositories", [_shown(each) for each in bodies], more)
    prefix = parent.removesuffix("-")
    found = [each for each in call.world.store.all(KIND) if each["name"].startswith(prefix)]
    return page_of("repositories", [_shown(each) for each in found], "")


@api.method("projects.locations.repositories.patch", "artifactregistry.repositories.update")
def patch(call: Call) -> Body:
    """Change the masked fields of a repository; format and mode never change."""
    repository = _existing(call, "name")
    fresh = updated(repository, call.body, call.text("updateMask"), allowed=CHANGEABLE)
    fresh = _settled({**fresh, "updated": call.now})
    call.world.store.put(KIND, repository["name"], fresh)
    return _shown(fresh)


def _settled(repository: Body) -> Body:
    """Return a repository with durations as Google writes them: the "60.0s" of gcloud is "60s"."""
    policies = repository.get("cleanupPolicies")
    if not policies:
        return repository
    whole = {
        name: {key: _duration(part) if key == "condition" else part for key, part in each.items()}
        for name, each in policies.items()
    }
    return {**repository, "cleanupPolicies": whole}


def _duration(condition: Body) -> Body:
    return {
        key: f"{float(value[:-1]):.9f}".rstrip("0").rstrip(".") + "s" if key in _AGES else value
        for key, value in condition.items()
    }


@api.method("projects.locations.repositories.delete", "artifactregistry.repositories.delete")
def delete(call: Call) -> Body:
    """Begin to delete a repository."""
    name = _existing(call, "name")["name"]
    running = call.world.operations.running_on(api.name, name)
    if running is not None:
        raise ApiError("ABORTED", "The repository is being changed by another operation.")
    return _operation(_begin(call, "repository.delete", name, {"name": name}, DELETION))


@api.method(
    "projects.locations.repositories.getIamPolicy", "artifactregistry.repositories.getIamPolicy"
)
def get_policy(call: Call) -> Body:
    """Return who may use a repository."""
    return policies.read(call, _existing(call, "resource")["name"])


@api.method(
    "projects.locations.repositories.setIamPolicy", "artifactregistry.repositories.setIamPolicy"
)
def set_policy(call: Call) -> Body:
    """Replace who may use a repository."""
    return policies.write(call, _existing(call, "resource")["name"])


@api.method("projects.locations.repositories.testIamPermissions")
def test_permissions(call: Call) -> Body:
    """Return what the caller may do with a repository."""
    return policies.testable(call, _existing(call, "resource")["name"])


@api.method("projects.locations.repositories.dockerImages.list", "artifactregistry.files.list")
@api.method("projects.locations.repositories.packages.list", "artifactregistry.packages.list")
def nothing_inside(call: Call) -> Body:
    """Return nothing: no image was ever pushed here."""
    _existing(call, "parent")
    return {}


@api.method("projects.locations.operations.get", "artifactregistry.repositories.get")
def get_operation(call: Call) -> Body:
    """Return an operation."""
    name = projects.canonical(call.world, call.text("name"))
    operation = call.world.operations.get(name)
    if operation is None or operation.api != api.name:
        raise not_found(f"Operation {name} was not found.")
    return _operation(operation)


@api.method("projects.locations.list", "artifactregistry.locations.list")
@older.method("projects.locations.list", "artifactregistry.locations.list")
def locations(call: Call) -> Body:
    """Return the places where repositories can be."""
    return location_list(call, multi=True)


@api.method("projects.locations.get", "artifactregistry.locations.get")
@older.method("projects.locations.get", "artifactregistry.locations.get")
def get_location(call: Call) -> Body:
    """Return one place."""
    parent, _slash, name = projects.canonical(call.world, call.text("name")).partition(
        "/locations/"
    )
    _check_location(name)
    return location(parent, name)


@effect("repository.create")
def _created(world: World, operation: Operation) -> Body:
    repository = operation.arguments["repository"]
    world.store.put(KIND, repository["name"], repository, operation.arguments["parent"])
    return {"@type": f"{V1}Repository", **_shown(repository)}


@effect("repository.delete")
def _deleted(world: World, operation: Operation) -> Body:
    world.store.delete(KIND, operation.arguments["name"])
    world.store.delete(policies.KIND, operation.arguments["name"])
    return {"@type": "type.googleapis.com/google.protobuf.Empty"}


def _check_location(name: str) -> None:
    if name not in (*REGIONS, *MULTI_REGIONS):
        raise bad_request(f"Location {name} is not found or access is unauthorized.")


def _existing(call: Call, parameter: str) -> Body:
    given = "/".join(projects.canonical(call.world, call.text(parameter)).split("/")[:6])
    repository = call.world.store.get(KIND, given)
    if repository is None:
        raise not_found(f'Requested entity was not found. Repository "{given}" does not exist.')
    return repository


def _shown(repository: Body) -> Body:
    place, identifier = repository["name"].split("/")[3::2]
    shown = {key: repository[key] for key in CHANGEABLE if key in repository}
    shown |= {
        "name": repository["name"],
        "format": repository["format"],
        "mode": _mode(repository),
        "createTime": stamp(repository["created"]),
        "updateTime": stamp(repository["updated"]),
    }
    if repository["format"] == "DOCKER":
        project = repository["name"].split("/")[1]
        shown["registryUri"] = f"{place}-docker.pkg.dev/{project}/{identifier}"
    return shown


def _mode(repository: Body) -> str:
    mode = str(repository.get("mode", "MODE_UNSPECIFIED"))
    return "STANDARD_REPOSITORY" if mode == "MODE_UNSPECIFIED" else mode


def _begin(call: Call, name: str, target: str, arguments: Body, seconds: float) -> Operation:
    parent = target.partition("/repositories/")[0]
    return call.world.operations.begin(
        api.name,
        target,
        name,
        arguments,
        seconds=seconds,
        name=f"{parent}/operations/{uuid.uuid4()}",
    )


def _operation(operation: Operation) -> Body:
    shown: Body = {"name": operation.name, "metadata": {"@type": f"{V1}OperationMetadata"}}
    if not operation.done:
        return shown
    if operation.failure:
        return {**shown, "done": True, "error": operation.failure}
    return {**shown, "done": True, "response": operation.outcome}
