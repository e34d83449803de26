"""Cloud Run's resources as v2 shows them."""

from __future__ import annotations

from typing import Any

from sandbox.clock import stamp
from sandbox.run import conditions, traffic
from sandbox.run.names import etag, public_uri
from sandbox.run.specification import seconds
from sandbox.world import World

Body = dict[str, Any]

SYSTEM = ("run.googleapis.com/", "serving.knative.dev/", "autoscaling.knative.dev/")
TYPES = {"service": "Service", "revision": "Revision", "job": "Job", "execution": "Execution"}
OF_TASK = ("containers", "volumes", "timeout", "serviceAccount", "executionEnvironment")


def resource_of(world: World, kind: str, name: str) -> Body:
    """Return a resource of a kind by its name; what is gone has only its name."""
    stored = world.store.get(f"run-{kind}", name)
    shown = {"service": service, "revision": revision, "job": job, "execution": execution}
    return shown[kind](stored) if stored else {"name": name}


def service(stored: Body) -> Body:
    """Return a service."""
    shown = {
        key: stored[key]
        for key in ("name", "uid", "creator", "description", "client", "clientVersion", "scaling")
        if stored.get(key)
    }
    for key in ("invokerIamDisabled", "defaultUriDisabled", "iapEnabled", "customAudiences"):
        if stored.get(key):
            shown[key] = stored[key]
    uri = uri_of(stored)
    moving = conditions.reconciling(stored["conditions"], conditions.READY)
    shown |= {
        **_metadata(stored),
        "lastModifier": stored["modifier"],
        "ingress": _given(stored.get("ingress"), "INGRESS_TRAFFIC_ALL"),
        "launchStage": _given(stored.get("launchStage"), "GA"),
        "generation": str(stored["generation"]),
        "observedGeneration": str(stored["observed"]),
        "template": template(stored["template"]),
        "traffic": stored["traffic"],
        "trafficStatuses": [traffic.status(each, uri) for each in stored["serving"]],
        "etag": f'"{etag(stored["name"], stored["serial"])}"',
        "urls": [public_uri(stored["id"], stored["number"], stored["region"])],
        **conditions.shown_all(stored["conditions"], conditions.READY),
    }
    if stored["observed"]:
        shown["uri"] = uri
        shown["urls"] = list(dict.fromkeys([uri, *shown["urls"]]))
    if moving or stored["deleted"]:
        shown["reconciling"] = True
    if stored["deleted"]:
        shown["deleteTime"] = stamp(stored["deleted"])
    for key in ("latestReady", "latestCreated"):
        if stored[key]:
            shown[f"{key}Revision"] = f"{stored['name']}/revisions/{stored[key]}"
    return shown


def uri_of(stored: Body) -> str:
    """Return where a service is reached: on loopback when it really runs."""
    if stored["port"]:
        return f"http://127.0.0.1:{stored['port']}"
    return public_uri(stored["id"], stored["number"], stored["region"])


def template(stored: Body) -> Body:
    """Return a template without what only Knative shows."""
    shown = {key: each for key, each in stored.items() if each not in ({}, [], "")}
    for key in ("annotations", "labels"):
        if key in shown:
            shown[key] = user_s(shown[key])
    return {key: each for key, each in shown.items() if each != {}}


def user_s(labels: Body) -> Body:
    """Return the labels or annotations that are not the system's."""
    return {key: each for key, each in labels.items() if not key.startswith(SYSTEM)}


def revision(stored: Body) -> Body:
    """Return a revision."""
    made = template(stored["template"])
    made.pop("revision", None)
    moving = stored["conditions"][conditions.READY]["state"] == conditions.RECONCILING
    made |= {
        "name": stored["name"],
        "uid": stored["uid"],
        "generation": "1",
        "observedGeneration": "1",
        "createTime": stamp(stored["created"]),
        "updateTime": stamp(stored["updated"]),
        "launchStage": "GA",
        "service": stored["service"],
        "etag": f'"{etag(stored["name"], 1)}"',
        "conditions": [conditions.shown(kind, each) for kind, each in stored["conditions"].items()],
        "containerStatuses": [
            {"name": each.get("name", ""), "imageDigest": stored["digest"]}
            for each in stored["template"]["containers"][:1]
        ],
    }
    return {**made, "reconciling": True} if moving else made


