"""Cloud Build v1: builds, global and regional."""

from __future__ import annotations

import base64
import re
import uuid
from typing import Any

from sandbox import projects
from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.cloudbuild import timeline
from sandbox.cloudbuild.checks import push_problem, require_complete
from sandbox.errors import ApiError, bad_request, not_found, precondition
from sandbox.operations import Operation, effect
from sandbox.paging import sliced
from sandbox.services.places import REGIONS
from sandbox.world import World

Body = dict[str, Any]

api = Api("cloudbuild", "v1")
KIND = "build"
API = "cloudbuild"
V1 = "type.googleapis.com/google.devtools.cloudbuild.v1."
CONSOLE = "https://console.cloud.google.com/cloud-build/builds"
TERM = re.compile(r"""\s*(NOT\s+|-)?([\w.]+)\s*(=|!=|:)\s*(?:"([^"]*)"|([^\s()]+))\s*""")
FIELDS = {"build_trigger_id": "buildTriggerId", "trigger_id": "buildTriggerId"}


@api.method("projects.builds.create", "cloudbuild.builds.create")
@api.method("projects.locations.builds.create", "cloudbuild.builds.create")
def create(call: Call) -> Body:
    """Begin a build."""
    return operation(call.world, begin(call, parent_of(call), call.body))


@api.method("projects.builds.get", "cloudbuild.builds.get")
@api.method("projects.locations.builds.get", "cloudbuild.builds.get")
def get(call: Call) -> Body:
    """Return a build."""
    return shown(call.world, _existing(call))


@api.method("projects.builds.list", "cloudbuild.builds.list")
@api.method("projects.locations.builds.list", "cloudbuild.builds.list")
def list_(call: Call) -> Body:
    """Return the builds of a place, the newest first; ``field = "value"`` with AND, OR narrows."""
    stored = call.world.store.all(KIND, parent_of(call))[::-1]
    builds = [shown(call.world, each) for each in stored]
    wanted = call.text("filter")
    return sliced(call, "builds", [each for each in builds if fits(each, wanted)])


@api.method("projects.builds.cancel", "cloudbuild.builds.update")
@api.method("projects.locations.builds.cancel", "cloudbuild.builds.update")
def cancel(call: Call) -> Body:
    """End a build."""
    stored = _existing(call)
    if timeline.finished(stored, call.world.clock):
        raise precondition("Build is already complete and cannot be cancelled.")
    call.world.store.put(KIND, stored["key"], {**stored, "cancelled": call.now})
    call.world.store.connection.execute(
        "UPDATE operations SET seconds = 0 WHERE target = ? AND ended IS NULL", (stored["key"],)
    )
    return shown(call.world, {**stored, "cancelled": call.now})


@api.method("projects.builds.retry", "cloudbuild.builds.create")
@api.method("projects.locations.builds.retry", "cloudbuild.builds.create")
def retry(call: Call) -> Body:
    """Begin the same build once more."""
    stored = _existing(call)
    parent = stored["key"].partition("/builds/")[0]
    return operation(call.world, begin(call, parent, stored["build"], stored["trigger"]))


@api.method("operations.get", "")
@api.method("projects.locations.operations.get", "cloudbuild.builds.get")
def get_operation(call: Call) -> Body:
    """Return the operation of a build."""
    found = call.world.operations.get(call.text("name"))
    if found is None or found.effect != "build.finish":
        raise not_found(f"Operation {call.text('name')} was not found.")
    return operation(call.world, found)


def parent_of(call: Call) -> str:
    """Return ``projects/p/locations/l``; without a place it is ``global``."""
    place = "global"
    if "{projectId}" in call.method.template:
        project = call.text("projectId")
    else:
        name = call.text("parent") or call.text("name") or call.text("resourceName")
        _projects, project, _locations, place, *_rest = name.split("/")
    if place not in ("global", "-", *REGIONS):
        raise ApiError("PERMISSION_DENIED", f"Location {place} is not found or access is denied.")
    return projects.canonical(call.world, f"projects/{project}/locations/{place}")


