"""Artifact Registry: where images go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizards.cloud.calls import ONCE, Calls, name_of
from wizards.cloud.cleanup import cleanup_of, with_cleanup
from wizards.cloud.things import ImageCleanup, OperationName, Repository

if TYPE_CHECKING:
    from google.cloud import artifactregistry_v1

SERVICE = "artifactregistry"


class RepositoryCalls(Calls):
    """The part of the port that is :class:`wizards.cloud.port.Repositories`."""

    def _registry(self) -> artifactregistry_v1.ArtifactRegistryClient:
        from google.cloud.artifactregistry_v1 import ArtifactRegistryClient

        return self._clients.native(SERVICE, ArtifactRegistryClient)

    def repository(self, project: str, region: str, repository: str) -> Repository | None:
        """Return a repository."""
        name = repository_name(project, region, repository)
        found = self._find("repository", lambda: self._registry().get_repository(name=name, **ONCE))
        return None if found is None else repository_of(found, region)

    def start_repository(self, project: str, repository: Repository) -> OperationName:
        """Create a repository."""
        from google.cloud.artifactregistry_v1 import Repository as Wanted

        empty = Wanted(format_=repository.format, labels=dict(repository.labels))
        wanted = with_cleanup(empty, repository.cleanup)
        wanted.format_, wanted.labels = empty.format_, empty.labels
        started = self._write(
            "start_repository",
            lambda: self._registry().create_repository(
                parent=f"projects/{project}/locations/{repository.region}",
                repository_id=repository.id,
                repository=wanted,
                **ONCE,
            ),
        )
        return OperationName(service=SERVICE, name=started.operation.name)

    def label_repository(self, project: str, repository: Repository) -> None:
        """Write the labels of a repository and nothing else."""
        from google.cloud.artifactregistry_v1 import Repository as Wanted
        from google.protobuf.field_mask_pb2 import FieldMask

        wanted = Wanted(
            name=repository_name(project, repository.region, repository.id),
            labels=dict(repository.labels),
        )
        self._write(
            "label_repository",
            lambda: self._registry().update_repository(
                repository=wanted, update_mask=FieldMask(paths=["labels"]), **ONCE
            ),
        )

    def clean_repository(
        self, project: str, region: str, repository: str, cleanup: ImageCleanup
    ) -> None:
        """Write our clean-up policies; those of other names stay."""
        from google.protobuf.field_mask_pb2 import FieldMask

        name = repository_name(project, region, repository)
        found = self._read("repository", lambda: self._registry().get_repository(name=name, **ONCE))
        wanted = with_cleanup(found, cleanup)
        self._write(
            "clean_repository",
            lambda: self._registry().update_repository(
                repository=wanted, update_mask=FieldMask(paths=["cleanup_policies"]), **ONCE
            ),
        )


def repository_of(found: artifactregistry_v1.Repository, region: str) -> Repository:
    """Return Google's repository as ours."""
    return Repository(
        id=found.name.rsplit("/", 1)[1],
        region=region,
        format=name_of(found.format_),
        labels=dict(found.labels),
        bytes=found.size_bytes,
        created=found.create_time or None,
        cleanup=cleanup_of(found),
    )


def repository_name(project: str, region: str, repository: str) -> str:
    """Return the full resource name of a repository."""
    return f"projects/{project}/locations/{region}/repositories/{repository}"
