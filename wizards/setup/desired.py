"""From a blueprint to the wanted resources, in dependency order."""

from __future__ import annotations

from collections.abc import Mapping

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.setup.account import AccountResource
from wizards.setup.apis import ApisResource
from wizards.setup.billing import BillingResource
from wizards.setup.bindings import BindingsResource
from wizards.setup.grants import bindings
from wizards.setup.naming import Names, names_of, passwords_of, secrets_of
from wizards.setup.pipeline import build_resources, federation_resources
from wizards.setup.project import ProjectResource
from wizards.setup.repository import RepositoryResource
from wizards.setup.resource import Resource
from wizards.setup.run_desired import run_resources
from wizards.setup.secret import SecretResource
from wizards.setup.sql_desired import database_resources


def resources(blueprint: Blueprint, values: Mapping[str, str] | None = None) -> list[Resource]:
    """Return every wanted resource; ``values`` maps variables to secret values that are known."""
    names = names_of(blueprint)
    project = ProjectResource(
        project=names.project, title=blueprint.project.name, parent=blueprint.project.parent
    )
    billing = BillingResource(
        project=names.project, account=blueprint.project.billing_account, needs=(project.id,)
    )
    apis = ApisResource(project=names.project, wanted=wanted_apis(blueprint), needs=(billing.id,))
    ready = (apis.id,)
    accounts = _accounts(names, ready)
    repository = RepositoryResource(
        project=names.project,
        repository=names.repository,
        region=names.region,
        keep_images=blueprint.pipeline.keep_images,
        decided=blueprint.named is None or "pipeline.keep_images" in blueprint.named,
        needs=ready,
    )
    secrets = _secrets(blueprint, names, values or {}, ready)
    federation = federation_resources(blueprint, names, ready)
    pool = next((part.id for part in federation if part.kind == "federation.pool"), "")
    grants: list[BindingsResource] = bindings(blueprint, names, accounts, repository, secrets, pool)
    found: list[Resource] = [
        project,
        billing,
        apis,
        *accounts,
        repository,
        *secrets,
        *database_resources(blueprint, names, secrets, accounts, ready),
        *federation,
        *grants,
        *build_resources(blueprint, names, accounts),
    ]
    return [*found, *run_resources(blueprint, names, found, secrets)]


def wanted_apis(blueprint: Blueprint) -> dict[str, str]:
    """Return the APIs that this blueprint needs, each with the reason."""
    wanted = {
        "cloudresourcemanager.googleapis.com": _("reading and granting permissions"),
        "orgpolicy.googleapis.com": _("reading what the organisation forbids, before any write"),
        "iam.googleapis.com": _("service accounts"),
        "secretmanager.googleapis.com": _("secrets"),
        "artifactregistry.googleapis.com": _("container images"),
    }
    if blueprint.service.runtime == "cloud-run":
        wanted["run.googleapis.com"] = _("the service and its migration job")
    else:
        wanted["compute.googleapis.com"] = _("the virtual machine")
    if blueprint.database is not None:
        wanted["sqladmin.googleapis.com"] = _("the database")
        wanted["sql-component.googleapis.com"] = _("attaching the database to Cloud Run")
        if blueprint.database.network:
            wanted["compute.googleapis.com"] = _("the network of the database")
            wanted["servicenetworking.googleapis.com"] = _("the database's private address")
    if blueprint.pipeline.kind == "cloud-build":
        wanted["cloudbuild.googleapis.com"] = _("building images")
        wanted["logging.googleapis.com"] = _("build logs")
        wanted["storage.googleapis.com"] = _("the source that gcloud builds submit sends")
    if blueprint.pipeline.kind == "github":
        wanted["iamcredentials.googleapis.com"] = _("keyless login of GitHub Actions")
        wanted["sts.googleapis.com"] = _("keyless login of GitHub Actions")
    return wanted


def _accounts(names: Names, ready: tuple[str, ...]) -> list[AccountResource]:
    jobs = [(names.runtime_account, "run", _("{service} at run time"))]
    if names.migration_account:
        jobs.append((names.migration_account, "migrate", _("{service} migrations")))
    if names.build_account:
        jobs.append((names.build_account, "build", _("{service} builds")))
    first: dict[str, AccountResource] = {}
    for account, purpose, title in jobs:
        made = AccountResource(
            project=names.project,
            account=account,
            purpose=purpose,
            title=title.format(service=names.service),
            needs=ready,
        )
        first.setdefault(account, made)
    return list(first.values())


def _secrets(
    blueprint: Blueprint, names: Names, values: Mapping[str, str], ready: tuple[str, ...]
) -> list[SecretResource]:
    passwords = passwords_of(blueprint)
    return [
        SecretResource(
            project=names.project,
            variable=variable,
            secret=secret.name,
            region=names.region,
            source=secret.source,
            value=values.get(variable),
            is_password=variable in passwords,
            needs=ready,
        )
        for variable, secret in secrets_of(blueprint).items()
    ]
