"""Cloud Run v2: jobs, their executions and tasks."""

from __future__ import annotations

from typing import Any

from sandbox.call import Api, Call
from sandbox.errors import already_exists, denied, not_found, precondition
from sandbox.iam import access, policies
from sandbox.paging import sliced
from sandbox.projects import canonical
from sandbox.run import (
    conditions,
    deployment,
    execution_runs,
    job_changes,
    kinds,
    names,
    run_operations,
    services,
    views,
)

Body = dict[str, Any]

api = Api("run", "v2")
both = Api("run", "v2", "v1")
ROOT = "template"


@api.method("projects.locations.jobs.create", "run.jobs.create")
def create(call: Call) -> Body:
    """Begin to make a job."""
    name = f"{names.one_region(call)}/jobs/{call.text('jobId')}"
    if call.world.store.get(kinds.JOB, name):
        raise already_exists(f"Resource '{call.text('jobId')}' already exists.")
    return _change(call, name, None)


@api.method("projects.locations.jobs.patch")
def patch(call: Call) -> Body:
    """Begin to replace a job, or to make it with ``allowMissing``; there is no mask."""
    name = names.full(call, "jobs")
    names.check_region(name.split("/")[3])
    old = call.world.store.get(kinds.JOB, name)
    permission = "run.jobs.update" if old else "run.jobs.create"
    if not access.allowed(call.world, call.identity, permission, name):
        raise denied(permission, f"run.googleapis.com/{name}")
    if old is None and not call.parameters.get("allowMissing"):
        raise _missing(name)
    if old is not None:
        services.check_etag(old, call.body.get("etag", ""))
    return _change(call, name, old)


@api.method("projects.locations.jobs.get", "run.jobs.get")
def get(call: Call) -> Body:
    """Return a job."""
    return views.job(existing(call))


@api.method("projects.locations.jobs.list", "run.jobs.list")
def list_(call: Call) -> Body:
    """Return the jobs of a region; ``-`` is every region."""
    found = stored_jobs(call, names.parent_of(call))
    return sliced(call, "jobs", [views.job(each) for each in found])


@api.method("projects.locations.jobs.delete", "run.jobs.delete")
def delete(call: Call) -> Body:
    """Begin to delete a job."""
    job = existing(call)
    services.check_etag(job, call.text("etag"))
    if call.parameters.get("validateOnly"):
        return {"name": deployment.operation_name(job["name"]), "done": True}
    return run_operations.shown(call, job_changes.remove(call, job))


@api.method("projects.locations.jobs.run")
def run(call: Call) -> Body:
    """Begin an execution; overrides need a permission of their own."""
    job = existing(call)
    overrides = call.body.get("overrides", {})
    require_run(call, job, overrides)
    services.check_etag(job, call.body.get("etag", ""))
    if call.body.get("validateOnly"):
        return {"name": deployment.operation_name(job["name"]), "done": True}
    _execution, operation = execution_runs.begin(call, job, overrides)
    return run_operations.shown(call, operation)


@both.method("projects.locations.jobs.getIamPolicy", "run.jobs.getIamPolicy")
def get_policy(call: Call) -> Body:
    """Return who may run a job."""
    return policies.read(call, existing(call, "resource")["name"])


@both.method("projects.locations.jobs.setIamPolicy", "run.jobs.setIamPolicy")
def set_policy(call: Call) -> Body:
    """Replace who may run a job."""
    return policies.write(call, existing(call, "resource")["name"])


@both.method("projects.locations.jobs.testIamPermissions")
def test_permissions(call: Call) -> Body:
    """Return what the caller may do with a job."""
    return policies.testable(call, names.full(call, "jobs", "resource"))


@api.method("projects.locations.jobs.executions.get", "run.executions.get")
def get_execution(call: Call) -> Body:
    """Return an execution."""
    return views.execution(_execution_of(call, call.text("name")))


