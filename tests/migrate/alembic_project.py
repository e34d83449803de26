"""Small Alembic projects written for a test: revisions as SQL or Python, any env.py."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wizards.migrate.console import Console

ENV = """
import os
from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration={per_migration})
    with context.begin_transaction():
        context.run_migrations()
"""
ASYNC_ENV = """
import asyncio
import os
from alembic import context
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import create_async_engine

def run(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()

async def main():
    engine = create_async_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()

asyncio.run(main())
"""
TEMPLATE = """
import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
"""
REVISION = '''"""{message}"""
import time

import sqlalchemy as sa
from alembic import op

revision = {id!r}
down_revision = {down!r}
depends_on = {depends!r}
branch_labels = None


def upgrade():
{up}


def downgrade():
{back}
'''


@dataclass(frozen=True)
class Rev:
    """A revision: bodies are Python; a body that starts with a capital letter is SQL."""

    id: str
    down: str | tuple[str, ...] | None
    up: str
    back: str = "pass"
    depends: tuple[str, ...] | None = None


@dataclass
class AlembicProject:
    folder: Path
    url: str
    python: Path
    variables: dict[str, str] = field(default_factory=dict)

    def env(self, text: str) -> None:
        (self.folder / "migrations" / "env.py").write_text(text)

    def add(self, *revisions: Rev) -> None:
        for one in revisions:
            text = REVISION.format(
                message=f"revision {one.id}",
                id=one.id,
                down=one.down,
                depends=one.depends,
                up=_body(one.up),
                back=_body(one.back),
            )
            (self.folder / "migrations" / "versions" / f"{one.id}.py").write_text(text)

    def console(self) -> Console:
        return Console(self.folder, None)


def make_project(
    folder: Path,
    url: str,
    python: Path,
    revisions: Sequence[Rev] = (),
    *,
    per_migration: bool = False,
) -> AlembicProject:
    """Write a project whose `.env` names the database and whose `.venv` is the shared one."""
    (folder / "migrations" / "versions").mkdir(parents=True)
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n")
    (folder / ".env").write_text(f"DATABASE_URL={url}\n")
    (folder / ".venv").symlink_to(python.parent.parent)
    project = AlembicProject(folder, url, python)
    project.env(ENV.format(per_migration=per_migration))
    project.add(*revisions)
    return project


def _body(text: str) -> str:
    if text[:1].isupper():
        text = f'op.execute("""{text}""")'
    return textwrap.indent(textwrap.dedent(text).strip(), "    ")
