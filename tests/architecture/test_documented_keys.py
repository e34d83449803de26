"""Every key of tarmac.toml stands in its reference, under its own table."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from wizards import blueprint

REFERENCE = Path(__file__).parents[2] / "docs" / "tarmac-toml.md"
TABLES = {
    "project": blueprint.Project,
    "service": blueprint.Service,
    "database": blueprint.Database,
    "secrets": blueprint.Secret,
    "pipeline": blueprint.Pipeline,
    "machine": blueprint.Machine,
    "migrations": blueprint.Migrations,
    "environments": blueprint.Environment,
    "drift": blueprint.Drift,
}


@pytest.mark.parametrize("table", TABLES)
def test_every_key_is_documented(table: str) -> None:
    sections = re.split(r"^## ", REFERENCE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    section = next(one for one in sections if one.startswith(f"`[{table}"))
    missing = [one.name for one in fields(TABLES[table]) if f"`{one.name}`" not in section]
    assert not missing