@api.method("projects.locations.jobs.executions.list", "run.executions.list")
def list_executions(call: Call) -> Body:
    """Return a job's executions, the newest first; the job ``-`` is every one."""
    parent = canonical(call.world, call.text("parent"))
    region, _jobs, job = parent.partition("/jobs/")
    everything = call.world.store.all(kinds.EXECUTION, None if job == "-" else parent)
    found = [each for each in everything if each["name"].startswith(f"{region}/")][::-1]
    return sliced(call, "executions", [views.execution(each) for each in found])


@api.method("projects.locations.jobs.executions.cancel", "run.executions.cancel")
def cancel(call: Call) -> Body:
    """End an execution."""
    execution = _execution_of(call, call.text("name"))
    execution_runs.cancel(call.world, execution)
    operation = call.world.operations.running_on(deployment.API, execution["name"])
    assert operation is not None
    return run_operations.shown(call, operation)


@api.method("projects.locations.jobs.executions.delete", "run.executions.delete")
def delete_execution(call: Call) -> Body:
    """Forget an execution that has ended."""
    execution = _execution_of(call, call.text("name"))
    if conditions.reconciling(execution["conditions"], conditions.COMPLETED):
        raise precondition(f"Execution {execution['id']} runs.")
    call.world.store.delete(kinds.EXECUTION, execution["name"])
    about = {"@type": run_operations.V2 + "Execution", **views.execution(execution)}
    name = deployment.operation_name(execution["name"])
    return {"name": name, "metadata": about, "response": about, "done": True}


@api.method("projects.locations.jobs.executions.tasks.list", "run.tasks.list")
def list_tasks(call: Call) -> Body:
    """Return an execution's tasks."""
    return sliced(call, "tasks", views.tasks(_execution_of(call, call.text("parent"))))


@api.method("projects.locations.jobs.executions.tasks.get", "run.tasks.get")
def get_task(call: Call) -> Body:
    """Return a task."""
    name = canonical(call.world, call.text("name"))
    execution = _execution_of(call, name.partition("/tasks/")[0])
    for task in views.tasks(execution):
        if task["name"] == name:
            return task
    raise not_found(f"Task '{name.rsplit('/', 1)[1]}' does not exist.")


def existing(call: Call, parameter: str = "name") -> Body:
    """Return the job that a parameter names."""
    name = names.full(call, "jobs", parameter)
    job = call.world.store.get(kinds.JOB, name)
    if job is None:
        raise _missing(name)
    return job


def stored_jobs(call: Call, parent: str) -> list[Body]:
    """Return the records of a region's jobs, or of a whole project's."""
    if parent.endswith("/-"):
        return services.in_project(call, kinds.JOB, parent)
    return call.world.store.all(kinds.JOB, parent)


def require_run(call: Call, job: Body, overrides: Body) -> None:
    """Refuse whoever may not run a job, or not with overrides."""
    permission = "run.jobs.runWithOverrides" if overrides else "run.jobs.run"
    if not access.allowed(call.world, call.identity, permission, job["name"]):
        raise denied(permission, f"run.googleapis.com/{job['name']}")


def _execution_of(call: Call, name: str) -> Body:
    execution = call.world.store.get(kinds.EXECUTION, canonical(call.world, name))
    if execution is None:
        raise not_found(f"Execution '{name.rsplit('/', 1)[1]}' does not exist.")
    return execution


def _missing(name: str) -> Exception:
    return not_found(f"Job '{name.rsplit('/', 1)[1]}' does not exist.")


def _change(call: Call, name: str, old: Body | None) -> Body:
    wanted = {key: call.body[key] for key in job_changes.SETTABLE if key in call.body}
    dry = bool(call.parameters.get("validateOnly"))
    job, operation = job_changes.change(call, name, wanted, old, root=ROOT, dry=dry)
    if operation is None:
        about = {"@type": run_operations.V2 + "Job", **views.job(job)}
        unkept = deployment.operation_name(name)
        return {"name": unkept, "metadata": about, "response": about, "done": True}
    return run_operations.shown(call, operation)
