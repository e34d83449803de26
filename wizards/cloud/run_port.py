"""What is asked of Cloud Run; part of :class:`wizards.cloud.port.Cloud`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from wizards.cloud.run_things import (
    Fields,
    FieldValue,
    RunExecution,
    RunJob,
    RunOverrides,
    RunService,
    RunStarted,
    RunTask,
)
from wizards.cloud.things import OperationName


class Services(Protocol):
    """Cloud Run's services."""

    def run_service(self, project: str, region: str, service: str) -> RunService | None:
        """Return a service."""
        ...

    def run_service_regions(self, project: str, service: str) -> Mapping[str, Mapping[str, str]]:
        """Return every region that has a service of this name, with its labels there."""
        ...

    def start_run_service(
        self, project: str, region: str, service: str, fields: Fields
    ) -> OperationName:
        """Create a service; fails with 409 "exists" when there is one."""
        ...

    def start_run_service_change(
        self, project: str, before: RunService, changes: Mapping[str, FieldValue | None]
    ) -> OperationName:
        """Write fields (None clears) and nothing else; "conflict" when it changed since."""
        ...

    def check_run_service_change(
        self, project: str, before: RunService, changes: Mapping[str, FieldValue | None]
    ) -> None:
        """Let Google judge a change without making it; raises what the change would meet."""
        ...

    def start_run_service_removal(
        self, project: str, region: str, service: str
    ) -> OperationName | None:
        """Delete a service with its revisions; None when it is gone already."""
        ...


class Jobs(Protocol):
    """Cloud Run's jobs and their executions."""

    def run_job(self, project: str, region: str, job: str) -> RunJob | None:
        """Return a job."""
        ...

    def start_run_job(self, project: str, region: str, job: str, fields: Fields) -> OperationName:
        """Create a job; fails with 409 "exists" when there is one."""
        ...

    def start_run_job_change(
        self, project: str, before: RunJob, changes: Mapping[str, FieldValue | None]
    ) -> OperationName:
        """Write fields (None clears) and nothing else; "conflict" when it changed since."""
        ...

    def start_run_job_removal(self, project: str, region: str, job: str) -> OperationName | None:
        """Delete a job with its executions; None when it is gone already."""
        ...

    def start_run_execution(
        self, project: str, region: str, job: str, overrides: RunOverrides | None = None
    ) -> RunStarted:
        """Run a job once; its operation ends when the execution does. Never repeated blindly."""
        ...

    def run_execution(self, name: str) -> RunExecution | None:
        """Return an execution by its full resource name."""
        ...

    def run_executions(self, project: str, region: str, job: str) -> list[RunExecution]:
        """Return a job's executions, newest first."""
        ...

    def run_tasks(self, execution: str) -> list[RunTask]:
        """Return the tasks of an execution, by its full resource name."""
        ...