def job(stored: Body) -> Body:
    """Return a job."""
    named = ("name", "uid", "creator", "client", "clientVersion")
    shown = {key: stored[key] for key in named if stored.get(key)}
    shown |= {
        **_metadata(stored),
        "lastModifier": stored["modifier"],
        "launchStage": _given(stored.get("launchStage"), "GA"),
        "generation": str(stored["generation"]),
        "observedGeneration": str(stored["observed"]),
        "template": execution_template(stored["template"]),
        "executionCount": stored["executions"],
        "etag": f'"{etag(stored["name"], stored["serial"])}"',
        **conditions.shown_all(stored["conditions"], conditions.READY),
    }
    if stored["latest"]:
        shown["latestCreatedExecution"] = stored["latest"]
    if conditions.reconciling(stored["conditions"], conditions.READY) or stored["deleted"]:
        shown["reconciling"] = True
    if stored["deleted"]:
        shown["deleteTime"] = stamp(stored["deleted"])
    return shown


def execution_template(stored: Body) -> Body:
    """Return what a job's executions are made from."""
    return {**template(stored), "template": template(stored["template"])}


def execution(stored: Body) -> Body:
    """Return an execution."""
    completed = stored["conditions"][conditions.COMPLETED]
    shown = {
        "name": stored["name"],
        "uid": stored["uid"],
        "creator": stored["creator"],
        "generation": "1",
        "observedGeneration": "1",
        "createTime": stamp(stored["created"]),
        "startTime": stamp(stored["created"]),
        "updateTime": stamp(stored["updated"]),
        "launchStage": "GA",
        "job": stored["job"],
        "parallelism": stored["parallelism"],
        "taskCount": stored["taskCount"],
        "template": template(stored["template"]),
        "etag": f'"{etag(stored["name"], stored["serial"])}"',
        "conditions": [conditions.shown(kind, each) for kind, each in stored["conditions"].items()],
    }
    if user_s(stored["labels"]):
        shown["labels"] = user_s(stored["labels"])
    shown |= {key: number for key, number in counts(stored).items() if number}
    if completed["state"] in (conditions.RECONCILING, conditions.PENDING):
        return {**shown, "reconciling": True}
    return {**shown, "completionTime": stamp(stored["ended"] or stored["updated"])}


def counts(stored: Body) -> dict[str, int]:
    """Return how many of an execution's tasks are in which state."""
    by_state = {
        "runningCount": "RUNNING",
        "succeededCount": "SUCCEEDED",
        "failedCount": "FAILED",
        "cancelledCount": "CANCELLED",
    }
    states = [each["state"] for each in stored["tasks"]]
    retried = sum(each["attempts"] > 1 for each in stored["tasks"])
    counted = {key: states.count(state) for key, state in by_state.items()}
    return {**counted, "retriedCount": retried}


def tasks(stored: Body) -> list[Body]:
    """Return an execution's tasks."""
    return [_task(stored, each) for each in stored["tasks"]]


def _task(stored: Body, task: Body) -> Body:
    name = f"{stored['name']}/tasks/{stored['id']}-task{task['index']}"
    shown = {key: each for key, each in template(stored["template"]).items() if key in OF_TASK}
    condition = conditions.condition(
        {"RUNNING": conditions.RECONCILING, "SUCCEEDED": conditions.SUCCEEDED}.get(
            task["state"], conditions.FAILED
        ),
        task["ended"] or stored["created"],
        "NON_ZERO_EXIT_CODE" if task["state"] == "FAILED" else "",
        task["message"],
    )
    shown |= {
        "name": name,
        "job": stored["job"],
        "execution": stored["id"],
        "index": task["index"],
        "retried": max(task["attempts"] - 1, 0),
        "maxRetries": stored["template"]["maxRetries"],
        "createTime": stamp(stored["created"]),
        "conditions": [conditions.shown(conditions.COMPLETED, condition)],
    }
    if task["started"]:
        shown["startTime"] = stamp(task["started"])
    if task["ended"]:
        shown["completionTime"] = stamp(task["ended"])
        status = {"message": task["message"]} if task["message"] else {}
        shown["lastAttemptResult"] = {"exitCode": task["exit"], "status": status}
    return shown


def timeout_seconds(duration: str) -> int:
    """Return a timeout as Knative counts it."""
    return int(seconds(duration))


def _metadata(stored: Body) -> Body:
    shown: Body = {"createTime": stamp(stored["created"]), "updateTime": stamp(stored["updated"])}
    for key in ("labels", "annotations"):
        kept = user_s(stored.get(key) or {})
        if kept:
            shown[key] = kept
    return shown


def _given(value: str | None, default: str) -> str:
    return default if not value or value.endswith("_UNSPECIFIED") else value
