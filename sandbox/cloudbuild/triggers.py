"""Cloud Build v1: triggers, global and regional; their ids are the server's."""

from __future__ import annotations

import re
import uuid
from typing import Any

from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.cloudbuild import builds, connections
from sandbox.cloudbuild.checks import check_usable
from sandbox.errors import already_exists, bad_request, not_found, precondition
from sandbox.masks import updated
from sandbox.paging import sliced
from sandbox.projects import find

Body = dict[str, Any]

api = Api("cloudbuild", "v1")
KIND = "build-trigger"
NAME = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,62}[a-zA-Z0-9])?")
EVENTS = (
    "triggerTemplate",
    "github",
    "pubsubConfig",
    "webhookConfig",
    "repositoryEventConfig",
    "sourceToBuild",
    "developerConnectEventConfig",
    "bitbucketServerTriggerConfig",
)
SETTABLE = (
    "name",
    "description",
    "tags",
    "build",
    "filename",
    "autodetect",
    "gitFileSource",
    "disabled",
    "substitutions",
    "ignoredFiles",
    "includedFiles",
    "filter",
    "eventType",
    "includeBuildLogs",
    "serviceAccount",
    "approvalConfig",
    *EVENTS,
)
UNKNOWN_BUILD = {"name": "gcr.io/cloud-builders/docker", "args": ["build", "."]}


@api.method("projects.triggers.create", "cloudbuild.builds.create")
@api.method("projects.locations.triggers.create", "cloudbuild.builds.create")
def create(call: Call) -> Body:
    """Make a trigger."""
    parent = builds.parent_of(call)
    given = {key: call.body[key] for key in SETTABLE if key in call.body}
    identifier = str(uuid.uuid4())
    trigger = {"name": f"trigger-{identifier[:8]}", **given, "id": identifier, "created": call.now}
    _check(call, parent, trigger)
    call.world.store.put(KIND, f"{parent}/triggers/{identifier}", trigger, parent)
    return _shown(parent, trigger)


@api.method("projects.triggers.get", "cloudbuild.builds.get")
@api.method("projects.locations.triggers.get", "cloudbuild.builds.get")
def get(call: Call) -> Body:
    """Return a trigger by id or name."""
    return _shown(*_existing(call))


@api.method("projects.triggers.list", "cloudbuild.builds.list")
@api.method("projects.locations.triggers.list", "cloudbuild.builds.list")
def list_(call: Call) -> Body:
    """Return the triggers of a place."""
    parent = builds.parent_of(call)
    found = call.world.store.all(KIND, parent)
    return sliced(call, "triggers", [_shown(parent, each) for each in found])


@api.method("projects.triggers.patch", "cloudbuild.builds.update")
@api.method("projects.locations.triggers.patch", "cloudbuild.builds.update")
def patch(call: Call) -> Body:
    """Change the masked fields of a trigger; without a mask all of them are replaced."""
    parent, trigger = _existing(call)
    mask = call.text("updateMask") or "*"
    fresh = updated(trigger, call.body, mask, allowed=SETTABLE)
    fresh.setdefault("name", trigger["name"])
    _check(call, parent, fresh)
    call.world.store.put(KIND, f"{parent}/triggers/{trigger['id']}", fresh)
    return _shown(parent, fresh)


@api.method("projects.triggers.delete", "cloudbuild.builds.update")
@api.method("projects.locations.triggers.delete", "cloudbuild.builds.update")
def delete(call: Call) -> Body:
    """Delete a trigger."""
    parent, trigger = _existing(call)
    call.world.store.delete(KIND, f"{parent}/triggers/{trigger['id']}")
    return {}


@api.method("projects.triggers.run", "cloudbuild.builds.create")
@api.method("projects.locations.triggers.run", "cloudbuild.builds.create")
def run(call: Call) -> Body:
    """Begin a build as the trigger would; a file in the repository is one imitated step here."""
    parent, trigger = _existing(call)
    source = call.body if "{projectId}" in call.method.template else call.body.get("source", {})
    build = dict(trigger.get("build") or {"steps": [UNKNOWN_BUILD]})
    if trigger.get("serviceAccount"):
        build["serviceAccount"] = trigger["serviceAccount"]
        build["options"] = {"logging": "CLOUD_LOGGING_ONLY", **build.get("options", {})}
    refs = {
        "TRIGGER_NAME": trigger["name"],
        "BRANCH_NAME": source.get("branchName", ""),
        "TAG_NAME": source.get("tagName", ""),
        "COMMIT_SHA": source.get("commitSha", ""),
    }
    build["substitutions"] = {
        **{key: value for key, value in refs.items() if value},
        **trigger.get("substitutions", {}),
        **source.get("substitutions", {}),
    }
    return builds.operation(call.world, builds.begin(call, parent, build, trigger["id"]))


def _check(call: Call, parent: str, trigger: Body) -> None:
    if not NAME.fullmatch(trigger["name"]):
        raise bad_request(f"invalid value for 'trigger.name': {trigger['name']!r}")
    for other in call.world.store.all(KIND, parent):
        if other["name"] == trigger["name"] and other["id"] != trigger["id"]:
            raise already_exists(f"trigger ({trigger['name']}) already exists in this region")
    if not any(trigger.get(key) for key in EVENTS):
        raise bad_request("trigger must have exactly one event: none of its sources is set")
    if not any(trigger.get(key) for key in ("build", "filename", "gitFileSource", "autodetect")):
        raise bad_request("trigger must specify a build: one of build, filename, git_file_source")
    if trigger.get("serviceAccount"):
        check_usable(call, trigger["serviceAccount"])
    if not _is_mapped(call, trigger):
        project = find(call.world, parent.split("/")[1]) or {}
        raise precondition(
            "Repository mapping does not exist. Please visit "
            f"https://console.cloud.google.com/cloud-build/triggers;region={parent.split('/')[3]}"
            f"/connect?project={project.get('number', '')} to connect a repository to your project"
        )


def _is_mapped(call: Call, trigger: Body) -> bool:
    """Whether the repository of a trigger is connected; other kinds of source are not looked at."""
    named = trigger.get("repositoryEventConfig", {}).get("repository")
    if named is not None:
        return connections.repository(call.world, named) is not None
    github = trigger.get("github")
    if not github or github.get("enterpriseConfigResourceName"):
        return True
    address = f"https://github.com/{github.get('owner', '')}/{github.get('name', '')}"
    return connections.is_connected(call.world, address)


def _existing(call: Call) -> tuple[str, Body]:
    parent = builds.parent_of(call)
    if "{projectId}" in call.method.template:
        wanted = call.text("triggerId")
    else:
        wanted = (call.text("name") or call.text("resourceName")).split("/")[5]
    for trigger in call.world.store.all(KIND, parent):
        if wanted in (trigger["id"], trigger["name"]):
            return parent, trigger
    raise not_found(f"Requested entity was not found. Trigger {wanted} does not exist.")


def _shown(parent: str, trigger: Body) -> Body:
    shown = {key: trigger[key] for key in SETTABLE if key in trigger}
    return {
        **shown,
        "id": trigger["id"],
        "createTime": stamp(trigger["created"]),
        "resourceName": f"{parent}/triggers/{trigger['id']}",
    }
