"""Cloud Build: connections and linked repositories (v2), triggers (v1), all of them regional."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizards.cloud.build_things import BuildConnection, BuildTrigger, LinkedRepository
from wizards.cloud.calls import ONCE, Calls, name_of
from wizards.cloud.things import OperationName

if TYPE_CHECKING:
    from google.cloud.devtools import cloudbuild_v1, cloudbuild_v2

SERVICE = "cloudbuild"


class BuildCalls(Calls):
    """The part of the port that is :class:`wizards.cloud.build_port.Builds`."""

    def _hosts(self) -> cloudbuild_v2.RepositoryManagerClient:
        from google.cloud.devtools.cloudbuild_v2 import RepositoryManagerClient

        return self._clients.native(SERVICE, RepositoryManagerClient)

    def _builder(self) -> cloudbuild_v1.CloudBuildClient:
        from google.cloud.devtools.cloudbuild_v1 import CloudBuildClient

        return self._clients.native(SERVICE, CloudBuildClient)

    def build_connection(
        self, project: str, region: str, connection: str
    ) -> BuildConnection | None:
        """Return a connection."""
        name = connection_name(project, region, connection)
        found = self._find(
            "build_connection", lambda: self._hosts().get_connection(name=name, **ONCE)
        )
        return None if found is None else _connection(connection, found)

    def start_build_connection(self, project: str, region: str, connection: str) -> OperationName:
        """Create a connection to github.com; it then waits for a person to agree."""
        from google.cloud.devtools.cloudbuild_v2 import Connection, GitHubConfig

        started = self._write(
            "start_build_connection",
            lambda: self._hosts().create_connection(
                parent=f"projects/{project}/locations/{region}",
                connection_id=connection,
                connection=Connection(github_config=GitHubConfig()),
                **ONCE,
            ),
        )
        return _operation(started)

    def start_build_disconnection(
        self, project: str, region: str, connection: str
    ) -> OperationName:
        """Delete a connection with its links."""
        name = connection_name(project, region, connection)
        started = self._write(
            "start_build_disconnection",
            lambda: self._hosts().delete_connection(name=name, **ONCE),
        )
        return _operation(started)

    def linked_repository(
        self, project: str, region: str, connection: str, address: str
    ) -> LinkedRepository | None:
        """Return the link to "https://github.com/owner/name.git", whatever its id is."""
        parent = connection_name(project, region, connection)
        found = self._find(
            "linked_repository",
            lambda: list(self._hosts().list_repositories(parent=parent, **ONCE)),
        )
        wanted = _plain(address)
        return next(
            (
                LinkedRepository(name=part.name, address=part.remote_uri)
                for part in found or ()
                if _plain(part.remote_uri) == wanted
            ),
            None,
        )

    def start_repository_link(
        self, project: str, region: str, connection: str, link: str, address: str
    ) -> OperationName:
        """Link a repository under an id."""
        from google.cloud.devtools.cloudbuild_v2 import Repository

        started = self._write(
            "start_repository_link",
            lambda: self._hosts().create_repository(
                parent=connection_name(project, region, connection),
                repository_id=link,
                repository=Repository(remote_uri=address),
                **ONCE,
            ),
        )
        return _operation(started)

    def start_repository_unlink(self, name: str) -> OperationName:
        """Take a link away, by its full resource name."""
        started = self._write(
            "start_repository_unlink",
            lambda: self._hosts().delete_repository(name=name, **ONCE),
        )
        return _operation(started)

    def build_trigger(self, project: str, region: str, trigger: str) -> BuildTrigger | None:
        """Return a trigger by its name; its id is the server's."""
        # Without a project id, or the client would take the path of global triggers.
        request = {"parent": f"projects/{project}/locations/{region}"}
        found = self._find(
            "build_trigger",
            lambda: list(self._builder().list_build_triggers(request=request, **ONCE)),
        )
        return next((_trigger(part) for part in found or () if part.name == trigger), None)

    def create_build_trigger(self, project: str, region: str, wanted: BuildTrigger) -> None:
        """Create a trigger; a second one of the same name is refused."""
        request = {
            "parent": f"projects/{project}/locations/{region}",
            "trigger": _message(wanted),
        }
        self._write(
            "create_build_trigger",
            lambda: self._builder().create_build_trigger(request=request, **ONCE),
        )

    def change_build_trigger(
        self, project: str, region: str, wanted: BuildTrigger, fields: tuple[str, ...]
    ) -> None:
        """Write the named fields of a trigger that was read before, and no others."""
        name = f"projects/{project}/locations/{region}/triggers/{wanted.id}"
        message = _message(wanted)
        message.resource_name = name
        request = {
            "trigger": message,
            "update_mask": {"paths": sorted({_PATHS[field] for field in fields})},
        }
        self._write(
            "change_build_trigger",
            lambda: self._builder().update_build_trigger(request=request, **ONCE),
        )

    def remove_build_trigger(self, project: str, region: str, trigger: str) -> None:
        """Delete a trigger by the server's id."""
        request = {"name": f"projects/{project}/locations/{region}/triggers/{trigger}"}
        self._write(
            "remove_build_trigger",
            lambda: self._builder().delete_build_trigger(request=request, **ONCE),
        )


_PATHS = {
    "repository": "repository_event_config",
    "branch": "repository_event_config",
    "file": "filename",
    "account": "service_account",
    "description": "description",
    "disabled": "disabled",
    "substitutions": "substitutions",
}


def connection_name(project: str, region: str, connection: str) -> str:
    """Return the full resource name of a connection."""
    return f"projects/{project}/locations/{region}/connections/{connection}"


def _operation(started: Any) -> OperationName:
    return OperationName(service=SERVICE, name=started.operation.name)


def _plain(address: str) -> str:
    return address.removesuffix("/").removesuffix(".git").lower()


def _connection(connection: str, found: cloudbuild_v2.Connection) -> BuildConnection:
    state = found.installation_state
    github = "github_config" in found
    return BuildConnection(
        id=connection,
        stage=name_of(state.stage),
        action_uri=state.action_uri,
        says=state.message,
        host="github.com" if github else "",
        disabled=found.disabled,
    )


def _trigger(found: cloudbuild_v1.BuildTrigger) -> BuildTrigger:
    event = found.repository_event_config
    return BuildTrigger(
        name=found.name,
        id=found.id,
        repository=event.repository,
        branch=event.push.branch,
        file=found.filename,
        account=found.service_account,
        description=found.description,
        disabled=found.disabled,
        substitutions=dict(found.substitutions),
    )


def _message(wanted: BuildTrigger) -> cloudbuild_v1.BuildTrigger:
    from google.cloud.devtools.cloudbuild_v1 import BuildTrigger as Trigger
    from google.cloud.devtools.cloudbuild_v1 import PushFilter, RepositoryEventConfig

    return Trigger(
        name=wanted.name,
        description=wanted.description,
        repository_event_config=RepositoryEventConfig(
            repository=wanted.repository, push=PushFilter(branch=wanted.branch)
        ),
        filename=wanted.file,
        service_account=wanted.account,
        disabled=wanted.disabled,
        substitutions=dict(wanted.substitutions),
    )
