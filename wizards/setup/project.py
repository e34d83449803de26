"""The project itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from generators.language import _
from wizards.cloud.port import Cloud
from wizards.plan import Action
from wizards.setup.resource import AS_WANTED, LABELS, Made, Resource, Seen, Trace, labelled, new
from wizards.setup.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectResource(Resource):
    """A Google Cloud project; an existing one is used as it is."""

    title: str = ""
    parent: str = ""

    kind: ClassVar[str] = "project"
    seconds: ClassVar[float] = 8.0

    @property
    def name(self) -> str:
        """The project id."""
        return self.project

    @property
    def why(self) -> str:
        """What it is for and what breaks without it."""
        return _("everything else lives in it; its id can never be changed")

    def look(self, cloud: Cloud) -> Seen:
        """Read the project; a hidden one and an absent one look the same."""
        found = cloud.project(self.project)
        if found is None:
            return self.absent()
        if found.state != "ACTIVE":
            return Seen(
                action=Action.BLOCKED,
                blocked_by=_("it is being deleted; gcloud projects undelete {project}").format(
                    project=self.project
                ),
            )
        return AS_WANTED

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        fields: dict[str, str | int | bool] = {"id": self.project}
        if self.title:
            fields["name"] = self.title
        if self.parent:
            fields["parent"] = self.parent
        return new(fields)

    def make(self, work: Work, seen: Seen) -> None:  # noqa: ARG002
        """Create the project and wait until it can be read."""
        work.finish(
            work.cloud.start_project(
                self.project, name=self.title, parent=self.parent, labels=LABELS
            )
        )
        while work.cloud.project(self.project) is None:
            work.says(_("waiting until the project can be read"))
            work.cloud.pause(2)

    def remove(self, work: Work, made: Made) -> None:
        """Mark the project for deletion, when Tarmac created it."""
        found = work.cloud.project(self.project)
        if made.created and found is not None and found.state == "ACTIVE":
            work.finish(work.cloud.start_project_deletion(self.project))

    def undo_command(self, made: Made) -> str:  # noqa: ARG002
        """Return what a person would type to take it back."""
        return f"gcloud projects delete {self.project}"

    def loses(self) -> str:
        """Return what goes with it."""
        return _(
            "everything in it, final backups too; for about 30 days it can come back: "
            "gcloud projects undelete {project}"
        ).format(project=self.project)

    def trace(self, cloud: Cloud) -> Trace:
        """Return the project's number."""
        found = cloud.project(self.project)
        return Trace(identity=found.number, labelled=labelled(found.labels)) if found else Trace()

    def command(self, seen: Seen) -> str:  # noqa: ARG002
        """Return what a person would type for the same."""
        parts = [f"gcloud projects create {self.project}"]
        if self.title:
            parts.append(f"--name={self.title!r}")
        if self.parent:
            where, number = self.parent.split("/", 1)
            parts.append(f"--{where.rstrip('s')}={number}")
        parts.append("--labels=managed-by=tarmac")
        return " ".join(parts)
