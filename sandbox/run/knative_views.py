"""Cloud Run's resources as Knative shows them."""

from __future__ import annotations

import json
from typing import Any

from sandbox.clock import stamp
from sandbox.run import conditions, traffic, views
from sandbox.run.knative_templates import GOOGLE, write_service, write_task
from sandbox.run.names import etag, public_uri

Body = dict[str, Any]

SERVING, RUN = "serving.knative.dev/v1", "run.googleapis.com/v1"
LOCATION = "cloud.googleapis.com/location"
INGRESS = {
    "INGRESS_TRAFFIC_ALL": "all",
    "INGRESS_TRAFFIC_INTERNAL_ONLY": "internal",
    "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER": "internal-and-cloud-load-balancing",
}
IAM_DISABLED = f"{GOOGLE}invoker-iam-disabled"
URL_DISABLED = f"{GOOGLE}default-url-disabled"


def service(stored: Body) -> Body:
    """Return a service."""
    ingress = INGRESS.get(stored.get("ingress") or "", "all")
    uri = views.uri_of(stored)
    public = public_uri(stored["id"], stored["number"], stored["region"])
    notes = {
        **(stored.get("annotations") or {}),
        "serving.knative.dev/creator": stored["creator"],
        "serving.knative.dev/lastModifier": stored["modifier"],
        f"{GOOGLE}ingress": ingress,
        f"{GOOGLE}ingress-status": ingress,
    }
    for name, key in ((IAM_DISABLED, "invokerIamDisabled"), (URL_DISABLED, "defaultUriDisabled")):
        if stored.get(key):
            notes[name] = "true"
    if stored["observed"]:
        notes[f"{GOOGLE}urls"] = json.dumps(list(dict.fromkeys([uri, public])))
    status: Body = {
        "observedGeneration": stored["generation"],
        "conditions": [conditions.knative(*each) for each in stored["conditions"].items()],
        "traffic": [target_in_force(each, uri) for each in stored["serving"]],
    }
    for key in ("latestReady", "latestCreated"):
        if stored[key]:
            status[f"{key}RevisionName"] = stored[key]
    if stored["observed"]:
        status |= {"url": uri, "address": {"url": uri}}
    return {
        "apiVersion": SERVING,
        "kind": "Service",
        "metadata": _metadata(stored, stored.get("labels"), notes, stored["generation"]),
        "spec": {
            "template": service_template(stored["template"]),
            "traffic": [target(each) for each in stored["traffic"]],
        },
        "status": status,
    }


def service_template(template: Body) -> Body:
    """Return the template of a service."""
    notes, spec = write_service(template)
    metadata: Body = {"annotations": notes}
    if template.get("labels"):
        metadata["labels"] = template["labels"]
    if template.get("revision"):
        metadata["name"] = template["revision"]
    return {"metadata": metadata, "spec": spec}


def target(stored: Body) -> Body:
    """Return a traffic target that was asked for."""
    shown = {key: stored[key] for key in ("percent", "tag") if stored.get(key)}
    if stored["type"] == traffic.LATEST:
        return {**shown, "latestRevision": True}
    return {**shown, "revisionName": stored["revision"]}


def target_in_force(stored: Body, uri: str) -> Body:
    """Return a traffic target with the revision it stands for."""
    shown = {**target(stored), "revisionName": stored["revision"]}
    return {**shown, "url": traffic.tagged(uri, stored["tag"])} if stored.get("tag") else shown


def revision(stored: Body, serving: bool) -> Body:
    """Return a revision."""
    notes, spec = write_service(stored["template"])
    labels = {
        **(stored["template"].get("labels") or {}),
        "serving.knative.dev/service": stored["service"],
        "serving.knative.dev/configuration": stored["service"],
        "serving.knative.dev/route": stored["service"],
    }
    active = conditions.condition(
        conditions.SUCCEEDED if serving else conditions.FAILED,
        stored["updated"],
        "" if serving else "RETIRED",
    )
    shown = [conditions.knative(*each) for each in stored["conditions"].items()]
    return {
        "apiVersion": SERVING,
        "kind": "Revision",
        "metadata": _metadata(stored, labels, notes, 1),
        "spec": spec,
        "status": {
            "observedGeneration": 1,
            "conditions": [*shown, {**conditions.knative("Active", active), "severity": "Info"}],
            "imageDigest": stored["digest"],
            "serviceName": stored["service"],
        },
    }


