"""Cloud Run: jobs, their executions and tasks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from wizards.cloud.retrying import Effect
from wizards.cloud.run import RunCalls, moment, operation_name
from wizards.cloud.run_conditions import condition, terminal
from wizards.cloud.run_fields import Document, job_fields, placed_image
from wizards.cloud.run_things import (
    Fields,
    FieldValue,
    RunExecution,
    RunJob,
    RunOverrides,
    RunStarted,
    RunTask,
)
from wizards.cloud.run_writing import written_job
from wizards.cloud.things import OperationName


class RunJobCalls(RunCalls):
    """The part of the port that is :class:`wizards.cloud.run_port.Jobs`."""

    def run_job(self, project: str, region: str, job: str) -> RunJob | None:
        """Return a job."""
        found = self._run_job(job_name(project, region, job))
        return None if found is None else _job(region, found)

    def start_run_job(self, project: str, region: str, job: str, fields: Fields) -> OperationName:
        """Create a job."""
        body = written_job({}, fields)
        path = f"v2/projects/{project}/locations/{region}/jobs"
        started = self._write("start_run_job", lambda: self._run().post(path, body, jobId=job))
        return operation_name(started)

    def start_run_job_change(
        self, project: str, before: RunJob, changes: Mapping[str, FieldValue | None]
    ) -> OperationName:
        """Write fields and nothing else: the API takes whole jobs only, so all the rest is sent."""
        name = job_name(project, before.region, before.name)
        document = self._unchanged(name, self._run_job(name), before.etag)
        body = written_job(document, changes)
        started = self._write("start_run_job_change", lambda: self._run().patch(f"v2/{name}", body))
        return operation_name(started)

    def start_run_job_removal(self, project: str, region: str, job: str) -> OperationName | None:
        """Delete a job with its executions."""
        path = f"v2/{job_name(project, region, job)}"
        gone = self._find("start_run_job_removal", lambda: self._run().delete(path))
        return None if gone is None else operation_name(gone)

    def start_run_execution(
        self, project: str, region: str, job: str, overrides: RunOverrides | None = None
    ) -> RunStarted:
        """Run a job once."""
        path = f"v2/{job_name(project, region, job)}:run"
        body = _overrides(overrides or RunOverrides())
        started = self._write(
            "start_run_execution", lambda: self._run().post(path, body), Effect.ADDS
        )
        name = str(started.get("metadata", {}).get("name", ""))
        return RunStarted(name=name, operation=operation_name(started))

    def run_execution(self, name: str) -> RunExecution | None:
        """Return an execution by its full resource name."""
        found = self._find("run_execution", lambda: self._run().get(f"v2/{name}"))
        return None if found is None else _execution(found)

    def run_executions(self, project: str, region: str, job: str) -> list[RunExecution]:
        """Return a job's executions, newest first."""
        path = f"v2/{job_name(project, region, job)}/executions"
        found = [_execution(part) for part in self._listed(path, "executions")]
        return sorted(found, key=lambda each: str(each.created), reverse=True)

    def run_tasks(self, execution: str) -> list[RunTask]:
        """Return the tasks of an execution, by its full resource name."""
        return [_task(part) for part in self._listed(f"v2/{execution}/tasks", "tasks")]

    def _listed(self, path: str, items: str) -> list[Document]:
        found: list[Document] = []
        token = ""
        while True:
            query = {"pageToken": token} if token else {}
            answer = self._read(f"run_{items}", partial(self._run().get, path, **query))
            found += answer.get(items, [])
            token = str(answer.get("nextPageToken", ""))
            if not token:
                return found

    def _run_job(self, name: str) -> Document | None:
        return self._find("run_job", lambda: self._run().get(f"v2/{name}"))


def job_name(project: str, region: str, job: str) -> str:
    """Return the full resource name of a job."""
    return f"projects/{project}/locations/{region}/jobs/{job}"


def _overrides(given: RunOverrides) -> Document:
    container: Document = {}
    if given.arguments:
        container["args"] = list(given.arguments)
    if given.environment:
        pairs = given.environment.items()
        container["env"] = [{"name": name, "value": value} for name, value in pairs]
    made: Document = {"containerOverrides": [container]} if container else {}
    if given.timeout_seconds:
        made["timeout"] = f"{given.timeout_seconds}s"
    return {"overrides": made} if made else {}


def _job(region: str, found: Document) -> RunJob:
    latest = found.get("latestCreatedExecution", {})
    return RunJob(
        name=str(found["name"]).rpartition("/")[2],
        region=region,
        fields=job_fields(found),
        uid=str(found.get("uid", "")),
        etag=str(found.get("etag", "")),
        placed_image=placed_image(found),
        condition=condition(found.get("terminalCondition")),
        reconciling=bool(found.get("reconciling")),
        executions=int(found.get("executionCount", 0)),
        latest_execution=str(latest.get("name", "")),
    )


def _execution(found: Document) -> RunExecution:
    return RunExecution(
        name=str(found["name"]),
        job=str(found.get("job", "")).rpartition("/")[2],
        condition=terminal(found),
        created=moment(found.get("createTime")),
        completed=moment(found.get("completionTime")),
        tasks=int(found.get("taskCount", 1)),
        running=int(found.get("runningCount", 0)),
        succeeded=int(found.get("succeededCount", 0)),
        failed=int(found.get("failedCount", 0)),
        cancelled=int(found.get("cancelledCount", 0)),
        log_uri=str(found.get("logUri", "")),
    )


def _task(found: Document) -> RunTask:
    last = found.get("lastAttemptResult")
    return RunTask(
        index=int(found.get("index", 0)),
        condition=terminal(found),
        retried=int(found.get("retried", 0)),
        exit_code=None if last is None else int(last.get("exitCode", 0)),
        message=str((last or {}).get("status", {}).get("message", "")),
    )
