"""The Artifact Registry repository for images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from generators.language import _
from wizards.cloud.port import Cloud
from wizards.cloud.things import ImageCleanup, Repository
from wizards.plan import Action, FieldDiff
from wizards.setup.image_cleanup import (
    PREFIX,
    UNTAGGED_DAYS,
    cleanup_before,
    cleanup_command,
    cleanup_fields,
)
from wizards.setup.marks import label_fields, labels_before, still, trace_of
from wizards.setup.prices import registry_month
from wizards.setup.resource import (
    LABELS,
    Made,
    Resource,
    Seen,
    Trace,
    differing,
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
    decided: bool = True
    """Whether tarmac.toml itself says how many images stay in a repository that exists."""

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
        cleanup = differing(cleanup_fields(found.cleanup), cleanup_fields(self._cleanup))
        kept = () if self.decided else cleanup
        diff = cleanup if self.decided else ()
        mark: tuple[FieldDiff, ...] = ()
        if not labelled(found.labels):
            now = found.labels.get("managed-by")
            mark = (FieldDiff("labels.managed-by", now, "tarmac"),)
        if diff:
            return Seen(
                action=Action.UPDATE,
                diff=(*diff, *mark),
                breaks=_("untagged images older than {days} days are deleted").format(
                    days=UNTAGGED_DAYS
                ),
                kept=kept,
            )
        return Seen(action=Action.ADOPT if mark else Action.NONE, diff=mark, kept=kept)

    @property
    def _cleanup(self) -> ImageCleanup:
        return ImageCleanup(keep_newest=self.keep_images, untagged_days=UNTAGGED_DAYS)

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        fields = {"id": self.repository, "region": self.region, "format": "DOCKER"}
        return new(fields | cleanup_fields(self._cleanup), self.cost())

    def make(self, work: Work, seen: Seen) -> None:
        """Create the repository, or put the label and the policies on one that exists."""
        if seen.action is not Action.CREATE:
            found = work.cloud.repository(self.project, self.region, self.repository)
            if found is not None and not labelled(found.labels):
                labels = {**found.labels, **LABELS}
                work.cloud.label_repository(self.project, self._wanted(labels))
            if any(part.field.startswith(PREFIX) for part in seen.diff):
                clean = work.cloud.clean_repository
                clean(self.project, self.region, self.repository, self._cleanup)
            return
        work.finish(work.cloud.start_repository(self.project, self._wanted(dict(LABELS))))

    def _wanted(self, labels: dict[str, str]) -> Repository:
        return Repository(
            id=self.repository, region=self.region, labels=labels, cleanup=self._cleanup
        )

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
        cleanup = cleanup_before(found.cleanup, made.diff)
        if cleanup != found.cleanup:
            work.cloud.clean_repository(self.project, self.region, self.repository, cleanup)

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
        if found is None:
            return ()
        return still(made.diff, {**label_fields(found.labels), **cleanup_fields(found.cleanup)})

    def blueprint_key(self, field: str) -> str:
        """Return the key of ``[pipeline]`` behind a field."""
        return "pipeline.keep_images" if field == f"{PREFIX}keep_newest" else ""

    def trace(self, cloud: Cloud) -> Trace:
        """Return when it was made."""
        found = cloud.repository(self.project, self.region, self.repository)
        return trace_of(found.created, found.labels) if found else Trace()

    def command(self, seen: Seen) -> str:
        """Return what a person would type for the same."""
        where = f"--location={self.region} --project={self.project}"
        group = "gcloud artifacts repositories"
        cleanup = cleanup_command(self.repository, where, self._cleanup)
        if seen.action is Action.CREATE:
            words = "--repository-format=docker --labels=managed-by=tarmac"
            return f"{group} create {self.repository} {words} {where}\n{cleanup}"
        label = f"{group} update {self.repository} --update-labels=managed-by=tarmac {where}"
        marked = any(part.field.startswith("labels.") for part in seen.diff)
        cleaned = any(part.field.startswith(PREFIX) for part in seen.diff)
        return "\n".join([label] * marked + [cleanup] * cleaned)

    def following(self, seen: Seen) -> str:
        """Return what a person would type to let old images go."""
        number = f"pipeline.keep_images={self.keep_images}"
        return f"tarmac init --set {number}" if seen.kept else ""

    def permissions(self, seen: Seen) -> tuple[str, ...]:
        """Return the permissions on the project that making it takes."""
        verb = "create" if seen.action is Action.CREATE else "update"
        return (f"artifactregistry.repositories.{verb}",)
