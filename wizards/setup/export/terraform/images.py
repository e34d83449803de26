"""google_artifact_registry_repository."""

from __future__ import annotations

from wizards.setup.export.terraform.hcl import Block, Value
from wizards.setup.export.terraform.pieces import (
    LABELS_HERE,
    PROJECT,
    Import,
    Piece,
    Scope,
    kept,
    nested,
    piece_of,
    resource_block,
)
from wizards.setup.image_cleanup import UNTAGGED_DAYS
from wizards.setup.repository import RepositoryResource

_TYPE = "google_artifact_registry_repository"
_DAY = 86_400


@piece_of.register
def _repository(resource: RepositoryResource, scope: Scope) -> Piece:
    label = scope.label(resource)
    attributes: dict[str, Value] = {
        "project": PROJECT,
        "location": resource.region,
        "repository_id": resource.repository,
        "format": "DOCKER",
        "labels": LABELS_HERE,
    }
    block = resource_block(
        _TYPE,
        label,
        attributes,
        *_cleanup(resource),
        kept(),
        why=resource.why,
        after=scope.need(resource),
    )
    place = f"projects/{resource.project}/locations/{resource.region}"
    where = f"{place}/repositories/{resource.repository}"
    return Piece(area="images", blocks=(block,), imports=(Import(to=f"{_TYPE}.{label}", id=where),))


def _cleanup(resource: RepositoryResource) -> tuple[Block, Block]:
    """The newest images stay; untagged ones go after a while."""
    newest = nested("most_recent_versions", keep_count=resource.keep_images)
    old = nested("condition", tag_state="UNTAGGED", older_than=f"{UNTAGGED_DAYS * _DAY}s")
    return (
        nested("cleanup_policies", newest, id="tarmac-keep-newest", action="KEEP"),
        nested("cleanup_policies", old, id="tarmac-delete-untagged", action="DELETE"),
    )
