"""What becomes of a change of a service: processes (work), then conditions and traffic."""

from __future__ import annotations

from typing import Any

from sandbox.iam import policies
from sandbox.operations import Operation, effect, failure, work
from sandbox.run import admission, conditions, kinds, traffic
from sandbox.run.processes import ProbeFailed
from sandbox.world import World

Body = dict[str, Any]

HEALTH = "HEALTH_CHECK_CONTAINER_ERROR"
HELP = (
    "For more troubleshooting guidance, see "
    "https://cloud.google.com/run/docs/troubleshooting#container-failed-to-start"
)


@work("run.service.deploy")
def _start(world: World, arguments: Body) -> None:
    problem, revision = arguments["problem"], arguments["revision"]
    if problem:
        raise admission.refusal(revision, problem["reason"], _unready(revision, problem["message"]))
    if revision:
        try:
            world.runtime.instance(revision)
        except ProbeFailed as failed:
            said = f"{failed}\n\nLogs URL: {logs(revision)}\n{HELP}"
            raise admission.refusal(revision, HEALTH, _unready(revision, said)) from None


@effect("run.service.deploy")
def _deployed(world: World, operation: Operation) -> Body:
    fine = conditions.condition(conditions.SUCCEEDED, world.clock.now())
    service = world.store.get(kinds.SERVICE, operation.arguments["service"])
    if service is None:
        return {}
    if operation.arguments["revision"]:
        revision = _keep_revision(world, operation.arguments["revision"], conditions.SUCCEEDED)
        if revision is not None:
            service["latestReady"] = revision["id"]
        service["conditions"][conditions.CONFIGURATIONS] = fine
    if service["generation"] == operation.arguments["generation"]:
        service["conditions"][conditions.ROUTES] = fine
    _settle(world, service)
    return {"service": service["name"]}


@failure("run.service.deploy")
def _failed(world: World, operation: Operation) -> Body:
    assert operation.failure is not None
    now = world.clock.now()
    detail: Body = next(iter(operation.failure.get("details", ())), {})
    reason, message = detail.get("reason", ""), operation.failure["message"]
    short = message.partition("cannot serve traffic. ")[2] or message
    revision = operation.arguments["revision"]
    _keep_revision(world, revision, conditions.FAILED, reason, short)
    service = world.store.get(kinds.SERVICE, operation.arguments["service"])
    if service is None:
        return {}
    said = conditions.condition(conditions.FAILED, now, reason, message)
    if revision.endswith(f"/{service['latestCreated']}"):
        service["conditions"][conditions.CONFIGURATIONS] = said
    if service["generation"] == operation.arguments["generation"]:
        fine = conditions.condition(conditions.SUCCEEDED, now)
        service["conditions"][conditions.ROUTES] = fine if service["latestReady"] else said
    _settle(world, service)
    return {}


def _settle(world: World, service: Body) -> None:
    """Bring a service's whole condition, its traffic and its processes in line with its parts."""
    name, stored = service["name"], service["conditions"]
    if stored[conditions.ROUTES]["state"] == conditions.SUCCEEDED:
        service["serving"] = traffic.in_force(service["traffic"], service["latestReady"])
    whole = conditions.condition(conditions.SUCCEEDED, world.clock.now())
    for state in (conditions.RECONCILING, conditions.FAILED):
        for kind in (conditions.CONFIGURATIONS, conditions.ROUTES):
            if stored[kind]["state"] == state:
                whole = stored[kind]
    service["conditions"] = {**stored, conditions.READY: whole}
    if whole["state"] != conditions.RECONCILING:
        service["observed"] = service["generation"]
    world.store.put(kinds.SERVICE, name, service)
    world.runtime.soon(lambda runtime: runtime.settle(name))


@effect("run.service.delete")
def _deleted(world: World, operation: Operation) -> Body:
    name = operation.arguments["service"]
    world.store.delete(kinds.SERVICE, name)
    world.store.delete_below(kinds.REVISION, name)
    world.store.delete(policies.KIND, name)
    world.runtime.soon(lambda runtime: runtime.settle(name))
    return {"service": name}


def logs(revision: str) -> str:
    """Return where Google shows a revision's log."""
    parts = revision.split("/")
    return (
        f"https://console.cloud.google.com/logs/viewer?project={parts[1]}&resource="
        f"cloud_run_revision/service_name/{parts[5]}/revision_name/{parts[7]}"
    )


def _keep_revision(
    world: World, name: str, state: str, reason: str = "", message: str = ""
) -> Body | None:
    revision = world.store.get(kinds.REVISION, name)
    if revision is None:
        return None
    now = world.clock.now()
    stored = conditions.condition(state, now, reason, message)
    healthy = ("ContainerHealthy", conditions.RESOURCES)
    revision |= {
        "conditions": {conditions.READY: stored, **dict.fromkeys(healthy, stored)},
        "starting": False,
        "updated": now,
    }
    world.store.put(kinds.REVISION, name, revision)
    return revision


def _unready(revision: str, message: str) -> str:
    identifier = revision.rsplit("/", 1)[1]
    return f"Revision '{identifier}' is not ready and cannot serve traffic. {message}"
