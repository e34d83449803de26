"""Secret Manager: secrets, their versions and, only where it must be, a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizards.cloud.calls import ONCE, Calls, name_of
from wizards.cloud.crc32c import crc32c
from wizards.cloud.retrying import Effect
from wizards.cloud.things import Secret, SecretVersion

if TYPE_CHECKING:
    from google.cloud import secretmanager_v1


class SecretCalls(Calls):
    """The part of the port that is :class:`wizards.cloud.port.Secrets`."""

    def _secrets(self) -> secretmanager_v1.SecretManagerServiceClient:
        from google.cloud.secretmanager_v1 import SecretManagerServiceClient

        return self._clients.native("secretmanager", SecretManagerServiceClient)

    def secret(self, project: str, secret: str) -> Secret | None:
        """Return a secret without values."""
        name = secret_name(project, secret)
        found = self._find("secret", lambda: self._secrets().get_secret(name=name, **ONCE))
        return None if found is None else secret_of(found)

    def create_secret(self, project: str, secret: Secret) -> Secret:
        """Create an empty secret, replicated in its regions only."""
        from google.cloud.secretmanager_v1 import Replication
        from google.cloud.secretmanager_v1 import Secret as Wanted

        kept = Replication.UserManaged.Replica
        wanted = Wanted(
            replication=Replication(
                user_managed=Replication.UserManaged(
                    replicas=[kept(location=region) for region in secret.regions]
                )
            ),
            labels=dict(secret.labels),
            annotations=dict(secret.annotations),
        )
        made = self._write(
            "create_secret",
            lambda: self._secrets().create_secret(
                parent=f"projects/{project}", secret_id=secret.id, secret=wanted, **ONCE
            ),
        )
        return secret_of(made)

    def mark_secret(self, project: str, secret: Secret) -> Secret:
        """Write labels and annotations with the etag they were read with."""
        from google.cloud.secretmanager_v1 import Secret as Wanted
        from google.protobuf.field_mask_pb2 import FieldMask

        wanted = Wanted(
            name=secret_name(project, secret.id),
            labels=dict(secret.labels),
            annotations=dict(secret.annotations),
            etag=secret.etag,
        )
        made = self._write(
            "mark_secret",
            lambda: self._secrets().update_secret(
                secret=wanted, update_mask=FieldMask(paths=["labels", "annotations"]), **ONCE
            ),
        )
        return secret_of(made)

    def secret_versions(self, project: str, secret: str) -> list[SecretVersion]:
        """Return the versions, newest first; none for a secret that is not there."""
        parent = secret_name(project, secret)
        found = self._find(
            "secret_versions",
            lambda: list(self._secrets().list_secret_versions(parent=parent, **ONCE)),
        )
        versions = [_version(part) for part in found or ()]
        return sorted(versions, key=lambda version: version.number, reverse=True)

    def add_secret_version(self, project: str, secret: str, value: str) -> SecretVersion:
        """Add a value; every call adds a version."""
        data = value.encode()
        request = {
            "parent": secret_name(project, secret),
            "payload": {"data": data, "data_crc32c": crc32c(data)},
        }
        made = self._write(
            "add_secret_version",
            lambda: self._secrets().add_secret_version(request=request, **ONCE),
            Effect.ADDS,
        )
        return _version(made)

    def secret_value(self, project: str, secret: str, version: str = "latest") -> str:
        """Return a value as text; bytes that are no UTF-8 as lone surrogates, unlike any text."""
        name = f"{secret_name(project, secret)}/versions/{version}"
        found = self._read(
            "secret_value", lambda: self._secrets().access_secret_version(name=name, **ONCE)
        )
        return found.payload.data.decode(errors="surrogateescape")


def secret_name(project: str, secret: str) -> str:
    """Return the full resource name of a secret."""
    return f"projects/{project}/secrets/{secret}"


def secret_of(found: secretmanager_v1.Secret) -> Secret:
    """Return Google's secret as ours."""
    return Secret(
        id=found.name.rsplit("/", 1)[1],
        regions=tuple(replica.location for replica in found.replication.user_managed.replicas),
        labels=dict(found.labels),
        annotations=dict(found.annotations),
        etag=found.etag,
        created=found.create_time or None,
    )


def _version(found: secretmanager_v1.SecretVersion) -> SecretVersion:
    return SecretVersion(
        number=int(found.name.rsplit("/", 1)[1]),
        state=name_of(found.state),
        created=found.create_time or None,
    )
