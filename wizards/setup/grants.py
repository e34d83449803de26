"""Least privilege: which identity gets which role on what, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.cloud.build_things import COMPLETE
from wizards.cloud.port import Cloud
from wizards.cloud.things import PolicyOf, under
from wizards.setup.account import AccountResource
from wizards.setup.bindings import BindingsResource, Grant
from wizards.setup.federation_provider import principals
from wizards.setup.members import NUMBER
from wizards.setup.naming import Names, passwords_of, source_bucket
from wizards.setup.readers import migration_secrets, read_by_service
from wizards.setup.repository import RepositoryResource
from wizards.setup.secret import SecretResource

AGENT = f"serviceAccount:service-{NUMBER}@gcp-sa-cloudbuild.iam.gserviceaccount.com"
"""Google's own identity that keeps the token of a connection to GitHub."""


@dataclass(frozen=True, slots=True)
class Identities:
    """The members of a set-up, "" where there is none, and the steps that make them.

    ``deploys`` is whoever builds and deploys: the build account, or GitHub Actions.
    """

    runtime: str
    migration: str
    deploys: str
    steps: Mapping[str, str]

    def needs(self, *members: str) -> tuple[str, ...]:
        """Return the steps that must be done before these members can be granted anything."""
        return tuple(dict.fromkeys(self.steps[each] for each in members if each in self.steps))


def bindings(
    blueprint: Blueprint,
    names: Names,
    accounts: Sequence[AccountResource],
    repository: RepositoryResource,
    secrets: Sequence[SecretResource],
    pool: str = "",
) -> list[BindingsResource]:
    """Return one resource per policy that must be written; ``pool`` is the step that makes one."""
    who = _identities(blueprint, names, accounts, pool)
    found = [
        _on_project(blueprint, names, who),
        *(_on_secret(blueprint, names, who, secret) for secret in secrets),
        _on_repository(blueprint, names, who, repository),
        *(_on_account(names, who, account) for account in accounts),
    ]
    return [_once(binding) for binding in found if binding.grants]


def _once(binding: BindingsResource) -> BindingsResource:
    """Return a resource with each grant once: one account may do several of the jobs."""
    grants = {(grant.role, grant.member): grant for grant in reversed(binding.grants)}
    return replace(binding, grants=tuple(reversed(grants.values())))


def _identities(
    blueprint: Blueprint, names: Names, accounts: Sequence[AccountResource], pool: str
) -> Identities:
    steps = {_member(names, account): account.id for account in accounts}
    deploys = f"serviceAccount:{names.build_email}" if names.build_account else ""
    if names.pool:
        deploys = principals(names.pool, blueprint.pipeline.github, blueprint.pipeline.github_id)
        steps[deploys] = pool
    return Identities(
        runtime=f"serviceAccount:{names.runtime_email}",
        migration=f"serviceAccount:{names.migration_email}" if names.migration_account else "",
        deploys=deploys,
        steps=steps,
    )


def _member(names: Names, account: AccountResource) -> str:
    emails = {
        names.runtime_account: names.runtime_email,
        names.migration_account: names.migration_email,
        names.build_account: names.build_email,
    }
    return f"serviceAccount:{emails[account.account]}"


def _on_project(blueprint: Blueprint, names: Names, who: Identities) -> BindingsResource:
    grants = [*_reaching(blueprint, who), *_deploying(blueprint, names, who)]
    if names.connection_wanted:
        grants.append(
            Grant(
                role="roles/secretmanager.admin",
                member=AGENT,
                why=_(
                    "Cloud Build keeps GitHub's token in a secret of its own; needed until "
                    "GitHub is connected"
                ),
                spent=lambda cloud: _connected(cloud, names),
            )
        )
    return BindingsResource(
        project=names.project,
        of=PolicyOf("project", f"projects/{names.project}"),
        short=names.project,
        grants=tuple(grants),
        shell=f"gcloud projects {{}} {names.project}",
        needs=(f"apis:{names.project}", *who.needs(*(grant.member for grant in grants))),
    )


def _connected(cloud: Cloud, names: Names) -> bool:
    found = cloud.build_connection(names.project, names.build_region, names.connection)
    return found is not None and found.stage == COMPLETE


def _reaching(blueprint: Blueprint, who: Identities) -> list[Grant]:
    """Return what the service and its migrations need to reach the database."""
    database = blueprint.database
    if database is None:
        return []
    grants = [
        Grant(
            role="roles/cloudsql.client",
            member=who.runtime,
            why=_("the service reaches its database; without it, connections are refused"),
        ),
        Grant(
            role="roles/cloudsql.client",
            member=who.migration,
            why=_("migrations reach the database; without it, none can run"),
        ),
    ]
    if database.iam_login:
        grants += [
            Grant(
                role="roles/cloudsql.instanceUser",
                member=member,
                why=_("logs in to the database without a password"),
            )
            for member in (who.runtime, who.migration)
        ]
    return grants


