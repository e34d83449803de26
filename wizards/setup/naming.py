"""The names of a blueprint's resources: what it says, else derived from the service's name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from generators.language import _
from wizards.blueprint import Blueprint, Secret
from wizards.failures import UsageFailure

PROVIDER = "github"
ACCOUNT_MOST = 30
_POOL_MOST = 32
_LINKED_MOST = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Every name that the plan uses.

    ``build_account`` is "" when nobody builds on Google, ``migration_account`` without a database,
    ``pool`` and ``provider`` unless GitHub Actions deploy.
    """

    project: str
    region: str
    service: str
    repository: str
    runtime_account: str
    build_account: str
    migration_account: str
    build_region: str
    connection: str
    linked: str
    trigger: str
    pool: str
    provider: str

    @property
    def connection_wanted(self) -> bool:
        """Whether Cloud Build listens to a repository on GitHub."""
        return bool(self.build_account and self.linked)

    @property
    def runtime_email(self) -> str:
        """The e-mail address of the runtime identity."""
        return email(self.project, self.runtime_account)

    @property
    def build_email(self) -> str:
        """The e-mail address of the build identity."""
        return email(self.project, self.build_account)

    @property
    def migration_email(self) -> str:
        """The e-mail address of the identity that migration jobs run as."""
        return email(self.project, self.migration_account)


def names_of(blueprint: Blueprint) -> Names:
    """Return the names, or raise a card that says which answer is missing."""
    if not blueprint.project.id:
        raise UsageFailure(
            "project-missing",
            _("tarmac.toml names no project"),
            next=("tarmac init --set project.id=…",),
        )
    service = blueprint.service.name or blueprint.project.id
    pipeline = blueprint.pipeline
    builds = pipeline.kind == "cloud-build"
    migrates = blueprint.database is not None
    federates = pipeline.kind == "github" and bool(pipeline.github)
    return Names(
        project=blueprint.project.id,
        region=blueprint.project.region,
        service=service,
        repository=pipeline.repository or service,
        runtime_account=pipeline.runtime_account or account_name(service, "run"),
        build_account=(pipeline.build_account or account_name(service, "build")) if builds else "",
        migration_account=(pipeline.migration_account or account_name(service, "migrate"))
        if migrates
        else "",
        build_region=pipeline.region or blueprint.project.region,
        connection=pipeline.connection,
        linked=linked_name(pipeline.github),
        trigger=pipeline.trigger or service,
        pool=short_name(service, "github") if federates else "",
        provider=PROVIDER if federates else "",
    )


def secrets_of(blueprint: Blueprint) -> dict[str, Secret]:
    """Return the secrets by variable, the passwords of the database's users among them."""
    secrets = dict(blueprint.secrets)
    for variable, name in passwords_of(blueprint).items():
        secrets.setdefault(variable, Secret(name=name, source="generate"))
    return secrets


def passwords_of(blueprint: Blueprint) -> dict[str, str]:
    """Return variable → usual secret id for the passwords of the database's users."""
    database = blueprint.database
    if database is None:
        return {}
    service = blueprint.service.name or blueprint.project.id
    passwords = {database.password_secret: f"{service}-db-password"}
    if database.migrates_apart:
        passwords[database.migration_password_secret] = f"{service}-db-migration-password"
    return passwords


def account_name(service: str, job: str) -> str:
    """Return a service account id for a job: 6 to 30 characters."""
    room = ACCOUNT_MOST - len(job) - 1
    return f"{service[:room].rstrip('-')}-{job}".ljust(6, "0")


def short_name(service: str, job: str) -> str:
    """Return the id of an identity pool: 4 to 32 characters, not beginning with "gcp-"."""
    own = f"x{service}" if service.startswith("gcp-") else service
    return f"{own[: _POOL_MOST - len(job) - 1].rstrip('-')}-{job}"


def linked_name(github: str) -> str:
    """Return the id under which "owner/name" is linked: as Google's console would call it."""
    plain = re.sub(r"[^A-Za-z0-9-]+", "-", github.replace("/", "-")).strip("-")
    return plain[:_LINKED_MOST].rstrip("-")


def source_bucket(project: str) -> str:
    """Return the bucket that ``gcloud builds submit`` makes and fills, as gcloud calls it."""
    plain = project.replace(":", "_").replace(".", "_").replace("google", "elgoog")
    return f"{plain}_cloudbuild"


def email(project: str, account: str) -> str:
    """Return a service account's e-mail address; "example.com:id" projects turn around."""
    domain, colon, short = project.rpartition(":")
    host = f"{short}.{domain}" if colon else project
    return f"{account}@{host}.iam.gserviceaccount.com"
