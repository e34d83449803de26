"""google_service_account, and one non-authoritative IAM member for every grant."""

from __future__ import annotations

from wizards.cloud.things import Condition, PolicyOf, role_and_condition
from wizards.setup.account import AccountResource
from wizards.setup.bindings import BindingsResource, Grant
from wizards.setup.export.terraform.hcl import Block, Expression, Value, template
from wizards.setup.export.terraform.pieces import (
    PROJECT,
    Import,
    NotCovered,
    Piece,
    Scope,
    label_of,
    nested,
    piece_of,
    resource_block,
)
from wizards.setup.members import NUMBER
from wizards.setup.naming import email

_MEMBER = "serviceAccount:"


@piece_of.register
def _account(resource: AccountResource, scope: Scope) -> Piece:
    label = scope.label(resource)
    address = email(resource.project, resource.account)
    block = resource_block(
        "google_service_account",
        label,
        {
            "project": PROJECT,
            "account_id": resource.account,
            "display_name": resource.title,
        },
        why=resource.why,
        after=scope.need(resource),
    )
    return Piece(
        area="identities",
        blocks=(block,),
        imports=(
            Import(
                to=f"google_service_account.{label}",
                id=f"projects/{resource.project}/serviceAccounts/{address}",
            ),
        ),
    )


@piece_of.register
def _bindings(resource: BindingsResource, scope: Scope) -> Piece:
    """Members, not whole policies: everybody else's grants stay as they are."""
    type_, place = _place(resource, scope)
    number = "google_project.main.number"
    taken: list[str] = []
    blocks: list[Block] = []
    imports: list[Import] = []
    for grant in resource.grants:
        short = label_of(_short(resource, grant, scope))
        label = short if short not in taken else f"{short}_{len(taken)}"
        taken.append(label)
        member = _member(resource, grant.member, scope)
        role, condition = role_and_condition(grant.role)
        attributes = {**place, "role": role, "member": member}
        parts = _condition(condition) if condition else ()
        blocks.append(resource_block(type_, label, attributes, *parts, why=grant.why))
        words = f"{_policy_id(resource.of)} {role} {grant.member.replace(NUMBER, '<number>')}"
        words += f" {condition.title}" if condition else ""
        known = template(words, number=number) if NUMBER in grant.member else words
        imports.append(Import(to=f"{type_}.{label}", id=known))
    return Piece(area="permissions", blocks=tuple(blocks), imports=tuple(imports))


def _condition(condition: Condition) -> tuple[Block, ...]:
    return (nested("condition", title=condition.title, expression=condition.expression),)


def _policy_id(of: PolicyOf) -> str:
    """Return how the provider names the thing that a policy belongs to."""
    return of.name.removeprefix("projects/") if of.kind == "project" else of.name


def _short(resource: BindingsResource, grant: Grant, scope: Scope) -> str:
    """Return what tells a grant from others of its type: "cloudsql_client_notes_run"."""
    member = grant.member.partition(":")[2]
    who = member.partition("@")[0] if "@" in member else member.rsplit("/", 1)[-1]
    role = role_and_condition(grant.role)[0].removeprefix("roles/")
    if resource.of.kind == "project":
        return f"{role}_{who}"
    return f"{scope.label(resource)}_{role.rsplit('.', 1)[-1]}_{who}"


def _member(resource: BindingsResource, member: str, scope: Scope) -> Value:
    own = scope.account(resource.project, member.removeprefix(_MEMBER))
    if member.startswith(_MEMBER) and own is not None:
        return Expression(f"{own.text}.member")
    if NUMBER in member:
        return template(member.replace(NUMBER, "<number>"), number="google_project.main.number")
    return member


def _place(resource: BindingsResource, scope: Scope) -> tuple[str, dict[str, Value]]:
    """Return the type of resource for a policy, and the arguments that say whose policy it is."""
    parts = resource.of.name.split("/")
    match resource.of.kind:
        case "project":
            return "google_project_iam_member", {"project": PROJECT}
        case "secret":
            secret = scope.address("google_secret_manager_secret", f"secret:{parts[-1]}")
            place: Value = Expression(f"{secret}.secret_id") if secret else parts[-1]
            return "google_secret_manager_secret_iam_member", {
                "project": PROJECT,
                "secret_id": place,
            }
        case "repository":
            type_ = "google_artifact_registry_repository"
            known = scope.address(type_, f"repository:{parts[-1]}")
            return f"{type_}_iam_member", {
                "project": PROJECT,
                "location": parts[3],
                "repository": Expression(f"{known}.name") if known else parts[-1],
            }
        case "account":
            account = scope.account(resource.project, parts[-1])
            named = Expression(f"{account.text}.name") if account else resource.of.name
            return "google_service_account_iam_member", {"service_account_id": named}
        case kind:
            raise NotCovered(f"iam:{kind}")
