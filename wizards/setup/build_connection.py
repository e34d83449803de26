"""Cloud Build's connection to GitHub: made at once, then a person has to agree in a browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from generators.language import _
from wizards.cloud.build_things import COMPLETE, BuildConnection
from wizards.cloud.port import Cloud
from wizards.failures import Failure
from wizards.plan import Action, FieldDiff
from wizards.setup.resource import AS_WANTED, Made, Resource, Seen, new
from wizards.setup.work import Work

# The cloud's seconds that somebody who watches, and that nobody, is waited for.
PATIENCE = 900.0
GRACE = 120.0
_EVERY = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildConnectionResource(Resource):
    """A connection to github.com in the region that builds run in."""

    connection: str
    region: str

    kind: ClassVar[str] = "build.connection"
    api: ClassVar[str] = "cloudbuild.googleapis.com"
    seconds: ClassVar[float] = 60.0

    @property
    def name(self) -> str:
        """The connection's id."""
        return self.connection

    @property
    def why(self) -> str:
        """What it is for and what breaks without it."""
        return _(
            "builds read the repository through it; once, somebody who administers the "
            "repository has to agree in a browser"
        )

    def look(self, cloud: Cloud) -> Seen:
        """Read the connection and how far its installation is."""
        found = cloud.build_connection(self.project, self.region, self.connection)
        if found is None:
            return self.absent()
        if not found.host:
            return self._blocked(_("it leads to another host; choose another name"))
        if found.disabled:
            return self._blocked(
                _("it is disabled: {command}").format(
                    command=f"gcloud builds connections update github {self._where()} --no-disabled"
                )
            )
        if found.stage == COMPLETE:
            return AS_WANTED
        return Seen(
            action=Action.UPDATE,
            diff=(FieldDiff("installation", found.stage, COMPLETE),),
            breaks=_("waits for you: {url}").format(url=found.action_uri)
            if found.action_uri
            else "",
        )

    def _blocked(self, why: str) -> Seen:
        return Seen(action=Action.BLOCKED, blocked_by=why)

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        return new({"id": self.connection, "region": self.region, "host": "github.com"})

    def make(self, work: Work, seen: Seen) -> None:
        """Create the connection, show the address, and wait until somebody has agreed."""
        if seen.action is Action.CREATE:
            work.finish(
                work.cloud.start_build_connection(self.project, self.region, self.connection)
            )
        waited, told = 0.0, ""
        while True:
            found = work.cloud.build_connection(self.project, self.region, self.connection)
            if found is not None and found.stage == COMPLETE:
                return
            if found is not None and found.action_uri != told:
                told = found.action_uri
                work.says(_("open this address and agree: {url}").format(url=told))
            if waited >= (PATIENCE if work.attended else GRACE):
                raise self._unagreed(found)
            work.cloud.pause(_EVERY)
            waited += _EVERY

    def _unagreed(self, found: BuildConnection | None) -> Failure:
        url = found.action_uri if found else ""
        return Failure(
            "connection-unagreed",
            _("GitHub is not connected yet: somebody has to agree in a browser"),
            why=(found.says if found else "")
            or _("Cloud Build may read a repository only after its owner has agreed"),
            next=tuple(filter(None, (url, "tarmac apply --resume"))),
        )

    def command(self, seen: Seen) -> str:
        """Return what a person would type for the same."""
        verb = "create github" if seen.action is Action.CREATE else "describe"
        return f"gcloud builds connections {verb} {self._where()}"

    def _where(self) -> str:
        return f"{self.connection} --region={self.region} --project={self.project}"

    def remove(self, work: Work, made: Made) -> None:
        """Delete the connection that was made here; GitHub keeps its own side."""
        found = work.cloud.build_connection(self.project, self.region, self.connection)
        if made.created and found is not None:
            work.finish(
                work.cloud.start_build_disconnection(self.project, self.region, self.connection)
            )

    def undo_command(self, made: Made) -> str:
        """Return what a person would type to take it back."""
        return f"gcloud builds connections delete {self._where()} --quiet" if made.created else ""

    def waits_for(self) -> str:
        """Return what is waited for after the write."""
        return _("until somebody has agreed on GitHub")

    def permissions(self, seen: Seen) -> tuple[str, ...]:
        """Return the permissions on the project that making it takes."""
        get = "cloudbuild.connections.get"
        return ("cloudbuild.connections.create", get) if seen.action is Action.CREATE else (get,)
