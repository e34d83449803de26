"""One run of a job: begun with its overrides, its tasks run as processes, its end recorded."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from subprocess import TimeoutExpired
from typing import Any

from sandbox.call import Call
from sandbox.clock import stamp
from sandbox.errors import bad_request, precondition
from sandbox.operations import Operation, effect, failure, work
from sandbox.run import admission, conditions, images, kinds, names
from sandbox.run.deployment import API, operation_name
from sandbox.run.specification import RESERVED_IN_JOBS, check_env, complete_task, seconds
from sandbox.world import World

Body = dict[str, Any]

IMITATED = 20.0
MOST_AT_ONCE = 4
CUT_OFF = "The sandbox ended while the task ran."
PARTS = (conditions.COMPLETED, conditions.RESOURCES, conditions.STARTED)


def begin(call: Call, job: Body, overrides: Body) -> tuple[Body, Operation]:
    """Begin to run a job; returns the execution and the operation that lasts as long as it."""
    if not job["observed"] or job["deleted"]:
        raise precondition(f"Job '{job['id']}' is not ready to be run.")
    template = _overridden(job["template"]["template"], overrides)
    count = overrides.get("taskCount") or job["template"]["taskCount"]
    if not 1 <= count <= 10_000:
        raise bad_request("overrides.task_count: must be from 1 to 10000.")
    identifier = f"{job['id']}-{names.suffix(job['uid'] + str(job['executions']), 5)}"
    name = f"{job['name']}/executions/{identifier}"
    execution = {
        **{key: job[key] for key in ("project", "number", "region")},
        "name": name,
        "id": identifier,
        "job": job["id"],
        "uid": str(uuid.uuid4()),
        "creator": call.identity.partition(":")[2],
        "created": call.now,
        "updated": call.now,
        "ended": None,
        "serial": 1,
        "labels": {**(job["template"].get("labels") or {})},
        "taskCount": count,
        "parallelism": job["template"].get("parallelism") or min(count, 100),
        "template": template,
        "tasks": [_task(index, "RUNNING") for index in range(count)],
        "cancelled": False,
        "conditions": {
            **conditions.all_as(PARTS, conditions.SUCCEEDED, call.now),
            conditions.COMPLETED: conditions.condition(
                conditions.RECONCILING, call.now, "", "Waiting for execution to complete."
            ),
        },
    }
    call.world.store.put(kinds.EXECUTION, name, execution, job["name"])
    place = job["name"].partition("/jobs/")[0]
    call.world.store.put(kinds.BY_ID, f"{place}/executions/{identifier}", {"name": name})
    latest = {
        "name": name,
        "createTime": stamp(call.now),
        "completionStatus": "EXECUTION_RUNNING",
    }
    step = {"executions": job["executions"] + 1, "latest": latest}
    call.world.store.put(kinds.JOB, job["name"], {**job, **step})
    image = images.mapping(call.world.store, template["containers"][0]["image"])
    arguments = {
        "execution": name,
        "problem": admission.problem(call.world, job["project"], template),
        "image": image,
        "started": False,
    }
    operation = call.world.operations.begin(
        API,
        name,
        "run.execution.run",
        arguments,
        seconds=0.0 if image else IMITATED,
        name=operation_name(name),
    )
    return execution, operation


def cancel(world: World, execution: Body) -> None:
    """End an execution that runs."""
    if not conditions.reconciling(execution["conditions"], conditions.COMPLETED):
        raise precondition(f"Execution {execution['id']} has already completed.")
    world.store.put(kinds.EXECUTION, execution["name"], {**execution, "cancelled": True})
    name = execution["name"]
    world.runtime.soon(lambda runtime: runtime.end_task(name))
    world.store.connection.execute(
        "UPDATE operations SET seconds = 0 WHERE target = ? AND ended IS NULL", (name,)
    )


@work("run.execution.run")
def _run(world: World, arguments: Body) -> Body:
    """Run every task and return ``{"tasks"}``; a run that was cut off is not begun again."""
    problem, name, image = arguments["problem"], arguments["execution"], arguments["image"]
    if problem:
        raise admission.refusal(name, problem["reason"], problem["message"])
    if image is None:
        return {}
    with world.runtime.reading() as seen:
        execution = seen.store.get(kinds.EXECUTION, name)
    if execution is None:
        return {}
    if not world.runtime.processes.first_time(name):
        cut_off = {"state": "FAILED", "message": CUT_OFF, "ended": world.clock.now(), "exit": 137}
        return {"tasks": [{**each, **cut_off} for each in execution["tasks"]]}
    at_once = min(execution["parallelism"], execution["taskCount"], MOST_AT_ONCE)
    with ThreadPoolExecutor(at_once, thread_name_prefix="sandbox-task") as pool:
        made = [
            pool.submit(_attempts, world, execution, image, index)
            for index in range(execution["taskCount"])
        ]
        return {"tasks": [each.result() for each in made]}


def _attempts(world: World, execution: Body, image: Body, index: int) -> Body:
    """Run one task until an attempt succeeds or there are no more."""
    most = execution["template"]["maxRetries"] + 1
    task = _task(index, "RUNNING")
    task["started"] = world.clock.now()
    for attempt in range(most):
        code = _attempt(world, execution, image, index, attempt)
        task |= {"attempts": attempt + 1, "exit": code, "ended": world.clock.now()}
        if code == 0:
            return {**task, "state": "SUCCEEDED", "message": ""}
        if world.runtime.processes.closing or world.runtime.is_cancelled(execution["name"]):
            break
    said = f"The container exited with an error (exit code {code})."
    if world.runtime.processes.closing:
        said = CUT_OFF
    return {**task, "state": "FAILED", "message": said}


def _attempt(world: World, execution: Body, image: Body, index: int, attempt: int) -> int:
    extra = {
        "CLOUD_RUN_JOB": execution["job"],
        "CLOUD_RUN_EXECUTION": execution["id"],
        "CLOUD_RUN_TASK_INDEX": str(index),
        "CLOUD_RUN_TASK_ATTEMPT": str(attempt),
        "CLOUD_RUN_TASK_COUNT": str(execution["taskCount"]),
    }
    key = f"{execution['name']}/tasks/{index}"
    running = world.runtime.task(key, execution, image, extra)
    try:
        return int(running.keeper.wait(seconds(execution["template"]["timeout"])))
    except TimeoutExpired:
        world.runtime.processes.end(key)
        return 124


@effect("run.execution.run")
def _completed(world: World, operation: Operation) -> Body:
    done = (operation.outcome or {}).get("tasks")
    execution = world.store.get(kinds.EXECUTION, operation.target)
    if execution is None:
        return {}
    now = world.clock.now()
    state = "CANCELLED" if execution["cancelled"] else "SUCCEEDED"
    whole = {"state": state, "attempts": 1, "exit": 0, "ended": now, "message": ""}
    imitated = [{**each, **whole, "started": execution["created"]} for each in execution["tasks"]]
    execution["tasks"] = done or imitated
    if execution["cancelled"]:
        execution["tasks"] = [
            each if each["state"] == "SUCCEEDED" and done else {**each, "state": "CANCELLED"}
            for each in execution["tasks"]
        ]
        return _end(world, operation, execution, "CANCELLED", "The execution has been cancelled.")
    wrong = [each for each in execution["tasks"] if each["state"] == "FAILED"]
    if wrong:
        task = f"{execution['id']}-task{wrong[0]['index']}"
        said = f"Task {task} failed with message: {wrong[0]['message']}"
        return _end(world, operation, execution, "NON_ZERO_EXIT_CODE", said)
    return _end(world, operation, execution, "", "")


@failure("run.execution.run")
def _refused(world: World, operation: Operation) -> Body:
    execution = world.store.get(kinds.EXECUTION, operation.target)
    if execution is None or operation.failure is None:
        return {}
    detail: Body = next(iter(operation.failure.get("details", ())), {})
    said, ended = operation.failure["message"], world.clock.now()
    execution["tasks"] = [
        {**each, "state": "FAILED", "message": said, "ended": ended} for each in execution["tasks"]
    ]
    _record(world, execution, detail.get("reason", ""), said)
    return {}


def _end(world: World, operation: Operation, execution: Body, reason: str, said: str) -> Body:
    """Record the end; a bad one is the operation's error too."""
    _record(world, execution, reason, said)
    if reason:
        raise admission.refusal(operation.target, reason, said)
    return {}


