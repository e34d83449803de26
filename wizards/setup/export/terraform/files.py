"""The whole configuration: one file per area, what it needs to run, and the imports apart."""

from __future__ import annotations

from collections.abc import Sequence

from generators.language import _
from generators.quoting import comment
from wizards.setup.apis import ApisResource
from wizards.setup.export.exported import Export, ExportedFile
from wizards.setup.export.terraform import (
    database,
    identities,
    images,
    pipeline,
    project,
    run,
    secrets,
)
from wizards.setup.export.terraform.hcl import Block, Call, Expression, Value, written
from wizards.setup.export.terraform.pieces import (
    Import,
    NotCovered,
    Piece,
    Scope,
    own_labels,
    piece_of,
)
from wizards.setup.resource import Resource

AREAS = (project, identities, images, secrets, database, pipeline, run)
"""The modules that register Terraform; importing them is what makes a kind covered."""

TERRAFORM = ">= 1.11"
"""Write-only arguments came with it."""
PROVIDER = ">= 6.50, < 8.0"


def terraform_files(resources: Sequence[Resource], made_by: str, region: str) -> Export:
    """Return the files; ``made_by`` is the first comment of each."""
    scope = Scope.of(resources)
    pieces: list[Piece] = []
    uncovered: list[str] = []
    for resource in resources:
        try:
            pieces.append(piece_of(resource, scope))
        except NotCovered:
            uncovered.append(resource.id)
    areas = dict.fromkeys(piece.area for piece in pieces if piece.blocks)
    bodies = {
        "versions": written([_terraform()]),
        "main": written([_provider(), _locals(resources)]),
        "variables": written(_variables(resources[0].project, region, pieces)),
    }
    for area in areas:
        blocks = [block for piece in pieces if piece.area == area for block in piece.blocks]
        bodies[area] = written(blocks)
    bodies["imports"] = _imports([made for piece in pieces for made in piece.imports])
    if uncovered:
        bodies["main"] = _left_out(uncovered) + bodies["main"]
    files = tuple(
        ExportedFile(name=f"{name}.tf", text=f"{made_by}\n\n{body}")
        for name, body in bodies.items()
    )
    return Export(form="terraform", files=files, uncovered=tuple(uncovered))


def _left_out(uncovered: Sequence[str]) -> str:
    lines = [f"# NOT COVERED: {comment(key)}; tarmac apply makes it." for key in uncovered]
    return "\n".join(lines) + "\n\n"


def _terraform() -> Block:
    google: Value = {"source": "hashicorp/google", "version": PROVIDER}
    return Block(
        type="terraform",
        attributes={"required_version": TERRAFORM},
        blocks=(Block(type="required_providers", attributes={"google": google}),),
    )


def _provider() -> Block:
    return Block(
        type="provider",
        labels=("google",),
        attributes={
            "project": Expression("var.project"),
            "region": Expression("var.region"),
            "add_terraform_attribution_label": False,
        },
    )


def _locals(resources: Sequence[Resource]) -> Block:
    apis = [part for part in resources if isinstance(part, ApisResource)]
    names: Value = [api for part in apis for api in part.wanted]
    return Block(type="locals", attributes={"labels": own_labels(), "apis": Call("toset", names)})


def _variables(project: str, region: str, pieces: Sequence[Piece]) -> list[Block]:
    text = Expression("string")
    known = [
        Block(
            type="variable",
            labels=(name,),
            attributes={"description": says, "type": text, "default": default},
        )
        for name, says, default in (
            ("project", _("The id of the Google Cloud project."), project),
            ("region", _("The region of the service and its database."), region),
        )
    ]
    return [*known, *(block for piece in pieces for block in piece.variables)]


def _imports(found: Sequence[Import]) -> str:
    why = _("What exists already. For a project made from nothing, delete this file.")
    blocks = [_import(made) for made in found]
    return f"# {comment(why)}\n\n{written(blocks)}"


def _import(made: Import) -> Block:
    attributes: dict[str, Value] = {}
    if made.only_if:
        variable = f"var.{made.only_if}"
        attributes["for_each"] = Expression(f'toset({variable} == "" ? [] : [{variable}])')
    attributes |= {"to": Expression(made.to), "id": made.id}
    return Block(type="import", attributes=attributes)
