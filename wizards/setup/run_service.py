"""The service on Cloud Run: what it is, not which program it runs; that is the pipeline's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from generators.language import _
from wizards.cloud.failing import CloudFailure, Retry
from wizards.cloud.port import Cloud
from wizards.cloud.run_things import Fields, FieldValue, RunService
from wizards.cloud.things import OperationName, PolicyOf
from wizards.plan import Action, FieldDiff
from wizards.setup.prices import run_month
from wizards.setup.resource import Seen, labelled
from wizards.setup.run_comparing import STATE, pinned
from wizards.setup.run_flags import flags, values_of
from wizards.setup.run_resource import Changes, Found, RunResource
from wizards.setup.run_settings import RESERVED
from wizards.setup.work import Work

PLACEHOLDER = "us-docker.pkg.dev/cloudrun/container/hello"
"""Google's own page that says hello on $PORT at /, until an image is built."""

OPEN_TO = "open_to"
"""The field of what is left alone that names whom a private service is open to."""

SPREADING = 60.0
"""Seconds in which a grant is usually known to Cloud Run; Google promises no more than minutes."""

_INVALID, _FORBIDDEN = 400, 403
_INVOKER = "roles/run.invoker"
_ANYBODY = frozenset({"allUsers", "allAuthenticatedUsers"})
_KEYS = {
    "account": "pipeline.runtime_account",
    "startup_probe": "service.health_path",
    "liveness_probe": "service.health_path",
}
_WITHOUT_KEY = ("labels.", "secrets.", "cloud_sql.", "region", STATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunServiceResource(RunResource):
    """One service; which revision gets traffic is never touched."""

    health_path: str

    kind: ClassVar[str] = "run.service"
    seconds: ClassVar[float] = 15.0
    collection: ClassVar[str] = "services"
    at_first: ClassVar[Fields] = {"cpu_idle": True}
    reserved: ClassVar[frozenset[str]] = RESERVED

    @property
    def why(self) -> str:
        """What it is for and what breaks without it."""
        why = _(
            "requests are answered here, as an identity of its own; a placeholder answers "
            "until the first image is deployed"
        )
        if self.settings["public"]:
            return why
        private = _("only members with roles/run.invoker may call it: {command}")
        return f"{why}; " + private.format(command=self.line("services proxy", []))

    def cost(self) -> float:
        """Return what the instances that are always kept cost a month; scaled to zero, nothing."""
        return _month(self.settings, self.region)

    def found(self, cloud: Cloud) -> RunService | None:
        """Read the service."""
        return cloud.run_service(self.project, self.region, self.run_name)

    def start(self, cloud: Cloud, fields: Fields) -> OperationName:
        """Begin to create the service."""
        return cloud.start_run_service(self.project, self.region, self.run_name, fields)

    def start_change(self, cloud: Cloud, found: Found, changes: Changes) -> OperationName:
        """Begin to change fields of the service."""
        assert isinstance(found, RunService)
        return cloud.start_run_service_change(self.project, found, changes)

    def start_removal(self, cloud: Cloud) -> OperationName | None:
        """Begin to delete the service with its revisions."""
        return cloud.start_run_service_removal(self.project, self.region, self.run_name)

    def with_image(self, image: str, *, replacing: bool) -> dict[str, FieldValue]:  # noqa: ARG002
        """Without a health path, as for the placeholder, Cloud Run's probe of the port must do."""
        if not self.image.own(image) or not self.health_path:
            return {}
        return {"startup_probe": self.health_path, "liveness_probe": self.health_path}

    def ends(self) -> str:
        """Return what stops when it is deleted."""
        return _("nothing answers at its address any more, and its revisions are gone")

    def missing(self, cloud: Cloud) -> Seen | None:
        """A service cannot move: one of Tarmac's in another region is no accident to repeat."""
        regions = cloud.run_service_regions(self.project, self.run_name)
        ours = sorted(region for region, labels in regions.items() if labelled(labels))
        if not ours:
            return None
        there = f"--region={ours[0]} --project={self.project}"
        says = _(
            "it runs in {region}, and a service cannot move: set project.region to {region}, "
            "or delete it there first: {command}"
        ).format(region=ours[0], command=f"gcloud run services delete {self.run_name} {there}")
        diff = (FieldDiff("region", ours[0], self.region),)
        return Seen(action=Action.BLOCKED, diff=diff, blocked_by=says)

    def look(self, cloud: Cloud) -> Seen:
        """Read the service and compare; of a private one also who may call it all the same."""
        seen = super(RunServiceResource, self).look(cloud)
        if self.settings["public"] or seen.action in (Action.CREATE, Action.BLOCKED):
            return seen
        members = self._anybody(cloud)
        if not members:
            return seen
        return replace(seen, kept=(*seen.kept, FieldDiff(OPEN_TO, members, _("named members"))))

    def _anybody(self, cloud: Cloud) -> str:
        """Return who but members by name may call it; nobody, as far as a reader may know."""
        try:
            members = cloud.policy(self.policy).members(_INVOKER)
        except CloudFailure as failure:
            if failure.status == _FORBIDDEN:
                return ""
            raise
        return ", ".join(sorted(members & _ANYBODY))

    @property
    def policy(self) -> PolicyOf:
        """Who may call it."""
        place = f"projects/{self.project}/locations/{self.region}"
        return PolicyOf("service", f"{place}/services/{self.run_name}")

    def following(self, seen: Seen) -> str:
        """Return what a person would type to follow the suggestions that were left alone."""
        others = replace(seen, kept=tuple(part for part in seen.kept if part.field != OPEN_TO))
        lines = [super(RunServiceResource, self).following(others)] if others.kept else []
        lines += [
            self.line(
                "services remove-iam-policy-binding", [f"--member={member}", f"--role={_INVOKER}"]
            )
            for part in seen.kept
            if part.field == OPEN_TO
            for member in str(part.before).split(", ")
        ]
        return "\n".join(lines)

    def make(self, work: Work, seen: Seen) -> None:
        """Create or change it, once fresh grants have had time to spread.

        A revision that comes before them never runs, and stays there to be wondered at.
        """
        left = SPREADING - work.granted() if self.secrets else 0.0
        if left > 0:
            work.says(_("waiting until the grants that were made just now are known everywhere"))
            work.cloud.pause(left)
        super(RunServiceResource, self).make(work, seen)

    def judged(self, cloud: Cloud, found: Found, seen: Seen) -> Seen:
        """Let Google judge the update without making it; what it can never take blocks the plan.

        Secrets are left out: their versions may come with the same apply.
        """
        assert isinstance(found, RunService)
        changes = values_of(part for part in seen.diff if not part.field.startswith("secrets."))
        if not changes:
            return seen
        try:
            cloud.check_run_service_change(self.project, found, changes)
        except CloudFailure as failure:
            if failure.status != _INVALID or failure.retry is not Retry.NEVER:
                return seen
            says = ": ".join(part for part in (failure.message, failure.why) if part)
            return replace(seen, action=Action.BLOCKED, blocked_by=says)
        return seen

    def updating(self, found: Found, diff: tuple[FieldDiff, ...]) -> Seen:
        """Return what an update costs, and who decides about the traffic of the new revision."""
        return Seen(
            action=Action.UPDATE,
            diff=diff,
            cost_delta=self.cost() - _month(found.fields, self.region),
            breaks=_divided_traffic(found),
        )

    def command(self, seen: Seen) -> str:
        """Return what a person would type for the same."""
        if seen.action in (Action.UPDATE, Action.ADOPT):
            return self.line("services update", flags(values_of(seen.diff)))
        values = values_of(seen.diff) or dict(self.first(pinned(self.secrets, None)))
        return self.line("deploy", [*flags(values), "--no-allow-unauthenticated"])

    def blueprint_key(self, field: str) -> str:
        """Return the dotted key of tarmac.toml that decides a field of the diff, or ""."""
        if field.startswith(_WITHOUT_KEY):
            return ""
        return _KEYS.get(field, f"service.{field}")

    def waits_for(self) -> str:
        """Return what is waited for after the write."""
        return _("until the new revision is ready")

    def permissions(self, seen: Seen) -> tuple[str, ...]:
        """Return the permissions on the project that making it takes."""
        verb = "create" if seen.action is Action.CREATE else "update"
        needed = [f"run.services.{verb}"]
        if seen.action is not Action.ADOPT:
            needed.append("iam.serviceAccounts.actAs")
        if self.settings["public"] and any(part.field == "public" for part in seen.diff):
            needed.append("run.services.setIamPolicy")
        return tuple(needed)


def _divided_traffic(found: Found) -> str:
    """Say what share of the traffic a new revision gets where others have some by name."""
    shares = [part for part in getattr(found, "traffic", ()) if part.percent]
    named = ", ".join(f"{part.revision} ({part.percent} %)" for part in shares if part.revision)
    if not named:
        return ""
    rest = sum(part.percent for part in shares if not part.revision)
    if not rest:
        return _("its traffic is pinned to {revisions}: the new revision gets none of it").format(
            revisions=named
        )
    return _(
        "its traffic is split: the new revision gets {percent} %, {revisions} the rest"
    ).format(percent=rest, revisions=named)


def _month(fields: Mapping[str, FieldValue], region: str) -> float:
    least = int(fields.get("min_instances", 0))
    if not least:
        return 0.0
    return run_month(str(fields["cpu"]), str(fields["memory"]), least, region)
