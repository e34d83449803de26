"""A very large set-up: more APIs, secrets and grants than any blueprint names today."""

from __future__ import annotations

from wizards.blueprint import Blueprint, Pipeline, Project, Service
from wizards.cloud.things import PolicyOf
from wizards.setup.apis import ApisResource
from wizards.setup.billing import BillingResource
from wizards.setup.bindings import BindingsResource, Grant
from wizards.setup.project import ProjectResource
from wizards.setup.resource import Resource
from wizards.setup.secret import SecretResource

REGION = "asia-northeast3"


def blueprint(project: str, billing: str) -> Blueprint:
    """Return a blueprint that names the project and nothing more."""
    return Blueprint(
        project=Project(id=project, billing_account=billing),
        service=Service(name="crowd"),
        pipeline=Pipeline(kind="none"),
    )


def crowd(
    project: str, billing: str, *, apis: list[str], secrets: int, grants: int
) -> list[Resource]:
    """Return a project with so many APIs, secrets, and grants on each secret."""
    root = ProjectResource(project=project)
    paid = BillingResource(project=project, account=billing, needs=(root.id,))
    reasons = dict.fromkeys(apis, "the crowd")
    enabled = ApisResource(project=project, wanted=reasons, needs=(paid.id,))
    kept = [_secret(project, f"secret-{number}", enabled.id) for number in range(secrets)]
    return [root, paid, enabled, *kept, *(_grants(project, each, grants) for each in kept)]


def _secret(project: str, name: str, needed: str) -> SecretResource:
    return SecretResource(
        project=project,
        variable=name.upper(),
        secret=name,
        region=REGION,
        source="generate",
        needs=(needed,),
    )


def _grants(project: str, secret: SecretResource, count: int) -> BindingsResource:
    role = "roles/secretmanager.secretAccessor"
    return BindingsResource(
        project=project,
        of=PolicyOf("secret", f"projects/{project}/secrets/{secret.secret}"),
        short=secret.secret,
        grants=tuple(
            Grant(role=role, member=f"user:person-{number}@example.com", why="the crowd")
            for number in range(count)
        ),
        shell=f"gcloud secrets {{}} {secret.secret} --project={project}",
        needs=(secret.id,),
    )
