"""The script that moves a SQLite file into PostgreSQL, run for real."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.generators.hostile_stacks import one, stack

TARGET = """
CREATE TABLE owner (id serial PRIMARY KEY, name text NOT NULL, parent int REFERENCES owner);
CREATE TABLE "Odd ""note" (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner_id int NOT NULL REFERENCES owner,
  done boolean NOT NULL, body jsonb, raw bytea, at timestamptz, cost numeric(10, 2)
);
"""
SOURCE = """
CREATE TABLE owner (id integer PRIMARY KEY, name text, parent integer);
CREATE TABLE "Odd ""note" (id integer PRIMARY KEY, owner_id integer, done boolean, body json,
  raw blob, at datetime, cost numeric);
CREATE TABLE alembic_version (version_num text);
CREATE TABLE forgotten (id integer);
INSERT INTO owner VALUES (1, '한글 "q" \t \\ tab', 2), (2, 'parent later', NULL);
INSERT INTO "Odd ""note" VALUES
  (7, 1, 1, '{"a": "b\\n"}', x'00ff5c', '2024-01-02 03:04:05.678', 1.5),
  (9, 2, 0, NULL, NULL, NULL, NULL);
INSERT INTO alembic_version VALUES ('a1');
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    place = tmp_path / "app 100%.db"
    connection = sqlite3.connect(place)
    connection.executescript(SOURCE)
    connection.close()
    (tmp_path / "move.py").write_text(one(stack(), "move-sqlite").text, encoding="utf-8")
    return place


def move(file: Path, url: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(file.parent / "move.py"), str(file), *words],
        env={"DATABASE_URL": url.replace("postgresql://", "postgresql+psycopg://")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_row_arrives_and_the_next_number_is_free(file: Path, fresh_database: str) -> None:
    with psycopg.connect(fresh_database) as connection:
        connection.execute(TARGET)
    before = file.read_bytes()
    dry = move(file, fresh_database, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    done = move(file, fresh_database)
    assert done.returncode == 0, done.stderr
    assert file.read_bytes() == before
    with psycopg.connect(fresh_database) as connection:
        rows = connection.execute('SELECT * FROM "Odd ""note" ORDER BY id').fetchall()
        assert [row[0] for row in rows] == [7, 9]
        assert (rows[0][2], rows[0][3], bytes(rows[0][4])) == (True, {"a": "b\n"}, b"\x00\xff\\")
        assert str(rows[0][6]) == "1.50"
        names = connection.execute("SELECT name, parent FROM owner ORDER BY id").fetchall()
        assert names == [('한글 "q" \t \\ tab', 2), ("parent later", None)]
        [(number,)] = connection.execute(
            "INSERT INTO owner (name) VALUES ('x') RETURNING id"
        ).fetchall()
        assert number == 3
        keys = connection.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'f'")
        assert keys.fetchone() == (2,)


def test_a_second_run_and_a_missing_column_change_nothing(file: Path, fresh_database: str) -> None:
    with psycopg.connect(fresh_database) as connection:
        connection.execute(TARGET)
    assert move(file, fresh_database).returncode == 0
    again = move(file, fresh_database)
    assert again.returncode == 1
    assert "already" in again.stderr
    with psycopg.connect(fresh_database) as connection:
        connection.execute('TRUNCATE owner, "Odd ""note"')
        connection.execute("ALTER TABLE owner DROP COLUMN parent")
    lost = move(file, fresh_database)
    assert lost.returncode == 1
    assert "parent" in lost.stderr
    with psycopg.connect(fresh_database) as connection:
        assert connection.execute("SELECT count(*) FROM owner").fetchone() == (0,)


def test_a_broken_reference_moves_nothing(file: Path, fresh_database: str) -> None:
    connection = sqlite3.connect(file)
    connection.execute("UPDATE owner SET parent = 99 WHERE id = 1")
    connection.commit()
    connection.close()
    with psycopg.connect(fresh_database) as target:
        target.execute(TARGET)
    done = move(file, fresh_database)
    assert done.returncode != 0
    assert "99" in done.stderr
    assert "Traceback" not in done.stderr
    with psycopg.connect(fresh_database) as target:
        assert target.execute("SELECT count(*) FROM owner").fetchone() == (0,)
        keys = target.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'f'")
        assert keys.fetchone() == (2,)
