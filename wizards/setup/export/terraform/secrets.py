"""google_secret_manager_secret; a value only on request, write-only, so that no state holds it."""

from __future__ import annotations

from wizards.setup.export.terraform.hcl import Block, Expression
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
from wizards.setup.secret import SecretResource

TYPE = "google_secret_manager_secret"


@piece_of.register
def _secret(resource: SecretResource, scope: Scope) -> Piece:
    """Versions are not imported: reading one would put its value into the state."""
    label = scope.label(resource)
    secret = resource_block(
        TYPE,
        label,
        {"project": PROJECT, "secret_id": resource.secret, "labels": LABELS_HERE},
        Block(
            type="replication",
            blocks=(nested("user_managed", nested("replicas", location=resource.region)),),
        ),
        kept("annotations"),
        why=resource.why,
        after=scope.need(resource),
    )
    version = resource_block(
        f"{TYPE}_version",
        label,
        {
            "count": Expression(f"var.{version_of(label)} > 0 ? 1 : 0"),
            "secret": Expression(f"{TYPE}.{label}.id"),
            "secret_data_wo": Expression(f"var.{value_of(label)}"),
            "secret_data_wo_version": Expression(f"var.{version_of(label)}"),
            "deletion_policy": "DISABLE",
        },
        why=f"{resource.variable}: 0 leaves the value alone; a higher number writes a new version.",
    )
    where = f"projects/{resource.project}/secrets/{resource.secret}"
    return Piece(
        area="secrets",
        blocks=(secret, version),
        imports=(Import(to=f"{TYPE}.{label}", id=where),),
        variables=(
            _value(label, resource),
            _number(label, resource),
            _current(label, resource),
        ),
    )


def value_of(label: str) -> str:
    """Return the name of the variable that holds a secret's value while it is written."""
    return f"secret_value_{label}"


def version_of(label: str) -> str:
    """Return the name of the variable whose raising writes a new version of a secret."""
    return f"secret_version_{label}"


def in_use(label: str) -> str:
    """Return the expression for the version that a service reads: a new one, else the one named."""
    written = f"{TYPE}_version.{label}[0].version"
    return f"var.{version_of(label)} > 0 ? {written} : var.secret_in_use_{label}"


def _current(label: str, resource: SecretResource) -> Block:
    command = (
        f"gcloud secrets versions list {resource.secret} --project={resource.project} --limit=1"
    )
    return Block(
        type="variable",
        labels=(f"secret_in_use_{label}",),
        attributes={
            "description": f"The version of {resource.variable} in use: {command}",
            "type": Expression("string"),
            "default": "1",
        },
    )


def _value(label: str, resource: SecretResource) -> Block:
    return Block(
        type="variable",
        labels=(value_of(label),),
        attributes={
            "description": f"The value of {resource.variable}, from TF_VAR_{value_of(label)} only.",
            "type": Expression("string"),
            "default": Expression("null"),
            "sensitive": True,
            "ephemeral": True,
        },
    )


def _number(label: str, resource: SecretResource) -> Block:
    return Block(
        type="variable",
        labels=(version_of(label),),
        attributes={
            "description": f"Raise it to write a new value of {resource.variable}.",
            "type": Expression("number"),
            "default": 0,
        },
    )
