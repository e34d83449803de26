"""google_artifact_registry_repository."""

from __future__ import annotations

from wizards.setup.export.terraform.hcl import Value
from wizards.setup.export.terraform.pieces import (
    LABELS_HERE,
    PROJECT,
    Import,
    Piece,
    Scope,
    kept,
    piece_of,
    resource_block,
)
from wizards.setup.repository import RepositoryResource

_TYPE = "google_artifact_registry_repository"


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
        _TYPE, label, attributes, kept(), why=resource.why, after=scope.need(resource)
    )
    place = f"projects/{resource.project}/locations/{resource.region}"
    where = f"{place}/repositories/{resource.repository}"
    return Piece(area="images", blocks=(block,), imports=(Import(to=f"{_TYPE}.{label}", id=where),))