def begin(call: Call, parent: str, given: Body, trigger: str = "") -> Operation:
    """Record a build and the operation that lasts as long as it."""
    project = projects.find(call.world, parent.split("/")[1])
    assert project is not None
    build = require_complete(call, project, given)
    identifier = str(uuid.uuid4())
    stored = {
        "id": identifier,
        "key": f"{parent}/builds/{identifier}",
        "project": project["id"],
        "number": project["number"],
        "place": parent.split("/")[3],
        "created": call.now,
        "cancelled": None,
        "final": None,
        "trigger": trigger,
        "build": build,
        "plan": timeline.plan(build, push_problem(call.world, build)),
    }
    call.world.store.put(KIND, stored["key"], stored, parent)
    code = base64.urlsafe_b64encode(identifier.encode()).decode().rstrip("=")
    name = f"operations/build/{project['id']}/{code}"
    if stored["place"] != "global":
        name = f"{parent}/operations/{code}"
    return call.world.operations.begin(
        API,
        stored["key"],
        "build.finish",
        {"build": stored["key"]},
        seconds=stored["plan"]["end"],
        name=name,
    )


@effect("build.finish")
def _finished(world: World, operation: Operation) -> Body:
    stored = world.store.get(KIND, operation.target)
    if stored is None:
        return {}
    final = timeline.state(stored, world.clock)
    world.store.put(KIND, stored["key"], {**stored, "final": final})
    for image in stored["build"].get("images", ()):
        if final["status"] == "SUCCESS":
            pushed = {"image": image, "at": world.clock.now(), "build": stored["id"]}
            world.store.put("pushed-image", image, pushed)
    return {}


def operation(world: World, made: Operation) -> Body:
    """Return the operation of a build as the API shows it."""
    stored = world.store.get(KIND, made.target)
    assert stored is not None
    build = shown(world, stored)
    about = {"@type": f"{V1}BuildOperationMetadata", "build": build}
    said: Body = {"name": made.name, "metadata": about}
    if build["status"] not in timeline.FINAL:
        return said
    if build["status"] == "SUCCESS":
        return {**said, "done": True, "response": {"@type": f"{V1}Build", **build}}
    number = {"CANCELLED": 1, "TIMEOUT": 4}.get(build["status"], 2)
    message = build.get("statusDetail") or f"Build {build['status'].lower()}"
    return {**said, "done": True, "error": {"code": number, "message": message}}


def shown(world: World, stored: Body) -> Body:
    """Return a build."""
    name = f"projects/{stored['number']}/locations/{stored['place']}/builds/{stored['id']}"
    region = "" if stored["place"] == "global" else f";region={stored['place']}"
    build = {
        **stored["build"],
        "id": stored["id"],
        "name": name,
        "projectId": stored["project"],
        "createTime": stamp(stored["created"]),
        "queueTtl": stored["build"].get("queueTtl", "3600s"),
        "logUrl": f"{CONSOLE}{region}/{stored['id']}?project={stored['number']}",
    }
    if stored["trigger"]:
        build["buildTriggerId"] = stored["trigger"]
    return {**build, **timeline.state(stored, world.clock)}


def fits(build: Body, wanted: str) -> bool:
    """Whether a build fits a filter: terms joined by AND and OR, OR binding less."""
    if not wanted.strip():
        return True
    text = wanted.replace("(", " ").replace(")", " ")
    return any(
        all(_term(build, term) for term in re.split(r"\s+AND\s+", part))
        for part in re.split(r"\s+OR\s+", text)
    )


def _term(build: Body, term: str) -> bool:
    match = TERM.fullmatch(term)
    if match is None:
        raise bad_request(f"Invalid filter: {term.strip()!r}")
    negated, field, relation, quoted, bare = match.groups()
    value = quoted if quoted is not None else bare
    found = build.get(FIELDS.get(field, field), "")
    if field == "tags":
        same = value in build.get("tags", ())
    elif field == "images":
        same = value in build.get("images", ())
    elif field in ("create_time", "start_time", "finish_time"):
        return True
    else:
        same = str(found) == value
    return same != (bool(negated) ^ (relation == "!="))


def _existing(call: Call) -> Body:
    if "{projectId}" in call.method.template:
        identifier = call.text("id")
    else:
        identifier = call.text("name").split("/")[5]
    key = f"{parent_of(call)}/builds/{identifier}"
    stored = call.world.store.get(KIND, key)
    if stored is None:
        raise not_found(f"Requested entity was not found. Build {identifier} does not exist.")
    return stored
