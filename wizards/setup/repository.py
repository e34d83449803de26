"""The Artifact Registry repository for images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from generators.language import _
from wizards.cloud.port import Cloud
from wizards.cloud.things import Repository
from wizards.plan import Action, FieldDiff
from wizards.setup.marks import label_fields, labels_before, still, trace_of
from wizards.setup.prices import registry_month
from wizards.setup.resource import (
    AS_WANTED,
    LABELS,
    Made,
    Resource,
    Seen,
    Trace,
    labelled,
    new,
)
from wizards.setup.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryResource(Resource):
    """A Docker repository in the project's region; format and region never change."""

    repository: str
    region: str
    keep_images: int = 10

    kind: ClassVar[str] = "repository"
    api: ClassVar[str] = "artifactregistry.googleapis.com"
    seconds: ClassVar[float] = 6.0

    @property
    def name(self) -> str:
        """The repository's id."""
        return self.repository

    @property
    def why(self) -> str:
        """What it is for and what breaks without it."""
        return _("images are pushed to {where}; without it no build can end").format(
            where=f"{self.region}-docker.pkg.dev/{self.project}/{self.repository}"
        )

    def cost(self) -> float:
        """Return what the images that are kept cost in USD a month."""
        return registry_month(self.keep_images)

    def look(self, cloud: Cloud) -> Seen:
        """Read the repository."""
        found = cloud.repository(self.project, self.region, self.repository)
        if found is None:
            return self.absent()
        if found.format != "DOCKER":
            return Seen(
                action=Action.BLOCKED,
                blocked_by=_("it exists for {format} packages; choose another name").format(
                    format=found.format
                ),
            )
        if labelled(found.labels):
            return AS_WANTED
        diff = FieldDiff("labels.managed-by", found.labels.get("managed-by"), "tarmac")
        return Seen(action=Action.ADOPT, diff=(diff,))

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        return new({"id": self.repository, "region": self.region, "format": "DOCKER"}, self.cost())

    def make(self, work: Work, seen: Seen) -> None:
        """Create the repository, or put the label on one that exists."""
        if seen.action is Action.ADOPT:
            found = work.cloud.repository(self.project, self.region, self.repository)
            labels = {**(found.labels if found else {}), **LABELS}
            work.cloud.label_repository(self.project, self._wanted(labels))
            return
        work.finish(work.cloud.start_repository(self.project, self._wanted(dict(LABELS))))

    def _wanted(self, labels: dict[str, str]) -> Repository:
        return Repository(id=self.repository, region=self.region, labels=labels)

    def remove(self, work: Work, made: Made) -> None:
        """Delete the repository, or take only the label off one that was there before."""
        found = work.cloud.repository(self.project, self.region, self.repository)
        if found is None:
            return
        if made.created:
            start = work.cloud.start_repository_deletion
            work.finish(start(self.project, self.region, self.repository))
            return
        labels = labels_before(found.labels, made.diff)
        if labels != dict(found.labels):
            work.cloud.label_repository(self.project, self._wanted(labels))

    def undo_command(self, made: Made) -> str:
        """Return what a person would type to take it back."""
        where = f"--location={self.region} --project={self.project}"
        if made.created:
            return f"gcloud artifacts repositories delete {self.repository} {where}"
        words = "--remove-labels=managed-by"
        return f"gcloud artifacts repositories update {self.repository} {words} {where}"

    def loses(self) -> str:
        """Return what goes with it."""
        return _("every image in it")

    def holds_data(self, cloud: Cloud) -> bool:
        """Say whether an image was ever pushed."""
        return cloud.has_images(self.project, self.region, self.repository)

    def standing(self, cloud: Cloud, made: Made) -> tuple[FieldDiff, ...]:
        """Return the label when it is still there."""
        found = cloud.repository(self.project, self.region, self.repository)
        return still(made.diff, label_fields(found.labels) if found else {})

    def trace(self, cloud: Cloud) -> Trace:
        """Return when it was made."""
        found = cloud.repository(self.project, self.region, self.repository)
        return trace_of(found.created, found.labels) if found else Trace()

    def command(self, seen: Seen) -> str:
        """Return what a person would type for the same."""
        verb = "update" if seen.action is Action.ADOPT else "create"
        words = "--update-labels" if seen.action is Action.ADOPT else "--labels"
        form = "" if seen.action is Action.ADOPT else "--repository-format=docker "
        return (
            f"gcloud artifacts repositories {verb} {self.repository} {form}"
            f"--location={self.region} {words}=managed-by=tarmac --project={self.project}"
        )

    def permissions(self, seen: Seen) -> tuple[str, ...]:
        """Return the permissions on the project that making it takes."""
        verb = "update" if seen.action is Action.ADOPT else "create"
        return (f"artifactregistry.repositories.{verb}",)