def _deploying(blueprint: Blueprint, names: Names, who: Identities) -> list[Grant]:
    machine = blueprint.service.runtime == "vm"
    grants = []
    if machine:
        grants.append(
            Grant(
                role="roles/logging.logWriter",
                member=who.runtime,
                why=_("the machine writes its log; without it, nobody sees what it says"),
            )
        )
    if names.build_account:
        grants.append(
            Grant(
                role="roles/logging.logWriter",
                member=who.deploys,
                why=_("builds write their log; without it, they fail at once"),
            )
        )
        grants.append(
            Grant(
                role=under("roles/storage.objectViewer", _in_bucket(source_bucket(names.project))),
                member=who.deploys,
                why=_(
                    "builds fetch what gcloud builds submit has sent, from that bucket only; "
                    "without it, only triggers can build"
                ),
            )
        )
    if who.deploys and not machine:
        grants.append(
            Grant(
                role="roles/run.developer",
                member=who.deploys,
                why=_("builds deploy the service; without it, the last step fails"),
            )
        )
    return grants


def _in_bucket(bucket: str) -> str:
    return f'resource.name.startsWith("projects/_/buckets/{bucket}")'


def _on_secret(
    blueprint: Blueprint, names: Names, who: Identities, secret: SecretResource
) -> BindingsResource:
    grants = tuple(
        Grant(
            role="roles/secretmanager.secretAccessor",
            member=member,
            why=_why_read(blueprint, secret.variable, migrating=member != who.runtime),
        )
        for member in _readers(blueprint, who, secret.variable)
    )
    return BindingsResource(
        project=names.project,
        of=PolicyOf("secret", f"projects/{names.project}/secrets/{secret.secret}"),
        short=secret.secret,
        grants=grants,
        shell=f"gcloud secrets {{}} {secret.secret} --project={names.project}",
        needs=(secret.id, *who.needs(*(grant.member for grant in grants))),
    )


def _why_read(blueprint: Blueprint, variable: str, *, migrating: bool) -> str:
    if not migrating:
        says = _("the service reads {variable}; without it, it does not start")
    elif variable in passwords_of(blueprint):
        says = _("migrations log in with {variable}; without it, none can run")
    else:
        says = _("migrations load the same settings, {variable} among them; without it, none runs")
    return says.format(variable=variable)


def _readers(blueprint: Blueprint, who: Identities, variable: str) -> list[str]:
    """Return who reads a secret; of two users' passwords each identity reads its own only."""
    found = [who.runtime] if variable in read_by_service(blueprint).values() else []
    if who.migration and variable in migration_secrets(blueprint):
        found.append(who.migration)
    return found


def _on_repository(
    blueprint: Blueprint, names: Names, who: Identities, repository: RepositoryResource
) -> BindingsResource:
    place = f"projects/{names.project}/locations/{repository.region}"
    grants = []
    if who.deploys:
        grants.append(
            Grant(
                role="roles/artifactregistry.writer",
                member=who.deploys,
                why=_("builds push images; without it, the push is refused"),
            )
        )
    if blueprint.service.runtime == "vm":
        grants.append(
            Grant(
                role="roles/artifactregistry.reader",
                member=who.runtime,
                why=_("the machine pulls its image; without it, it does not start"),
            )
        )
    return BindingsResource(
        project=names.project,
        of=PolicyOf("repository", f"{place}/repositories/{repository.repository}"),
        short=repository.repository,
        grants=tuple(grants),
        shell=(
            f"gcloud artifacts repositories {{}} {repository.repository} "
            f"--location={repository.region} --project={names.project}"
        ),
        needs=(repository.id, *who.needs(*(grant.member for grant in grants))),
    )


def _on_account(names: Names, who: Identities, account: AccountResource) -> BindingsResource:
    """Return who may start something as an account: whoever deploys, and only the two of them."""
    member = _member(names, account)
    email = member.removeprefix("serviceAccount:")
    started = who.deploys and member in (who.runtime, who.migration)
    grants = (
        Grant(
            role="roles/iam.serviceAccountUser",
            member=who.deploys,
            why=_("builds may start services as the runtime identity, and as no other")
            if member == who.runtime
            else _("builds may run migrations as the identity made for them"),
        ),
    )
    return BindingsResource(
        project=names.project,
        of=PolicyOf("account", f"projects/{names.project}/serviceAccounts/{email}"),
        short=account.account,
        grants=grants if started else (),
        shell=f"gcloud iam service-accounts {{}} {email} --project={names.project}",
        needs=(account.id, *who.needs(who.deploys)),
    )