def _record(world: World, execution: Body, reason: str, said: str) -> None:
    now = world.clock.now()
    state = conditions.FAILED if reason else conditions.SUCCEEDED
    completed = conditions.condition(state, now, reason, said)
    execution["conditions"] = {**execution["conditions"], conditions.COMPLETED: completed}
    execution |= {"ended": now, "updated": now}
    world.store.put(kinds.EXECUTION, execution["name"], execution)
    job_name = execution["name"].partition("/executions/")[0]
    job = world.store.get(kinds.JOB, job_name)
    if job is not None and job["latest"].get("name") == execution["name"]:
        status = {"": "EXECUTION_SUCCEEDED", "CANCELLED": "EXECUTION_CANCELLED"}
        job["latest"] |= {
            "completionTime": stamp(now),
            "completionStatus": status.get(reason, "EXECUTION_FAILED"),
        }
        world.store.put(kinds.JOB, job_name, job)


def _overridden(template: Body, overrides: Body) -> Body:
    """Return a task template with a run's own arguments, variables and timeout."""
    made = {**template, "containers": [dict(each) for each in template["containers"]]}
    if overrides.get("timeout"):
        made["timeout"] = overrides["timeout"]
    for index, given in enumerate(overrides.get("containerOverrides", ())):
        name = given.get("name", "")
        chosen = [each for each in made["containers"] if not name or each.get("name", "") == name]
        if not chosen:
            raise bad_request(f"overrides.container_overrides[{index}]: no container '{name}'.")
        field = f"overrides.container_overrides[{index}].env"
        check_env(given.get("env", []), RESERVED_IN_JOBS, field)
        if given.get("args") or given.get("clearArgs"):
            chosen[0]["args"] = given.get("args", [])
        fresh = {each["name"]: each for each in given.get("env", ())}
        kept = [each for each in chosen[0].get("env", ()) if each["name"] not in fresh]
        chosen[0]["env"] = [*kept, *fresh.values()]
    return complete_task(made, "overrides")


def _task(index: int, state: str) -> Body:
    return {
        "index": index,
        "state": state,
        "attempts": 0,
        "exit": 0,
        "started": None,
        "ended": None,
        "message": "",
    }
