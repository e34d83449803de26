"""The trigger that builds on a push; its id is the server's, so it is found by its name."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, replace
from typing import ClassVar

from generators.language import _
from wizards.cloud.build_things import BuildTrigger
from wizards.cloud.port import Cloud
from wizards.plan import Action, FieldDiff
from wizards.setup.build_repository import BuildRepositoryResource
from wizards.setup.resource import AS_WANTED, Made, Resource, Seen, differing, new
from wizards.setup.work import Work

BUILD_FILE = "cloudbuild.yaml"
_FIELDS = ("repository", "branch", "file", "account")
_WORDS = {
    "repository": "--repository={}",
    "branch": "--branch-pattern='{}'",
    "file": "--build-config={}",
    "account": "--service-account={}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildTriggerResource(Resource):
    """One trigger; substitutions, filters and a switch that a person set stay as they are."""

    trigger: str
    region: str
    branch: str
    account: str
    linked: BuildRepositoryResource

    kind: ClassVar[str] = "build.trigger"
    api: ClassVar[str] = "cloudbuild.googleapis.com"
    seconds: ClassVar[float] = 3.0

    @property
    def name(self) -> str:
        """The trigger's name."""
        return self.trigger

    @property
    def pattern(self) -> str:
        """The branch as the regular expression that matches it and nothing else."""
        return f"^{re.escape(self.branch)}$"

    @property
    def why(self) -> str:
        """What it is for and what breaks without it."""
        return _("a push to {branch} builds, migrates and deploys, as {account}").format(
            branch=self.branch, account=self.account
        )

    def look(self, cloud: Cloud) -> Seen:
        """Read the trigger by its name, and the link that it should listen to."""
        found = cloud.build_trigger(self.project, self.region, self.trigger)
        if found is None:
            return self.absent()
        diff = differing(_shown(found), _shown(self._wanted(cloud)))
        if not diff:
            return AS_WANTED
        # The link that it has, for the command: its id may be somebody else's choice.
        link = (FieldDiff("repository", found.repository, None),)
        return Seen(action=Action.UPDATE, diff=diff, kept=link)

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        return new({"name": self.trigger, "region": self.region, **_shown(self._wanted(None))})

    def _wanted(self, cloud: Cloud | None) -> BuildTrigger:
        link = self.linked
        found = cloud and cloud.linked_repository(
            link.project, link.region, link.connection, link.address
        )
        return BuildTrigger(
            name=self.trigger,
            repository=found.name if found else self._assumed(),
            branch=self.pattern,
            file=BUILD_FILE,
            account=f"projects/{self.project}/serviceAccounts/{self.account}",
            description=_("push to {branch}").format(branch=self.branch),
        )

    def _assumed(self) -> str:
        place = f"projects/{self.project}/locations/{self.region}"
        return f"{place}/connections/{self.linked.connection}/repositories/{self.linked.link}"

    def make(self, work: Work, seen: Seen) -> None:
        """Create the trigger, or write only the fields that differ."""
        wanted = self._wanted(work.cloud)
        found = work.cloud.build_trigger(self.project, self.region, self.trigger)
        if found is None:
            work.cloud.create_build_trigger(self.project, self.region, wanted)
            return
        fields = tuple(part.field for part in seen.diff if part.field in _FIELDS)
        self._write(work, found, {field: getattr(wanted, field) for field in fields})

    def _write(self, work: Work, found: BuildTrigger, values: dict[str, str]) -> None:
        if values:
            changed = replace(found, **values)  # type: ignore[arg-type]
            work.cloud.change_build_trigger(self.project, self.region, changed, tuple(values))

    def command(self, seen: Seen) -> str:
        """Return what a person would type for the same."""
        wanted = _shown(self._wanted(None))
        if seen.action is Action.UPDATE:
            link = {part.field: str(part.before) for part in seen.kept}
            return self._update({**link, **{part.field: str(part.after) for part in seen.diff}})
        words = " ".join(_WORDS[field].format(wanted[field]) for field in _FIELDS)
        return f"gcloud builds triggers create github --name={self.trigger} {words} {self._place()}"

    def _update(self, fields: dict[str, str]) -> str:
        """Return gcloud's update; its own flags know repositories of the first generation only."""
        said: dict[str, object] = {}
        if "repository" in fields or "branch" in fields:
            said["repositoryEventConfig"] = {
                "repository": fields.get("repository") or self._wanted(None).repository,
                "push": {"branch": fields.get("branch") or self.pattern},
            }
        if "file" in fields:
            said["filename"] = fields["file"]
        if "account" in fields:
            said["serviceAccount"] = fields["account"]
        return (
            f"printf %s {shlex.quote(json.dumps(said))} | gcloud builds triggers update github "
            f"{self.trigger} --trigger-config=/dev/stdin {self._place()}"
        )

    def _place(self) -> str:
        return f"--region={self.region} --project={self.project}"

    def remove(self, work: Work, made: Made) -> None:
        """Delete the trigger that was made here, or put back the fields that were written."""
        found = work.cloud.build_trigger(self.project, self.region, self.trigger)
        if found is None:
            return
        if made.created:
            work.cloud.remove_build_trigger(self.project, self.region, found.id)
            return
        before = {part.field: str(part.before or "") for part in made.diff if _changed(part, found)}
        self._write(work, found, before)

    def standing(self, cloud: Cloud, made: Made) -> tuple[FieldDiff, ...]:
        """Return the fields that still have the value that was written."""
        found = cloud.build_trigger(self.project, self.region, self.trigger)
        return () if found is None else tuple(part for part in made.diff if _changed(part, found))

    def undo_command(self, made: Made) -> str:
        """Return what a person would type to take it back."""
        if made.created:
            return f"gcloud builds triggers delete {self.trigger} {self._place()} --quiet"
        return self._update({part.field: str(part.before or "") for part in made.diff})

    def permissions(self, seen: Seen) -> tuple[str, ...]:
        """Return the permissions on the project that making it takes."""
        verb = "update" if seen.action is Action.UPDATE else "create"
        return (f"cloudbuild.builds.{verb}", "iam.serviceAccounts.actAs")


def _shown(trigger: BuildTrigger) -> dict[str, str | int | bool]:
    return {field: getattr(trigger, field) for field in _FIELDS}


def _changed(part: FieldDiff, found: BuildTrigger) -> bool:
    """Say whether a field still has the value that was written."""
    return part.field in _FIELDS and getattr(found, part.field) == part.after