def job(stored: Body) -> Body:
    """Return a job."""
    notes = {
        **(stored.get("annotations") or {}),
        f"{GOOGLE}creator": stored["creator"],
        f"{GOOGLE}lastModifier": stored["modifier"],
    }
    status: Body = {
        "observedGeneration": stored["observed"],
        "conditions": [conditions.knative(*each) for each in stored["conditions"].items()],
        "executionCount": stored["executions"],
    }
    if stored["latest"]:
        latest = stored["latest"]
        status["latestCreatedExecution"] = {
            "name": latest["name"].rsplit("/", 1)[1],
            "creationTimestamp": latest["createTime"],
            "completionStatus": latest["completionStatus"],
        }
        if latest.get("completionTime"):
            status["latestCreatedExecution"]["completionTimestamp"] = latest["completionTime"]
    template = stored["template"]
    inner, spec = write_task(template["template"])
    metadata: Body = {"annotations": {**(template.get("annotations") or {}), **inner}}
    if template.get("labels"):
        metadata["labels"] = template["labels"]
    return {
        "apiVersion": RUN,
        "kind": "Job",
        "metadata": _metadata(stored, stored.get("labels"), notes, stored["generation"]),
        "spec": {
            "template": {
                "metadata": metadata,
                "spec": _execution_spec(template, template.get("parallelism", 0), spec),
            }
        },
        "status": status,
    }


def execution(stored: Body) -> Body:
    """Return an execution."""
    notes, spec = write_task(stored["template"])
    labels = {**stored["labels"], f"{GOOGLE}job": stored["job"]}
    status: Body = {
        "observedGeneration": 1,
        "conditions": [conditions.knative(*each) for each in stored["conditions"].items()],
        "startTime": stamp(stored["created"]),
        **{key: number for key, number in views.counts(stored).items() if number},
    }
    if stored["ended"]:
        status["completionTime"] = stamp(stored["ended"])
    notes = {**notes, f"{GOOGLE}creator": stored["creator"]}
    return {
        "apiVersion": RUN,
        "kind": "Execution",
        "metadata": _metadata(stored, labels, notes, 1),
        "spec": _execution_spec(stored, stored["parallelism"], spec),
        "status": status,
    }


def tasks(stored: Body) -> list[Body]:
    """Return an execution's tasks."""
    states = [each["state"].capitalize() for each in stored["tasks"]]
    return [_task(stored, *pair) for pair in zip(views.tasks(stored), states, strict=True)]


def listing(kind: str, version: str, items: list[Body], more: str) -> Body:
    """Return a list as Knative writes it."""
    made: Body = {"apiVersion": version, "kind": f"{kind}List", "items": items, "metadata": {}}
    if more:
        made["metadata"]["continue"] = more
    return made


def _task(stored: Body, shown: Body, state: str) -> Body:
    notes, spec = write_task(stored["template"])
    labels = {f"{GOOGLE}job": stored["job"], f"{GOOGLE}execution": stored["id"]}
    labels[f"{GOOGLE}runningState"] = state
    named = {**stored, "id": shown["name"].rsplit("/", 1)[1], "name": shown["name"]}
    status: Body = {
        key: shown[key]
        for key in ("index", "retried", "startTime", "completionTime", "lastAttemptResult")
        if key in shown
    }
    status["conditions"] = [
        {
            "type": each["type"],
            "status": {"CONDITION_SUCCEEDED": "True", "CONDITION_FAILED": "False"}.get(
                each["state"], "Unknown"
            ),
            "message": each.get("message", ""),
            "lastTransitionTime": each["lastTransitionTime"],
        }
        for each in shown["conditions"]
    ]
    return {
        "apiVersion": RUN,
        "kind": "Task",
        "metadata": _metadata(named, labels, notes, 1),
        "spec": spec,
        "status": status,
    }


def _execution_spec(template: Body, parallelism: int, spec: Body) -> Body:
    made: Body = {"taskCount": template["taskCount"], "template": {"spec": spec}}
    return {**made, "parallelism": parallelism} if parallelism else made


def _metadata(stored: Body, labels: Body | None, notes: Body, generation: int) -> Body:
    going = {"deletionTimestamp": stamp(stored["deleted"])} if stored.get("deleted") else {}
    return {
        **going,
        "name": stored["id"],
        "namespace": stored["number"],
        "uid": stored["uid"],
        "generation": generation,
        "resourceVersion": etag(stored["name"], stored.get("serial", 1)),
        "creationTimestamp": stamp(stored["created"]),
        "labels": {**(labels or {}), LOCATION: stored["region"]},
        "annotations": notes,
    }
