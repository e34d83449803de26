"""What a service and a job on Cloud Run have in common: fields, an image, secrets, a state."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from generators.language import _
from wizards.cloud.port import Cloud
from wizards.cloud.run_conditions import failure
from wizards.cloud.run_things import Fields, FieldValue, RunJob, RunService
from wizards.cloud.run_writing import RETRY
from wizards.cloud.things import OperationName
from wizards.plan import Action, FieldDiff
from wizards.setup.resource import LABELS, Made, Resource, Seen, Trace, new
from wizards.setup.run_comparing import (
    STATE,
    ImageChoice,
    SecretInUse,
    against,
    pinned,
    standing_parts,
    unnamed,
    unpinned,
)
from wizards.setup.run_flags import flags, values_of
from wizards.setup.work import Work

Found = RunService | RunJob
Changes = Mapping[str, FieldValue | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResource(Resource):
    """One service or job; ``settings`` are the fields that the blueprint names, no others count."""

    run_name: str
    region: str
    settings: Fields
    image: ImageChoice
    secrets: tuple[SecretInUse, ...] = ()
    written: tuple[FieldDiff, ...] = field(default=(), repr=False)
    """What Tarmac wrote here so far, as the journals tell: what of it is not named goes again."""

    api: ClassVar[str] = "run.googleapis.com"
    collection: ClassVar[str]
    """What it is called in gcloud's words and in resource names: services or jobs."""
    at_first: ClassVar[Fields] = {}
    """What is set on a new one, and left to whoever changes it later."""
    reserved: ClassVar[frozenset[str]] = frozenset()
    """The variables that Cloud Run sets itself."""

    @property
    def name(self) -> str:
        """Its name in the region."""
        return self.run_name

    @abstractmethod
    def found(self, cloud: Cloud) -> Found | None:
        """Read it."""

    @abstractmethod
    def start(self, cloud: Cloud, fields: Fields) -> OperationName:
        """Begin to create it."""

    @abstractmethod
    def start_change(self, cloud: Cloud, found: Found, changes: Changes) -> OperationName:
        """Begin to change fields of it."""

    @abstractmethod
    def start_removal(self, cloud: Cloud) -> OperationName | None:
        """Begin to delete it."""

    def with_image(self, image: str, *, replacing: bool) -> dict[str, FieldValue]:  # noqa: ARG002
        """Return the fields that depend on which image runs, and whether Tarmac puts it there."""
        return {}

    def look(self, cloud: Cloud) -> Seen:
        """Read it and compare the fields that the blueprint names."""
        refused = self._refused()
        if refused is not None:
            return refused
        found = self.found(cloud)
        if found is None:
            return self.missing(cloud) or self._new(pinned(self.secrets, cloud))
        seen = self.compare(found, cloud)
        return self.judged(cloud, found, seen) if seen.action is Action.UPDATE else seen

    def judged(self, cloud: Cloud, found: Found, seen: Seen) -> Seen:  # noqa: ARG002
        """Return an update as Google would take it, where it can be asked without writing."""
        return seen

    def missing(self, cloud: Cloud) -> Seen | None:  # noqa: ARG002 - services look elsewhere
        """Return why one that is not there may not be created, or None."""
        return None

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        return self._refused() or self._new(pinned(self.secrets, None))

    def _new(self, secrets: Fields) -> Seen:
        return new(self.first(secrets), self.cost())

    def first(self, secrets: Fields) -> dict[str, FieldValue]:
        """Return every field of a new one."""
        image = self.image.first
        wanted = {"image": image, **self.settings, **self.at_first, **secrets}
        return wanted | self.with_image(image, replacing=True)

    def _refused(self) -> Seen | None:
        taken = [name for name in sorted(self.reserved) if f"environment.{name}" in self.settings]
        if not taken:
            return None
        says = _("Cloud Run sets {names} itself; take it out of the environment")
        return Seen(action=Action.BLOCKED, blocked_by=says.format(names=", ".join(taken)))

    def compare(self, found: Found, cloud: Cloud) -> Seen:
        """Return what must change of one that is there."""
        current = str(found.fields.get("image", ""))
        other = self.image.change(current, found.placed_image)
        ours = bool(other) or self.image.ours(current, found.placed_image)
        wanted: dict[str, FieldValue] = {**({"image": other} if other else {}), **self.settings}
        wanted |= pinned(self.secrets, cloud)
        wanted |= self.with_image(other or current, replacing=ours)
        diff = (*against(found.fields, wanted), *unnamed(found.fields, wanted, self.written))
        if ours and not diff:
            diff = _unready(found)
        kept = (*unpinned(found.fields, wanted), *against(found.fields, self.at_first))
        if not diff:
            return Seen(action=Action.NONE, kept=kept)
        if {part.field for part in diff} <= {f"labels.{key}" for key in LABELS}:
            return Seen(action=Action.ADOPT, diff=diff, kept=kept)
        return replace(self.updating(found, diff), kept=kept)

    def following(self, seen: Seen) -> str:
        """Return what a person would type to follow the suggestions that were left alone."""
        return self.line(f"{self.collection} update", flags(values_of(seen.kept)))

    def updating(self, found: Found, diff: tuple[FieldDiff, ...]) -> Seen:  # noqa: ARG002
        """Return what an update means besides its fields."""
        return Seen(action=Action.UPDATE, diff=diff)

    def make(self, work: Work, seen: Seen) -> None:  # noqa: ARG002 - it is compared again
        """Create it or change what differs, and wait until it is ready."""
        found = self._settled(work)
        if found is None:
            work.finish(self.start(work.cloud, self.first(pinned(self.secrets, work.cloud))))
        else:
            diff = self.compare(found, work.cloud).diff
            changes = values_of(diff)
            if any(part.field == STATE for part in diff):
                changes[RETRY] = found.created_revision if isinstance(found, RunService) else ""
            if changes:
                work.finish(self.start_change(work.cloud, found, changes))
        self._check(work)

    def _settled(self, work: Work) -> Found | None:
        """Return what is there when nothing is being deployed any more."""
        told = False
        while True:
            found = self.found(work.cloud)
            if found is None or not found.reconciling:
                return found
            if not told:
                work.says(_("waiting for a deployment that runs already"))
            told = True
            work.cloud.pause(2)

    def _check(self, work: Work) -> None:
        """Raise what it says of itself: an operation may end well without it."""
        found = self._settled(work)
        if found is not None and found.condition.state == "FAILED":
            place = f"projects/{self.project}/locations/{self.region}"
            raise failure(f"{place}/{self.collection}/{self.run_name}", found.condition)

    def line(self, verb: str, words: list[str]) -> str:
        """Return a gcloud command about it."""
        place = [f"--region={self.region}", f"--project={self.project}"]
        return " ".join(["gcloud run", verb, self.run_name, *words, *place])

    def remove(self, work: Work, made: Made) -> None:
        """Delete one that was made here, or set back the fields that still are ours."""
        if made.created:
            gone = self.start_removal(work.cloud)
            if gone is not None:
                work.finish(gone)
            return
        found = self._settled(work)
        if found is None:
            return
        back = values_of(standing_parts(found.fields, made.diff), back=True)
        if back:
            work.finish(self.start_change(work.cloud, found, back))
            self._check(work)

    def undo_command(self, made: Made) -> str:
        """Return what a person would type to take it back."""
        if made.created:
            return self.line(f"{self.collection} delete", [])
        return self.line(f"{self.collection} update", flags(values_of(made.diff, back=True)))

    def standing(self, cloud: Cloud, made: Made) -> tuple[FieldDiff, ...]:
        """Return what of the written fields nobody has changed since."""
        found = self.found(cloud)
        return () if found is None else standing_parts(found.fields, made.diff)

    def trace(self, cloud: Cloud) -> Trace:
        """Return the id that Google gave it."""
        found = self.found(cloud)
        if found is None:
            return Trace()
        mine = all(found.fields.get(f"labels.{key}") == value for key, value in LABELS.items())
        return Trace(identity=found.uid, labelled=mine)


def _unready(found: Found) -> tuple[FieldDiff, ...]:
    """Return the state of something of Tarmac's own that is not up (yet)."""
    if found.reconciling:
        return (FieldDiff(STATE, _("being deployed"), _("ready")),)
    if found.condition.state == "FAILED":
        return (FieldDiff(STATE, found.condition.reason or "FAILED", _("ready")),)
    return ()
