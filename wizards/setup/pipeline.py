"""What a pipeline needs besides its identity: a connection and a trigger, or federation."""

from __future__ import annotations

from collections.abc import Sequence

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.setup.account import AccountResource
from wizards.setup.build_connection import BuildConnectionResource
from wizards.setup.build_repository import BuildRepositoryResource
from wizards.setup.build_trigger import BuildTriggerResource
from wizards.setup.federation_pool import FederationPoolResource
from wizards.setup.federation_provider import FederationProviderResource
from wizards.setup.naming import Names
from wizards.setup.resource import Resource


def build_resources(
    blueprint: Blueprint, names: Names, accounts: Sequence[AccountResource]
) -> list[Resource]:
    """Return what makes Cloud Build listen to GitHub; nothing where no repository is named."""
    if not names.connection_wanted:
        return []
    connection = BuildConnectionResource(
        project=names.project,
        connection=names.connection,
        region=names.build_region,
        needs=(f"iam:project:{names.project}",),
    )
    linked = BuildRepositoryResource(
        project=names.project,
        github=blueprint.pipeline.github,
        link=names.linked,
        connection=names.connection,
        region=names.build_region,
        needs=(connection.id,),
    )
    builder = next(each.id for each in accounts if each.account == names.build_account)
    trigger = BuildTriggerResource(
        project=names.project,
        trigger=names.trigger,
        region=names.build_region,
        branch=blueprint.pipeline.branch,
        account=names.build_email,
        linked=linked,
        needs=(linked.id, builder),
    )
    return [connection, linked, trigger]


def federation_resources(
    blueprint: Blueprint, names: Names, ready: tuple[str, ...]
) -> list[Resource]:
    """Return what lets GitHub Actions log in; nothing for any other pipeline."""
    if not names.pool:
        return []
    pool = FederationPoolResource(
        project=names.project,
        pool=names.pool,
        title=_("{service} on GitHub").format(service=names.service)[:32],
        needs=ready,
    )
    provider = FederationProviderResource(
        project=names.project,
        pool=names.pool,
        provider=names.provider,
        github=blueprint.pipeline.github,
        github_id=blueprint.pipeline.github_id,
        branch=blueprint.pipeline.branch,
        needs=(pool.id,),
    )
    return [pool, provider]
