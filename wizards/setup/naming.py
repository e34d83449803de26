"""The names of a blueprint's resources: what it says, else derived from the service's name."""

from __future__ import annotations

from dataclasses import dataclass

from generators.language import _
from wizards.blueprint import Blueprint, Secret
from wizards.failures import UsageFailure

_ACCOUNT_MOST = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Every name that the plan uses; ``build_account`` is "" when nobody builds on Google."""

    project: str
    region: str
    service: str
    repository: str
    runtime_account: str
    build_account: str

    @property
    def runtime_email(self) -> str:
        """The e-mail address of the runtime identity."""
        return email(self.project, self.runtime_account)

    @property
    def build_email(self) -> str:
        """The e-mail address of the build identity."""
        return email(self.project, self.build_account)


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
    builds = pipeline.kind != "none"
    return Names(
        project=blueprint.project.id,
        region=blueprint.project.region,
        service=service,
        repository=pipeline.repository or service,
        runtime_account=pipeline.runtime_account or account_name(service, "run"),
        build_account=(pipeline.build_account or account_name(service, "build")) if builds else "",
    )


def secrets_of(blueprint: Blueprint) -> dict[str, Secret]:
    """Return the secrets by variable, the database's password among them."""
    secrets = dict(blueprint.secrets)
    database = blueprint.database
    if database is not None and database.password_secret not in secrets:
        service = blueprint.service.name or blueprint.project.id
        secrets[database.password_secret] = Secret(name=f"{service}-db-password", source="generate")
    return secrets


def account_name(service: str, job: str) -> str:
    """Return a service account id for a job: 6 to 30 characters."""
    room = _ACCOUNT_MOST - len(job) - 1
    return f"{service[:room].rstrip('-')}-{job}".ljust(6, "0")


def email(project: str, account: str) -> str:
    """Return a service account's e-mail address; "example.com:id" projects turn around."""
    domain, colon, short = project.rpartition(":")
    host = f"{short}.{domain}" if colon else project
    return f"{account}@{host}.iam.gserviceaccount.com"
