"""A set-up with everything switched on, in a project of its own."""

from __future__ import annotations

import secrets

from tests.setup.sandboxed import BILLING
from wizards.blueprint import Blueprint, Database, Pipeline, Project, Secret, Service

TYPED = {"API_KEY": "typed-value-of-the-key", "SIGNING_KEY": "another-value-altogether"}
PIPELINES = ("cloud-build", "github")


def whole(pipeline: str = "cloud-build", project: str = "") -> Blueprint:
    """Return a blueprint that uses every kind of resource which goes with a pipeline."""
    return Blueprint(
        project=Project(id=project or f"k-{secrets.token_hex(6)}", billing_account=BILLING),
        service=Service(name="notes", max_instances=3, environment={"MODE": "production"}),
        database=Database(
            instance="notes-db",
            name="notes",
            user="notes",
            iam_login=True,
            migration_user="notes_owner",
        ),
        secrets={
            "API_KEY": Secret(name="notes-api-key", source="ask"),
            "SIGNING_KEY": Secret(name="notes-signing-key", source="env:SIGNING_KEY"),
            "SESSION_KEY": Secret(name="notes-session-key", source="generate"),
        },
        pipeline=Pipeline(
            kind=pipeline,
            migration_account="notes-migrate",
            github="tired/notes",
            github_id="123456",
        ),
    )
