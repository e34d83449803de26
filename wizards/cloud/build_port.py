"""The parts of the port for pipelines: Cloud Build, and the identities of builds elsewhere."""

from __future__ import annotations

from typing import Protocol

from wizards.cloud.build_things import (
    BuildConnection,
    BuildTrigger,
    IdentityPool,
    IdentityProvider,
    LinkedRepository,
)
from wizards.cloud.things import OperationName


class Builds(Protocol):
    """Cloud Build: connections, linked repositories and triggers of a region."""

    def build_connection(
        self, project: str, region: str, connection: str
    ) -> BuildConnection | None:
        """Return a connection."""
        ...

    def start_build_connection(self, project: str, region: str, connection: str) -> OperationName:
        """Create a connection to github.com; it then waits for a person to agree."""
        ...

    def start_build_disconnection(
        self, project: str, region: str, connection: str
    ) -> OperationName:
        """Delete a connection with its links."""
        ...

    def linked_repository(
        self, project: str, region: str, connection: str, address: str
    ) -> LinkedRepository | None:
        """Return the link to "https://github.com/owner/name.git", whatever its id is."""
        ...

    def start_repository_link(
        self, project: str, region: str, connection: str, link: str, address: str
    ) -> OperationName:
        """Link a repository under an id."""
        ...

    def start_repository_unlink(self, name: str) -> OperationName:
        """Take a link away, by its full resource name."""
        ...

    def build_trigger(self, project: str, region: str, trigger: str) -> BuildTrigger | None:
        """Return a trigger by its name; its id is the server's."""
        ...

    def create_build_trigger(self, project: str, region: str, wanted: BuildTrigger) -> None:
        """Create a trigger; a second one of the same name is refused."""
        ...

    def change_build_trigger(
        self, project: str, region: str, wanted: BuildTrigger, fields: tuple[str, ...]
    ) -> None:
        """Write the named fields of a trigger that was read before, and no others."""
        ...

    def remove_build_trigger(self, project: str, region: str, trigger: str) -> None:
        """Delete a trigger by the server's id."""
        ...


class Federation(Protocol):
    """Workload Identity pools and their providers."""

    def identity_pool(self, project: str, pool: str) -> IdentityPool | None:
        """Return a pool, a softly deleted one too."""
        ...

    def start_identity_pool(self, project: str, pool: str, title: str) -> OperationName:
        """Create a pool."""
        ...

    def start_pool_undelete(self, project: str, pool: str) -> OperationName:
        """Bring a softly deleted pool back, with its providers."""
        ...

    def start_pool_removal(self, project: str, pool: str) -> OperationName:
        """Delete a pool softly; its id stays taken for thirty days."""
        ...

    def identity_provider(self, project: str, pool: str, provider: str) -> IdentityProvider | None:
        """Return a provider, a softly deleted one too."""
        ...

    def start_identity_provider(
        self, project: str, pool: str, wanted: IdentityProvider, title: str
    ) -> OperationName:
        """Create an OIDC provider."""
        ...

    def start_provider_change(
        self, project: str, pool: str, wanted: IdentityProvider
    ) -> OperationName:
        """Write the mapping and the condition of a provider, and nothing else."""
        ...

    def start_provider_undelete(self, project: str, pool: str, provider: str) -> OperationName:
        """Bring a softly deleted provider back."""
        ...

    def start_provider_removal(self, project: str, pool: str, provider: str) -> OperationName:
        """Delete a provider softly."""
        ...
