"""The job that migrates the database: made once, run by every deployment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from generators.language import _
from wizards.cloud.port import Cloud
from wizards.cloud.run_things import Fields, FieldValue, RunJob
from wizards.cloud.things import OperationName
from wizards.plan import Action
from wizards.setup.resource import Seen
from wizards.setup.run_comparing import STATE, pinned
from wizards.setup.run_flags import flags, values_of
from wizards.setup.run_resource import Changes, Found, RunResource
from wizards.setup.run_settings import RESERVED_IN_JOBS

PLACEHOLDER = "us-docker.pkg.dev/cloudrun/container/job"
"""Google's own image that ends well at once, until one is built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunJobResource(RunResource):
    """One job; ``arguments`` are the words that migrate, until somebody deploys others."""

    arguments: str

    kind: ClassVar[str] = "run.job"
    seconds: ClassVar[float] = 5.0
    collection: ClassVar[str] = "jobs"
    at_first: ClassVar[Fields] = {"timeout": "1800s"}
    reserved: ClassVar[frozenset[str]] = RESERVED_IN_JOBS

    @property
    def why(self) -> str:
        """What it is for and what breaks without it."""
        return _(
            "migrations run here, next to the database and before new code gets traffic; a failed "
            "one is never repeated by itself"
        )

    def found(self, cloud: Cloud) -> RunJob | None:
        """Read the job."""
        return cloud.run_job(self.project, self.region, self.run_name)

    def start(self, cloud: Cloud, fields: Fields) -> OperationName:
        """Begin to create the job; nothing runs."""
        return cloud.start_run_job(self.project, self.region, self.run_name, fields)

    def start_change(self, cloud: Cloud, found: Found, changes: Changes) -> OperationName:
        """Begin to change fields of the job."""
        assert isinstance(found, RunJob)
        return cloud.start_run_job_change(self.project, found, changes)

    def start_removal(self, cloud: Cloud) -> OperationName | None:
        """Begin to delete the job and the record of its executions."""
        return cloud.start_run_job_removal(self.project, self.region, self.run_name)

    def with_image(self, image: str, *, replacing: bool) -> dict[str, FieldValue]:  # noqa: ARG002
        """Whoever deploys an image says what it runs; until then it is the words known here."""
        return {"command": self.arguments} if replacing and self.arguments else {}

    def command(self, seen: Seen) -> str:
        """Return what a person would type for the same."""
        if seen.action in (Action.UPDATE, Action.ADOPT):
            return self.line("jobs update", flags(values_of(seen.diff)))
        values = values_of(seen.diff) or dict(self.first(pinned(self.secrets, None)))
        return self.line("jobs deploy", flags(values, labels="labels", sql="set"))

    def blueprint_key(self, field: str) -> str:
        """Return the dotted key of tarmac.toml that decides a field of the diff, or ""."""
        keys = {"image": "service.image", "account": "pipeline.migration_account"}
        return "" if field == STATE else keys.get(field, "")

    def waits_for(self) -> str:
        """Return what is waited for after the write."""
        return _("until the job is ready")

    def permissions(self, seen: Seen) -> tuple[str, ...]:
        """Return the permissions on the project that making it takes."""
        verb = "create" if seen.action is Action.CREATE else "update"
        acts = () if seen.action is Action.ADOPT else ("iam.serviceAccounts.actAs",)
        return (f"run.jobs.{verb}", *acts)
