"""The APIs that the plan's resources need, enabled in batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from generators.language import _
from wizards.cloud.failing import CloudFailure
from wizards.cloud.port import Cloud
from wizards.plan import Action, FieldDiff
from wizards.setup.resource import AS_WANTED, Made, Resource, Seen
from wizards.setup.work import Work

BATCH = 20
# APIs whose things Tarmac can list, so that it sees by itself whether others need them.
COUNTED = frozenset(
    {
        "artifactregistry.googleapis.com",
        "cloudbuild.googleapis.com",
        "iam.googleapis.com",
        "run.googleapis.com",
        "secretmanager.googleapis.com",
        "sql-component.googleapis.com",
        "sqladmin.googleapis.com",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApisResource(Resource):
    """Enabled APIs; ``wanted`` maps "run.googleapis.com" to the reason."""

    wanted: Mapping[str, str] = field(default_factory=dict)

    kind: ClassVar[str] = "apis"
    api: ClassVar[str] = ""
    seconds: ClassVar[float] = 10.0
    whole: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """The project id."""
        return self.project

    @property
    def why(self) -> str:
        """What each is for."""
        reasons = "; ".join(f"{api}: {reason}" for api, reason in self.wanted.items())
        return _("every call to a disabled API is refused. {reasons}").format(reasons=reasons)

    def look(self, cloud: Cloud) -> Seen:
        """Read which are enabled."""
        return self._missing(cloud.enabled_apis(self.project, tuple(self.wanted)))

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        return self._missing(frozenset())

    def _missing(self, enabled: frozenset[str]) -> Seen:
        diff = tuple(
            FieldDiff(api, "disabled", "enabled") for api in self.wanted if api not in enabled
        )
        if not diff:
            return AS_WANTED
        return Seen(action=Action.UPDATE if enabled else Action.CREATE, diff=diff)

    def make(self, work: Work, seen: Seen) -> None:
        """Enable what is missing; whoever uses an API waits until it answers."""
        missing = [part.field for part in seen.diff]
        operations = [
            work.cloud.start_apis(self.project, missing[start : start + BATCH])
            for start in range(0, len(missing), BATCH)
        ]
        for operation in operations:
            work.finish(operation)

    def remove(self, work: Work, made: Made) -> None:
        """Disable what Tarmac enabled; what others use or need stays, and is said.

        Of the APIs in ``COUNTED`` it is known that nothing of anybody is left behind them; for the
        others Google is asked whether somebody used them in the last 30 days.
        """
        left = [part.field for part in self.standing(work.cloud, made)]
        refused = self._off(work, left)
        while 0 < len(refused) < len(left):
            left = list(refused)
            refused = self._off(work, left)
        for api, why in refused.items():
            work.says(_("{api} stays enabled: {why}").format(api=api, why=why))

    def _off(self, work: Work, apis: Sequence[str]) -> dict[str, str]:
        """Disable APIs; return those that Google keeps for somebody, with the reason.

        One that others depend on may go once they are gone.
        """
        refused: dict[str, str] = {}
        for api in apis:
            check = api not in COUNTED
            try:
                work.finish(work.cloud.start_api_off(self.project, api, check_usage=check))
            except CloudFailure as failure:
                if failure.code == "absent":
                    continue
                if failure.code not in ("api-used", "api-needed"):
                    raise
                refused[api] = failure.message
        return refused

    def undo_command(self, made: Made) -> str:
        """Return what a person would type to take it back."""
        return "\n".join(
            f"gcloud services disable {part.field} --project={self.project}" for part in made.diff
        )

    def standing(self, cloud: Cloud, made: Made) -> tuple[FieldDiff, ...]:
        """Return what Tarmac enabled and is enabled still."""
        ours = tuple(part.field for part in made.diff)
        enabled = cloud.enabled_apis(self.project, ours) if ours else frozenset()
        return tuple(part for part in made.diff if part.field in enabled)

    def command(self, seen: Seen) -> str:
        """Return what a person would type for the same."""
        missing = [part.field for part in seen.diff] or list(self.wanted)
        return "\n".join(
            f"gcloud services enable {' '.join(missing[start : start + BATCH])} "
            f"--project={self.project}"
            for start in range(0, len(missing), BATCH)
        )

    def permissions(self, seen: Seen) -> tuple[str, ...]:  # noqa: ARG002
        """Return the permissions on the project that making it takes."""
        return ("serviceusage.services.enable",)
