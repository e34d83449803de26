"""What one resource becomes in Terraform; every kind registers its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch

from wizards.setup.export.terraform.hcl import Block, Expression, Value
from wizards.setup.naming import email
from wizards.setup.resource import LABELS, Resource

PROJECT = Expression("google_project.main.project_id")
APIS = "google_project_service.apis"
LABELS_HERE = Expression("local.labels")


class NotCovered(Exception):
    """A kind of resource that nobody has written Terraform for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """An address in the configuration and the id of what exists; both are HCL expressions."""

    to: str
    id: Value
    only_if: str = ""
    """A variable that must not be empty for this import to happen; its value is the id's end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Blocks for the file of an area, imports, and blocks for variables.tf."""

    area: str
    blocks: tuple[Block, ...] = ()
    imports: tuple[Import, ...] = ()
    variables: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Every resource of the export, so that one can refer to another; ``labels`` by id."""

    resources: Mapping[str, Resource]
    labels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, resources: Sequence[Resource]) -> Scope:
        """Return a scope in which every resource has a label of its own among its kind."""
        labels: dict[str, str] = {}
        taken: set[tuple[str, str]] = set()
        for resource in resources:
            plain = label = label_of(resource.name.rsplit("/", 1)[-1])
            number = 2
            family = resource.kind.replace("iam_user", "user")
            while (family, label) in taken:
                label = f"{plain}_{number}"
                number += 1
            taken.add((family, label))
            labels[resource.id] = label
        return cls({resource.id: resource for resource in resources}, labels)

    def label(self, resource: Resource) -> str:
        """Return the label of a resource."""
        return self.labels[resource.id]

    def address(self, type_: str, key: str) -> str | None:
        """Return "type.label" of a resource by its id, None when it is not part of the export."""
        return f"{type_}.{self.labels[key]}" if key in self.labels else None

    def account(self, project: str, address: str) -> Expression | None:
        """Return the address of a service account by its e-mail, where it is one of ours."""
        short = address.partition("@")[0]
        known = self.address("google_service_account", f"account:{short}")
        return Expression(known) if known and email(project, short) == address else None

    def need(self, resource: Resource) -> tuple[str, ...]:
        """Return what no reference says: that the APIs must be enabled first."""
        return (APIS,) if any(need.startswith("apis:") for need in resource.needs) else ()


@singledispatch
def piece_of(resource: Resource, scope: Scope) -> Piece:  # noqa: ARG001 - kinds refer through it
    """Return the Terraform of one resource; raises NotCovered for an unknown kind."""
    raise NotCovered(resource.kind)


def resource_block(
    type_: str,
    label: str,
    attributes: Mapping[str, Value],
    *blocks: Block,
    why: str = "",
    after: Sequence[str] = (),
) -> Block:
    """Return a resource; ``after`` lists addresses that must exist first."""
    waits: dict[str, Value] = {"depends_on": [Expression(name) for name in after]} if after else {}
    return Block(
        type="resource",
        labels=(type_, label),
        attributes={**attributes, **waits},
        blocks=blocks,
        why=why,
    )


def nested(type_: str, *blocks: Block, **attributes: Value) -> Block:
    """Return a block inside a resource."""
    return Block(type=type_, attributes=attributes, blocks=blocks)


def kept(*ignored: str) -> Block:
    """Return the lifecycle of what must not be destroyed; ``ignored`` fields may differ."""
    return lifecycle(*ignored, prevent_destroy=True)


def lifecycle(*ignored: str, **attributes: Value) -> Block:
    """Return a lifecycle block; ``ignored`` fields may differ from the configuration."""
    if ignored:
        attributes["ignore_changes"] = [Expression(name) for name in ignored]
    return Block(type="lifecycle", attributes=attributes)


def label_of(name: str) -> str:
    """Return a Terraform identifier for a name."""
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return plain if re.match(r"[A-Za-z_]", plain) else f"_{plain}"


def own_labels() -> Mapping[str, Value]:
    """Return the labels that everything of Tarmac's carries."""
    return dict(LABELS)
