"""The pool of identities from elsewhere; a deleted one keeps its id for thirty days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from generators.language import _
from wizards.cloud.port import Cloud
from wizards.plan import Action, FieldDiff
from wizards.setup.resource import AS_WANTED, Made, Resource, Seen, new
from wizards.setup.work import Work

GONE = "DELETED"


@dataclass(frozen=True, slots=True, kw_only=True)
class FederationPoolResource(Resource):
    """One Workload Identity pool, of this service alone."""

    pool: str
    title: str

    kind: ClassVar[str] = "federation.pool"
    api: ClassVar[str] = "iam.googleapis.com"
    seconds: ClassVar[float] = 6.0

    @property
    def name(self) -> str:
        """The pool's id."""
        return self.pool

    @property
    def why(self) -> str:
        """What it is for and what breaks without it."""
        return _("GitHub Actions log in through it without any key that could be stolen")

    def look(self, cloud: Cloud) -> Seen:
        """Read the pool, a softly deleted one too."""
        found = cloud.identity_pool(self.project, self.pool)
        if found is None:
            return self.absent()
        if found.state == GONE:
            return Seen(action=Action.UPDATE, diff=(FieldDiff("state", GONE, "ACTIVE"),))
        if found.disabled:
            command = f"gcloud iam workload-identity-pools update {self._where()} --no-disabled"
            return Seen(
                action=Action.BLOCKED,
                blocked_by=_("it is disabled: {command}").format(command=command),
            )
        return AS_WANTED

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        return new({"id": self.pool, "title": self.title})

    def make(self, work: Work, seen: Seen) -> None:
        """Create the pool, or bring a deleted one back."""
        if seen.action is Action.CREATE:
            work.finish(work.cloud.start_identity_pool(self.project, self.pool, self.title))
        else:
            work.finish(work.cloud.start_pool_undelete(self.project, self.pool))

    def command(self, seen: Seen) -> str:
        """Return what a person would type for the same."""
        pools = "gcloud iam workload-identity-pools"
        if seen.action is Action.UPDATE:
            return f"{pools} undelete {self._where()}"
        return f"{pools} create {self._where()} --display-name={self.title!r}"

    def _where(self) -> str:
        return f"{self.pool} --location=global --project={self.project}"

    def remove(self, work: Work, made: Made) -> None:
        """Delete the pool that was made or brought back here."""
        found = work.cloud.identity_pool(self.project, self.pool)
        if found is not None and found.state != GONE and (made.created or made.diff):
            work.finish(work.cloud.start_pool_removal(self.project, self.pool))

    def standing(self, cloud: Cloud, made: Made) -> tuple[FieldDiff, ...]:
        """Return what was written as long as the pool is there."""
        found = cloud.identity_pool(self.project, self.pool)
        return () if found is None or found.state == GONE else made.diff

    def undo_command(self, made: Made) -> str:  # noqa: ARG002
        """Return what a person would type to take it back."""
        return f"gcloud iam workload-identity-pools delete {self._where()} --quiet"

    def permissions(self, seen: Seen) -> tuple[str, ...]:
        """Return the permissions on the project that making it takes."""
        verb = "undelete" if seen.action is Action.UPDATE else "create"
        return (f"iam.workloadIdentityPools.{verb}",)
