"""The GitHub repository, linked through a connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from generators.language import _
from wizards.cloud.port import Cloud
from wizards.setup.resource import AS_WANTED, Made, Resource, Seen, new
from wizards.setup.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRepositoryResource(Resource):
    """One linked repository, "owner/name"; a link of any other id is used as it is."""

    github: str
    link: str
    connection: str
    region: str

    kind: ClassVar[str] = "build.repository"
    api: ClassVar[str] = "cloudbuild.googleapis.com"
    seconds: ClassVar[float] = 6.0

    @property
    def name(self) -> str:
        """The connection and the repository."""
        return f"{self.connection}/{self.github}"

    @property
    def address(self) -> str:
        """Where it is cloned from."""
        return f"https://github.com/{self.github}.git"

    @property
    def why(self) -> str:
        """What it is for and what breaks without it."""
        return _("a push to {repository} is noticed; without it, nothing is built").format(
            repository=self.github
        )

    def look(self, cloud: Cloud) -> Seen:
        """Read the links of the connection."""
        found = cloud.linked_repository(self.project, self.region, self.connection, self.address)
        return self.absent() if found is None else AS_WANTED

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        return new({"id": self.link, "address": self.address})

    def make(self, work: Work, seen: Seen) -> None:  # noqa: ARG002
        """Link the repository."""
        work.finish(
            work.cloud.start_repository_link(
                self.project, self.region, self.connection, self.link, self.address
            )
        )

    @property
    def inside(self) -> str:
        """The connection, which takes its links along when it is deleted."""
        return f"build.connection:{self.connection}"

    def command(self, seen: Seen) -> str:  # noqa: ARG002
        """Return what a person would type for the same."""
        return f"gcloud builds repositories create {self._where()} --remote-uri={self.address}"

    def _where(self) -> str:
        return (
            f"{self.link} --connection={self.connection} --region={self.region} "
            f"--project={self.project}"
        )

    def remove(self, work: Work, made: Made) -> None:
        """Take away the link that was made here; the repository itself stays as it is."""
        found = work.cloud.linked_repository(
            self.project, self.region, self.connection, self.address
        )
        if made.created and found is not None:
            work.finish(work.cloud.start_repository_unlink(found.name))

    def undo_command(self, made: Made) -> str:
        """Return what a person would type to take it back."""
        return f"gcloud builds repositories delete {self._where()} --quiet" if made.created else ""

    def permissions(self, seen: Seen) -> tuple[str, ...]:  # noqa: ARG002
        """Return the permissions on the project that making it takes."""
        return ("cloudbuild.repositories.create",)
