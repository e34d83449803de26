"""A copy of the example with a tarmac.toml."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from wizards.blueprint import Blueprint
from wizards.blueprint_reading import load

EXAMPLE = Path(__file__).parents[2] / "examples" / "notes"
TOML = """\
[project]
id = "notes-prod"

[service]
name = "notes"

[database]
instance = "notes-db"
name = "notes"
user = "notes"

[secrets.DB_PASSWORD]
name = "notes-db-password"
source = "generate"

[pipeline]
repository = "notes"
runtime_account = "notes-run"
build_account = "notes-build"
"""


def project(folder: Path) -> Path:
    """Copy the example, write the blueprint and return the root."""
    root = folder / "notes"
    ignored = shutil.ignore_patterns("node_modules", "__pycache__", ".venv", "dist")
    shutil.copytree(EXAMPLE, root, ignore=ignored)
    (root / "tarmac.toml").write_text(TOML, encoding="utf-8")
    return root


def blueprint(root: Path, **service: Any) -> Blueprint:
    """Return the project's blueprint with some fields of [service] changed."""
    found = load(root / "tarmac.toml")
    return replace(found, service=replace(found.service, **service))
