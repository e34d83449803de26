"""google_project with its billing, and google_project_service."""

from __future__ import annotations

from wizards.setup.apis import ApisResource
from wizards.setup.billing import BillingResource
from wizards.setup.export.terraform.hcl import Expression, Value, quoted
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
from wizards.setup.project import ProjectResource

_AREA = "project"
_PARENTS = {"organizations": "org_id", "folders": "folder_id"}


@piece_of.register
def _project(resource: ProjectResource, scope: Scope) -> Piece:
    """A project that existed before keeps its name, place and labels."""
    where, _slash, number = resource.parent.partition("/")
    billing = scope.resources.get(f"billing:{resource.project}")
    account = billing.account if isinstance(billing, BillingResource) else ""
    attributes: dict[str, Value] = {
        "project_id": Expression("var.project"),
        "name": resource.title or resource.project,
    }
    if number:
        attributes[_PARENTS[where]] = number
    if account:
        attributes["billing_account"] = account
    attributes |= {"labels": LABELS_HERE, "deletion_policy": "PREVENT"}
    free = ["name", "org_id", "folder_id", "labels"] + ([] if account else ["billing_account"])
    block = resource_block("google_project", "main", attributes, kept(*free), why=resource.why)
    return Piece(
        area=_AREA,
        blocks=(block,),
        imports=(Import(to="google_project.main", id=resource.project),),
    )


@piece_of.register
def _billing(_resource: BillingResource, _scope: Scope) -> Piece:
    """The project's own block says who pays."""
    return Piece(area=_AREA)


@piece_of.register
def _apis(resource: ApisResource, _scope: Scope) -> Piece:
    block = resource_block(
        "google_project_service",
        "apis",
        {
            "for_each": Expression("local.apis"),
            "project": PROJECT,
            "service": Expression("each.key"),
            "disable_on_destroy": False,
        },
        why=resource.why,
    )
    imports = tuple(
        Import(
            to=f"google_project_service.apis[{quoted(api)}]",
            id=f"{resource.project}/{api}",
        )
        for api in resource.wanted
    )
    return Piece(area=_AREA, blocks=(block,), imports=imports)
