"""Making the demo's folder ready for the app; a second time it only starts what is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from generators.language import _, ngettext
from wizards.blueprint import FILE_NAME
from wizards.demo.database import ROWS, start_local_database
from wizards.demo.environment import make_environment, python_of
from wizards.demo.example import copy_example, is_demo

BLUEPRINT = """\
# The desired state of this project, read and written by Tarmac. No secret values.
# The demo starts with a database on this machine; set-up (key 2) adds the rest.

[migrations]
provider = "alembic"
directory = "."
config = "alembic.ini"

[environments.local]
database_url_env = "DATABASE_URL"   # its value is in .env
"""


def make_ready(folder: Path) -> Iterator[str]:
    """Make or reopen the demo; yield a sentence after each part."""
    if not is_demo(folder):
        copy_example(folder)
        (folder / FILE_NAME).write_text(BLUEPRINT, encoding="utf-8")
        yield _("the example project is in {folder}").format(folder=folder)
    if not python_of(folder).exists():
        count = make_environment(folder)
        words = ngettext(
            "{count} package in its own .venv", "{count} packages in its own .venv", count
        )
        yield words.format(count=count)
    if start_local_database(folder):
        yield _("PostgreSQL with {rows} notes, three revisions applied").format(rows=f"{ROWS:,}")
    else:
        yield _("PostgreSQL is up")
