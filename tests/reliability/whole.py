"""A set-up with everything switched on, in a project of its own."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.setup.sandboxed import BILLING
from wizards.blueprint import Blueprint, Database, Pipeline, Project, Secret, Service
from wizards.blueprint_writing import write

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
            "API_KEY": Secret(name="notes-api-key", source="env:API_KEY"),
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


def written(wanted: Blueprint, path: Path) -> None:
    """Write a blueprint as a `tarmac.toml`."""
    tables = {key: value for key, value in asdict(wanted).items() if key not in ("named", "file")}
    write(path, dict(_flat("", tables)))


def _flat(prefix: str, table: Mapping[str, Any]) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            pairs += _flat(f"{prefix}{key}.", value)
        elif value is not None:
            pairs.append((f"{prefix}{key}", value))
    return pairs
