"""google_cloudbuildv2_connection and its trigger; the workload identity pool and its provider."""

from __future__ import annotations

from generators.language import _
from wizards.cloud.federation import DESCRIPTION
from wizards.setup.build_connection import BuildConnectionResource
from wizards.setup.build_repository import BuildRepositoryResource
from wizards.setup.build_trigger import BUILD_FILE, BuildTriggerResource
from wizards.setup.export.terraform.hcl import Block, Expression, Value, template
from wizards.setup.export.terraform.pieces import (
    APIS,
    PROJECT,
    Import,
    Piece,
    Scope,
    kept,
    lifecycle,
    nested,
    piece_of,
    resource_block,
)
from wizards.setup.federation_pool import FederationPoolResource
from wizards.setup.federation_provider import ISSUER, FederationProviderResource

_AREA = "pipeline"
_CONNECTION = "google_cloudbuildv2_connection"
_LINK = "google_cloudbuildv2_repository"
_TRIGGER = "google_cloudbuild_trigger"
_POOL = "google_iam_workload_identity_pool"


@piece_of.register
def _connection(resource: BuildConnectionResource, scope: Scope) -> Piece:
    """What GitHub was agreed to in a browser stays as it is."""
    label = scope.label(resource)
    block = resource_block(
        _CONNECTION,
        label,
        {"project": PROJECT, "location": resource.region, "name": resource.connection},
        nested("github_config"),
        kept("github_config"),
        why=resource.why,
        after=(APIS,),
    )
    where = f"projects/{resource.project}/locations/{resource.region}"
    return Piece(
        area=_AREA,
        blocks=(block,),
        imports=(
            Import(to=f"{_CONNECTION}.{label}", id=f"{where}/connections/{resource.connection}"),
        ),
    )


@piece_of.register
def _link(resource: BuildRepositoryResource, scope: Scope) -> Piece:
    label = scope.label(resource)
    known = scope.address(_CONNECTION, f"build.connection:{resource.connection}")
    block = resource_block(
        _LINK,
        label,
        {
            "project": PROJECT,
            "location": resource.region,
            "name": resource.link,
            "parent_connection": Expression(f"{known}.name") if known else resource.connection,
            "remote_uri": resource.address,
        },
        why=resource.why,
    )
    where = f"projects/{resource.project}/locations/{resource.region}"
    place = f"{where}/connections/{resource.connection}/repositories/{resource.link}"
    return Piece(area=_AREA, blocks=(block,), imports=(Import(to=f"{_LINK}.{label}", id=place),))


@piece_of.register
def _trigger(resource: BuildTriggerResource, scope: Scope) -> Piece:
    """The id of a trigger is the server's: the import waits until the variable names it."""
    label = scope.label(resource)
    linked = scope.address(_LINK, resource.linked.id)
    account = scope.account(resource.project, resource.account)
    place = f"projects/{resource.project}"
    block = resource_block(
        _TRIGGER,
        label,
        {
            "project": PROJECT,
            "location": resource.region,
            "name": resource.trigger,
            "description": _("push to {branch}").format(branch=resource.branch),
            "filename": BUILD_FILE,
            "service_account": Expression(f"{account.text}.name")
            if account
            else f"{place}/serviceAccounts/{resource.account}",
        },
        nested(
            "repository_event_config",
            nested("push", branch=resource.pattern),
            repository=Expression(f"{linked}.id") if linked else resource.linked.address,
        ),
        lifecycle("substitutions", "disabled", "included_files", "ignored_files"),
        why=resource.why,
    )
    variable = f"trigger_id_{label}"
    where = f"{place}/locations/{resource.region}/triggers/<each>"
    return Piece(
        area=_AREA,
        blocks=(block,),
        imports=(
            Import(
                to=f"{_TRIGGER}.{label}", id=template(where, each="each.value"), only_if=variable
            ),
        ),
        variables=(_trigger_id(variable, resource),),
    )


def _trigger_id(variable: str, resource: BuildTriggerResource) -> Block:
    command = (
        f"gcloud builds triggers describe {resource.trigger} --region={resource.region} "
        f"--project={resource.project} --format='value(id)'"
    )
    return Block(
        type="variable",
        labels=(variable,),
        attributes={
            "description": _("The id of the trigger that exists, to import it: {command}").format(
                command=command
            ),
            "type": Expression("string"),
            "default": "",
        },
    )


@piece_of.register
def _pool(resource: FederationPoolResource, scope: Scope) -> Piece:
    label = scope.label(resource)
    attributes: dict[str, Value] = {
        "project": PROJECT,
        "workload_identity_pool_id": resource.pool,
        "display_name": resource.title,
        "description": DESCRIPTION,
    }
    block = resource_block(
        _POOL, label, attributes, kept(), why=resource.why, after=scope.need(resource)
    )
    return Piece(
        area=_AREA,
        blocks=(block,),
        imports=(Import(to=f"{_POOL}.{label}", id=_pool_id(resource.project, resource.pool)),),
    )


@piece_of.register
def _provider(resource: FederationProviderResource, scope: Scope) -> Piece:
    label = scope.label(resource)
    known = scope.address(_POOL, f"federation.pool:{resource.pool}")
    block = resource_block(
        f"{_POOL}_provider",
        label,
        {
            "project": PROJECT,
            "workload_identity_pool_id": Expression(f"{known}.workload_identity_pool_id")
            if known
            else resource.pool,
            "workload_identity_pool_provider_id": resource.provider,
            "display_name": "GitHub",
            "description": DESCRIPTION,
            "attribute_condition": resource.condition,
            "attribute_mapping": dict(resource.mapping),
        },
        nested("oidc", issuer_uri=ISSUER),
        why=resource.why,
    )
    where = f"{_pool_id(resource.project, resource.pool)}/providers/{resource.provider}"
    return Piece(
        area=_AREA, blocks=(block,), imports=(Import(to=f"{_POOL}_provider.{label}", id=where),)
    )


def _pool_id(project: str, pool: str) -> str:
    return f"projects/{project}/locations/global/workloadIdentityPools/{pool}"
