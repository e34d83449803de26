"""Random schemas, random migrations: up, and back by whatever way is taken, to the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.migrate.alembic_project import Rev, make_project
from tests.migrate.faults.random_schemas import Made, Step
from wizards.cancel import Cancel
from wizards.events import discard
from wizards.migrate import catalogue, rows
from wizards.migrate.console import Console
from wizards.migrate.model import Decision, Outcome
from wizards.migrate.standing import heads
from wizards.postgres.address import Address
from wizards.postgres.connection import connect

RUNS = 240
SAMPLE = (7,)
LEDGERS = {"alembic": "alembic_version", "pairs": "tarmac_migrations",
           "prisma": "_prisma_migrations"}  # fmt: skip


def picture(url: str, ledger: str) -> tuple[object, ...]:
    with connect(Address.from_url(url)) as connection:
        return (
            catalogue.read(connection, ledger).signature,
            rows.checksums(connection, Cancel(), skip=ledger),
            heads(connection, ledger),
        )


def body(steps: list[Step], *, down: bool) -> str:
    """The steps as Python for Alembic."""
    lines = []
    for one in reversed(steps) if down else steps:
        text = one.down if down else one.up
        if one.alone and not down:
            lines += ["with op.get_context().autocommit_block():", f"    op.execute({text!r})"]
        else:
            lines.append(f"op.execute({text!r})")
    return "\n".join(lines)


def files(made: Made, kind: str) -> Iterator[tuple[str, str]]:
    """The steps as SQL files, for Prisma without a way down."""
    for number, steps in enumerate(made.revisions, 2):
        up = ";\n".join(one.up for one in steps) + ";\n"
        down = ";\n".join(one.down for one in reversed(steps)) + ";\n"
        if kind == "prisma":
            yield f"prisma/migrations/m{number}/migration.sql", up
        else:
            yield f"migrations/{number:03}_step.up.sql", up
            yield f"migrations/{number:03}_step.down.sql", down


def project(folder: Path, url: str, python: Path, made: Made, kind: str) -> Console:
    """Write a project; its first migration does nothing and is applied at once."""
    if kind == "alembic":
        revisions = [Rev("r1", None, "pass")]
        for number, steps in enumerate(made.revisions, 2):
            up, down = body(steps, down=False), body(steps, down=True)
            revisions.append(Rev(f"r{number}", f"r{number - 1}", up, down))
        used = url.replace("postgresql:", "postgresql+psycopg:")
        make_project(folder, used, python, revisions, per_migration=made.seed % 2 == 0)
        first = "r1"
    else:
        first = "m1" if kind == "prisma" else "001_step"
        name = f"prisma/migrations/{first}/migration.sql"
        texts = [(name if kind == "prisma" else f"migrations/{first}.up.sql", "SELECT 1;")]
        for path, text in [*texts, *files(made, kind)]:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        if kind == "prisma":
            scheme = 'datasource db { url = env("DATABASE_URL") }'
            (folder / "prisma" / "schema.prisma").write_text(scheme)
        (folder / ".env").write_text(f"DATABASE_URL={url}\n")
    done = Console(folder, None).up(
        discard, Cancel(), to=first, accept=["*@*=x"], without_backup=True
    )
    assert done.outcome is Outcome.APPLIED, done
    return Console(folder, None)


@pytest.mark.parametrize(
    "seed",
    [pytest.param(n, marks=() if n in SAMPLE else (pytest.mark.slow,)) for n in range(RUNS)],
)
def test_up_and_taken_back_the_catalogue_and_all_rows_are_the_same(
    tmp_path: Path, fresh_database: str, alembic_python: Path, seed: int
) -> None:
    made = Made(seed)
    kind = ("pairs", "prisma", "alembic")[seed % 3]
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        for statement in made.schema:
            connection.execute(statement.encode())
    console = project(tmp_path / "project", fresh_database, alembic_python, made, kind)
    before = picture(fresh_database, LEDGERS[kind])
    if seed % 4 == 0:
        backup = console.backup(discard, Cancel())
        console.rehearse(discard, Cancel(), backup=backup)
        done = console.up(discard, Cancel(), backup=backup, accept=["*@*=x"])
    else:
        done = console.up(discard, Cancel(), accept=["*@*=x"])
    if done.outcome in (Outcome.APPLIED, Outcome.STOPPED):
        assert picture(fresh_database, LEDGERS[kind]) != before
        plan = console.rollback_plan()
        assert plan.decision in (Decision.RESTORE, Decision.DOWNGRADE), plan
        console.rollback(plan, discard, Cancel(), confirmed=console.target_name)
    else:
        assert done.outcome in (Outcome.UNCHANGED, Outcome.RECOVERED), done
    assert picture(fresh_database, LEDGERS[kind]) == before
    console.close()
