"""Least privilege: which identity gets which role on what, and why."""

from __future__ import annotations

from collections.abc import Sequence

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.cloud.things import PolicyOf
from wizards.setup.account import AccountResource
from wizards.setup.bindings import BindingsResource, Grant
from wizards.setup.naming import Names
from wizards.setup.repository import RepositoryResource
from wizards.setup.secret import SecretResource


def bindings(
    blueprint: Blueprint,
    names: Names,
    accounts: Sequence[AccountResource],
    repository: RepositoryResource,
    secrets: Sequence[SecretResource],
) -> list[BindingsResource]:
    """Return one resource per policy that must be written."""
    known = {account.purpose: account.id for account in accounts}
    found = [
        _on_project(blueprint, names, known),
        *(_on_secret(names, secret, known) for secret in secrets),
    ]
    if "build" in known:
        found += [_on_repository(names, repository, known), _on_runtime_account(names, known)]
    return [binding for binding in found if binding.grants]


def _on_project(blueprint: Blueprint, names: Names, known: dict[str, str]) -> BindingsResource:
    runtime = f"serviceAccount:{names.runtime_email}"
    build = f"serviceAccount:{names.build_email}"
    grants: list[Grant] = []
    if blueprint.database is not None:
        grants.append(
            Grant(
                role="roles/cloudsql.client",
                member=runtime,
                why=_("the service reaches its database; without it, connections are refused"),
            )
        )
    if "build" in known:
        grants += [
            Grant(
                role="roles/logging.logWriter",
                member=build,
                why=_("builds write their log; without it, they fail at once"),
            ),
            Grant(
                role="roles/run.developer",
                member=build,
                why=_("builds deploy the service; without it, the last step fails"),
            ),
        ]
    return BindingsResource(
        project=names.project,
        of=PolicyOf("project", f"projects/{names.project}"),
        short=names.project,
        grants=tuple(grants),
        shell=f"gcloud projects {{}} {names.project}",
        needs=tuple(known.values()),
    )


def _on_secret(names: Names, secret: SecretResource, known: dict[str, str]) -> BindingsResource:
    return BindingsResource(
        project=names.project,
        of=PolicyOf("secret", f"projects/{names.project}/secrets/{secret.secret}"),
        short=secret.secret,
        grants=(
            Grant(
                role="roles/secretmanager.secretAccessor",
                member=f"serviceAccount:{names.runtime_email}",
                why=_("the service reads {variable}; without it, it does not start").format(
                    variable=secret.variable
                ),
            ),
        ),
        shell=f"gcloud secrets {{}} {secret.secret} --project={names.project}",
        needs=(secret.id, known["run"]),
    )


def _on_repository(
    names: Names, repository: RepositoryResource, known: dict[str, str]
) -> BindingsResource:
    place = f"projects/{names.project}/locations/{repository.region}"
    return BindingsResource(
        project=names.project,
        of=PolicyOf("repository", f"{place}/repositories/{repository.repository}"),
        short=repository.repository,
        grants=(
            Grant(
                role="roles/artifactregistry.writer",
                member=f"serviceAccount:{names.build_email}",
                why=_("builds push images; without it, the push is refused"),
            ),
        ),
        shell=(
            f"gcloud artifacts repositories {{}} {repository.repository} "
            f"--location={repository.region} --project={names.project}"
        ),
        needs=(repository.id, known["build"]),
    )


def _on_runtime_account(names: Names, known: dict[str, str]) -> BindingsResource:
    account = f"projects/{names.project}/serviceAccounts/{names.runtime_email}"
    return BindingsResource(
        project=names.project,
        of=PolicyOf("account", account),
        short=names.runtime_account,
        grants=(
            Grant(
                role="roles/iam.serviceAccountUser",
                member=f"serviceAccount:{names.build_email}",
                why=_("builds may start services as the runtime identity, and as no other"),
            ),
        ),
        shell=f"gcloud iam service-accounts {{}} {names.runtime_email} --project={names.project}",
        needs=(known["run"], known["build"]),
    )
