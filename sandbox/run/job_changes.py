"""A change of a job, whichever API asks for it."""

from __future__ import annotations

import uuid
from typing import Any

from sandbox import orgpolicies
from sandbox.call import Call
from sandbox.errors import bad_request, precondition
from sandbox.iam import policies
from sandbox.operations import Operation, effect
from sandbox.run import admission, conditions, kinds, names
from sandbox.run.deployment import API, operation_name
from sandbox.run.specification import complete_task
from sandbox.world import World

Body = dict[str, Any]

CHANGE, DELETION = 4.0, 4.0
SETTABLE = (
    "labels",
    "annotations",
    "client",
    "clientVersion",
    "launchStage",
    "binaryAuthorization",
    "template",
)


def change(
    call: Call, name: str, wanted: Body, old: Body | None, *, root: str, dry: bool = False
) -> tuple[Body, Operation | None]:
    """Make a job or replace what can be set of it; returns the record and the operation."""
    parent, identifier = name.rsplit("/jobs/", 1)
    names.check_identifier(identifier, "metadata.name" if root.startswith("spec") else "job_id")
    if old is not None and old["deleted"]:
        raise precondition(f"Job '{identifier}' is being deleted.")
    number = names.number_of(call, parent)
    if old is None:
        _projects, project, _locations, region = parent.split("/")
        orgpolicies.check_location(call.world, project, "a Cloud Run job", region)
    given = wanted.get("template") or {}
    task = complete_task(given.get("template") or {}, f"{root}.template")
    task["serviceAccount"] = admission.account(call, task, number)
    count, parallel = given.get("taskCount") or 1, given.get("parallelism", 0)
    if not 1 <= count <= 10_000 or parallel < 0:
        raise bad_request(f"{root}.task_count: must be from 1 to 10000.")
    fresh = {key: wanted[key] for key in SETTABLE if key in wanted}
    fresh |= _kept(call, name, old, number)
    fresh["template"] = {**given, "taskCount": count, "template": task}
    said = "The job is being prepared."
    fresh["conditions"] = {
        conditions.READY: conditions.condition(conditions.RECONCILING, call.now, "", said)
    }
    if dry:
        return fresh, None
    call.world.store.put(kinds.JOB, name, fresh, parent)
    operation = call.world.operations.begin(
        API,
        name,
        "run.job.change",
        {"job": name, "generation": fresh["generation"]},
        seconds=CHANGE,
        name=operation_name(name),
    )
    return fresh, operation


def remove(call: Call, job: Body) -> Operation:
    """Begin to delete a job and its executions."""
    running = [
        each["id"]
        for each in call.world.store.all(kinds.EXECUTION, job["name"])
        if conditions.reconciling(each["conditions"], conditions.COMPLETED)
    ]
    if running:
        raise precondition(f"Job {job['id']} has running executions: {', '.join(running)}.")
    call.world.store.put(kinds.JOB, job["name"], {**job, "deleted": call.now})
    return call.world.operations.begin(
        API,
        job["name"],
        "run.job.delete",
        {"job": job["name"]},
        seconds=DELETION,
        name=operation_name(job["name"]),
    )


@effect("run.job.change")
def _changed(world: World, operation: Operation) -> Body:
    job = world.store.get(kinds.JOB, operation.target)
    if job is not None and job["generation"] == operation.arguments["generation"]:
        ready = conditions.all_as((conditions.READY,), conditions.SUCCEEDED, world.clock.now())
        job |= {"conditions": ready, "observed": job["generation"]}
        world.store.put(kinds.JOB, operation.target, job)
    return {}


@effect("run.job.delete")
def _deleted(world: World, operation: Operation) -> Body:
    world.store.delete(kinds.JOB, operation.target)
    world.store.delete_below(kinds.EXECUTION, operation.target)
    world.store.delete(policies.KIND, operation.target)
    return {}


def _kept(call: Call, name: str, old: Body | None, number: str) -> Body:
    who = call.identity.partition(":")[2]
    if old is not None:
        kept = {key: each for key, each in old.items() if key not in SETTABLE}
        step = {"generation": old["generation"] + 1, "serial": old["serial"] + 1}
        return {**kept, **step, "updated": call.now, "modifier": who}
    _projects, project, _locations, region, _jobs, identifier = name.split("/")
    return {
        "name": name,
        "id": identifier,
        "project": project,
        "number": number,
        "region": region,
        "uid": str(uuid.uuid4()),
        "generation": 1,
        "observed": 0,
        "serial": 1,
        "created": call.now,
        "updated": call.now,
        "deleted": None,
        "creator": who,
        "modifier": who,
        "executions": 0,
        "latest": {},
    }
