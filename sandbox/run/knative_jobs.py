"""Cloud Run v1: jobs, executions and tasks as gcloud asks for them."""

from __future__ import annotations

from typing import Any

from sandbox.call import Api, Call
from sandbox.errors import already_exists, not_found, precondition
from sandbox.run import (
    conditions,
    execution_runs,
    job_changes,
    jobs,
    kinds,
    knative_views,
    names,
    services,
)
from sandbox.run.knative_services import SUCCESS, check_named, dry, listed
from sandbox.run.knative_templates import CLIENT, CLIENT_VERSION, read_env, read_task

Body = dict[str, Any]

api = Api("run", "v1")
ROOT = "spec.template.spec"


@api.method("namespaces.jobs.create", "run.jobs.create")
def create(call: Call) -> Body:
    """Begin to make a job."""
    identifier = call.body.get("metadata", {}).get("name", "")
    name = f"{names.one_region(call)}/jobs/{identifier}"
    if call.world.store.get(kinds.JOB, name):
        raise already_exists(f"Resource '{identifier}' already exists.")
    return _change(call, name, None)


@api.method("namespaces.jobs.replaceJob", "run.jobs.update")
def replace(call: Call) -> Body:
    """Begin to replace a job."""
    job = jobs.existing(call)
    services.check_etag(job, call.body.get("metadata", {}).get("resourceVersion", ""))
    return _change(call, job["name"], job)


@api.method("namespaces.jobs.get", "run.jobs.get")
def get(call: Call) -> Body:
    """Return a job."""
    return knative_views.job(jobs.existing(call))


@api.method("namespaces.jobs.list", "run.jobs.list")
def list_(call: Call) -> Body:
    """Return the jobs of a region, or of every one."""
    found = jobs.stored_jobs(call, names.parent_of(call))
    return listed(call, "Job", knative_views.RUN, [knative_views.job(each) for each in found])


@api.method("namespaces.jobs.delete", "run.jobs.delete")
def delete(call: Call) -> Body:
    """Begin to delete a job."""
    job_changes.remove(call, jobs.existing(call))
    return SUCCESS


@api.method("namespaces.jobs.run")
def run(call: Call) -> Body:
    """Begin an execution and return it."""
    job, given = jobs.existing(call), call.body.get("overrides", {})
    jobs.require_run(call, job, given)
    overrides = {key: given[key] for key in ("taskCount",) if key in given}
    if given.get("timeoutSeconds"):
        overrides["timeout"] = f"{given['timeoutSeconds']}s"
    overrides["containerOverrides"] = [
        {**each, "env": read_env(each.get("env", []))}
        for each in given.get("containerOverrides", ())
    ]
    execution, _operation = execution_runs.begin(call, job, overrides)
    return knative_views.execution(execution)


@api.method("namespaces.executions.get", "run.executions.get")
def get_execution(call: Call) -> Body:
    """Return an execution."""
    return knative_views.execution(_execution(call))


@api.method("namespaces.executions.list", "run.executions.list")
def list_executions(call: Call) -> Body:
    """Return the executions of a region, the newest first."""
    shown = [knative_views.execution(each) for each in _executions(call)]
    return listed(call, "Execution", knative_views.RUN, shown)


@api.method("namespaces.executions.cancel", "run.executions.cancel")
def cancel(call: Call) -> Body:
    """End an execution."""
    execution = _execution(call)
    execution_runs.cancel(call.world, execution)
    return knative_views.execution(_execution(call))


@api.method("namespaces.executions.delete", "run.executions.delete")
def delete_execution(call: Call) -> Body:
    """Forget an execution that has ended."""
    execution = _execution(call)
    if conditions.reconciling(execution["conditions"], conditions.COMPLETED):
        raise precondition(f"Execution {execution['id']} runs.")
    call.world.store.delete(kinds.EXECUTION, execution["name"])
    return SUCCESS


@api.method("namespaces.tasks.list", "run.tasks.list")
def list_tasks(call: Call) -> Body:
    """Return the tasks of a region's executions."""
    shown = [task for each in _executions(call) for task in knative_views.tasks(each)]
    return listed(call, "Task", knative_views.RUN, shown)


@api.method("namespaces.tasks.get", "run.tasks.get")
def get_task(call: Call) -> Body:
    """Return a task."""
    name = names.full(call, "tasks")
    identifier = name.rsplit("/", 1)[1]
    parent = f"{name.rpartition('/tasks/')[0]}/executions/{identifier.rpartition('-task')[0]}"
    known = call.world.store.get(kinds.BY_ID, parent)
    execution = call.world.store.get(kinds.EXECUTION, known["name"]) if known else None
    for task in knative_views.tasks(execution) if execution else ():
        if task["metadata"]["name"] == identifier:
            return task
    raise not_found(f"Task '{identifier}' does not exist.")


def _execution(call: Call) -> Body:
    name = names.full(call, "executions")
    known = call.world.store.get(kinds.BY_ID, name)
    execution = call.world.store.get(kinds.EXECUTION, known["name"]) if known else None
    if execution is None:
        raise not_found(f"Execution '{name.rsplit('/', 1)[1]}' does not exist.")
    return execution


def _executions(call: Call) -> list[Body]:
    parent = names.parent_of(call)
    found = services.in_project(call, kinds.EXECUTION, parent)[::-1]
    return [
        each for each in found if parent.endswith("/-") or each["name"].startswith(f"{parent}/")
    ]


def _change(call: Call, name: str, old: Body | None) -> Body:
    check_named(call, name)
    job, _operation = job_changes.change(
        call, name, _wanted(call.body), old, root=ROOT, dry=dry(call)
    )
    return knative_views.job(job)


def _wanted(body: Body) -> Body:
    """Return what a job is to be as v2 says it."""
    metadata, outer = body.get("metadata", {}), body.get("spec", {}).get("template", {})
    notes, about = metadata.get("annotations", {}), outer.get("metadata", {})
    labels = metadata.get("labels", {})
    inner = outer.get("spec", {})
    template: Body = {key: inner[key] for key in ("taskCount", "parallelism") if key in inner}
    for key in ("labels", "annotations"):
        if about.get(key):
            template[key] = about[key]
    task = inner.get("template", {}).get("spec", {})
    template["template"] = read_task(about.get("annotations", {}), task)
    made: Body = {
        "labels": {key: each for key, each in labels.items() if key != knative_views.LOCATION},
        "annotations": notes,
        "template": template,
    }
    for key, note in (("client", CLIENT), ("clientVersion", CLIENT_VERSION)):
        if notes.get(note):
            made[key] = notes[note]
    return made
