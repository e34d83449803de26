"""Blueprints as a person wrote them: what is not in the file is left to its default."""

from __future__ import annotations

from pathlib import Path

from tests.setup.sandboxed import BILLING
from wizards.blueprint import Blueprint
from wizards.blueprint_reading import parse

FROM_FILE = """
[project]
id = "{project}"
billing_account = "{billing}"
[service]
name = "notes"
[database]
instance = "notes-db"
name = "notes"
user = "notes"
{more}
"""


def from_file(project: str, more: str = "") -> Blueprint:
    """Return what a file says that names little of the instance."""
    text = FROM_FILE.format(project=project, billing=BILLING, more=more)
    return parse(text, Path("tarmac.toml"))
