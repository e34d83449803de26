"""Histories nobody wrote for a test: the example project, and random schemas that fail."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.migrate.alembic_project import Rev
from tests.migrate.conftest import Make
from tests.migrate.test_apply import ANY, picture
from wizards.cancel import Cancel
from wizards.events import discard
from wizards.migrate.console import Console
from wizards.migrate.model import Outcome

Sql = Callable[..., list[tuple[object, ...]]]
EXAMPLE = Path(__file__).parents[2] / "examples" / "notes"
UNREADY = "8d2f4b6a1c3e"
HALF_INDEX = """op.execute('CREATE TABLE half (id int)')
with op.get_context().autocommit_block():
    op.execute('CREATE UNIQUE INDEX CONCURRENTLY bad ON base ((id % 2))')"""
ZERO = """with op.get_context().autocommit_block():
    op.execute('CREATE INDEX CONCURRENTLY good ON base (size)')
    op.execute('SELECT 1 / 0')"""


def test_the_example_fails_on_its_data_and_then_goes_all_the_way_and_back(
    tmp_path: Path, fresh_database: str, alembic_python: Path, sql: Sql
) -> None:
    folder = tmp_path / "notes"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("web", "node_modules"))
    (folder / ".venv").symlink_to(alembic_python.parent.parent)
    (folder / ".env").write_text(f"DATABASE_URL={fresh_database}\n")
    console = Console(folder, None)
    first = console.up(discard, Cancel(), to="5e6f7a8b9c0d", accept=ANY, without_backup=True)
    assert first.outcome is Outcome.APPLIED, first
    sql("INSERT INTO notes (title, author) SELECT 't' || n, nullif(n % 3, 0)::text"
        " FROM generate_series(1, 90) n")  # fmt: skip
    failing = [
        (revision.id, finding.message)
        for revision in console.preview()
        for finding in revision.findings
        if finding.rule == "will-fail"
    ]
    assert [revision for revision, _message in failing] == [UNREADY]
    assert "30 of 90" in failing[0][1]
    sql("UPDATE notes SET author = 'nobody' WHERE author IS NULL")
    before = picture(fresh_database)
    console = Console(folder, None)
    done = console.up(discard, Cancel(), accept=ANY)
    assert done.outcome is Outcome.APPLIED, done
    assert len(done.applied) == 7
    plan = console.rollback_plan()
    assert plan.decision == "restore"
    assert console.rollback(plan, discard, Cancel()).outcome is Outcome.APPLIED
    assert picture(fresh_database) == before


def random_history(seed: int) -> list[Rev]:
    """Revisions that change tables at random; the last one fails, perhaps after commits."""
    dice = random.Random(seed)
    changes = [
        ("ALTER TABLE base ADD COLUMN c{n} int DEFAULT {n}", "ALTER TABLE base DROP COLUMN c{n}"),
        ("CREATE TABLE t{n} AS SELECT id FROM base", "DROP TABLE t{n}"),
        ("CREATE INDEX i{n} ON base (name)", "DROP INDEX i{n}"),
        ("ALTER TABLE base ALTER COLUMN size TYPE bigint",
         "ALTER TABLE base ALTER COLUMN size TYPE int"),
        ("UPDATE base SET name = name || '{n}' WHERE id % {n} = 1", "SELECT 1"),
        ("DELETE FROM base WHERE id % 17 = {n} % 17", "SELECT 1"),
        ("ALTER TABLE base DROP COLUMN IF EXISTS extra", "SELECT 1"),
        ("CREATE TYPE mood{n} AS ENUM ('a', 'b')", "DROP TYPE mood{n}"),
    ]  # fmt: skip
    revisions: list[Rev] = []
    for number in range(2, 2 + dice.randint(1, 3)):
        up, back = dice.choice(changes)
        down = revisions[-1].id if revisions else None
        revisions.append(Rev(f"r{number}", down, up.format(n=number), back.format(n=number)))
    fails = dice.choice(
        [
            "ALTER TABLE base ADD COLUMN late int NOT NULL",
            "op.execute('CREATE TABLE half (id int)')\nraise RuntimeError('in the middle')",
            HALF_INDEX,
            ZERO,
        ]
    )
    return [*revisions, Rev("r99", revisions[-1].id, fails)]


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 40))]
)
def test_whatever_fails_wherever_schema_and_rows_are_the_starts(
    make: Make, fresh_database: str, sql: Sql, seed: int
) -> None:
    sql("CREATE TABLE base (id int PRIMARY KEY, name text, size int, extra text);"
        "INSERT INTO base SELECT n, 'n' || n, n, 'x' FROM generate_series(1, 300) n;"
        "CREATE TABLE alembic_version (version_num varchar(32))")  # fmt: skip
    before = picture(fresh_database)
    project = make(*random_history(seed), per_migration=seed % 2 == 0)
    done = project.console().up(discard, Cancel(), accept=ANY)
    assert done.outcome in (Outcome.UNCHANGED, Outcome.RECOVERED), done
    assert done.failed_revision == "r99"
    assert picture(fresh_database) == before
