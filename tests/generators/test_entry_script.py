"""The entry script against a real PostgreSQL: pending, backup, migration, restore, start."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from generators.project import MigrationTool
from tests.generators.hostile_stacks import one, stack
from wizards.postgres.binaries import for_server


class Host:
    """A machine with PostgreSQL's tools, a fake Alembic and a fake server that say what they do."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.backups = folder / "backups"
        service = replace(
            stack().main.service,
            migrations=MigrationTool("alembic", ".", "x", ("alembic", "upgrade", "head")),
        )
        text = one(stack(service=service), "entry").text.replace("cd /app", f"cd {folder}")
        self.script = folder / "entrypoint.sh"
        self.script.write_text(text, encoding="utf-8")
        self.programs = folder / "bin"
        self.programs.mkdir()
        for name in ("pg_dump", "pg_restore", "psql"):
            (self.programs / name).symlink_to(for_server(16, name).program(name))
        self.program("serve", 'echo "serving $*"')

    def program(self, name: str, body: str) -> None:
        place = self.programs / name
        place.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        place.chmod(0o755)

    def alembic(self, current: str, upgrade: str) -> None:
        self.program(
            "alembic",
            f'case "$1" in heads) echo "b2 (head)" ;; current) echo "{current}" ;;\n'
            f"upgrade) {upgrade} ;; esac",
        )

    def run(self, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "DATABASE_URL": self.url.replace("postgresql://", "postgresql+psycopg://"),
            "BACKUP_DIR": str(self.backups),
            **more,
        }
        return subprocess.run(
            ["sh", str(self.script), "serve", "two words"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement).fetchall()


@pytest.fixture
def host(tmp_path: Path, fresh_database: str) -> Host:
    with psycopg.connect(fresh_database) as connection:
        connection.execute("CREATE TABLE note (id int PRIMARY KEY, body text)")
        connection.execute("INSERT INTO note SELECT n, 'row ' || n FROM generate_series(1, 50) n")
        connection.execute("CREATE TYPE mood AS ENUM ('good')")
        connection.execute("CREATE SCHEMA other CREATE TABLE kept (id int)")
    return Host(tmp_path, fresh_database)


def test_nothing_pending_means_no_backup_and_a_start(host: Host) -> None:
    host.alembic("b2 (head)", "exit 9")
    done = host.run()
    assert (done.returncode, done.stdout) == (0, "serving two words\n"), done.stderr
    assert not host.backups.exists()


def test_a_migration_is_preceded_by_a_private_backup(host: Host) -> None:
    host.alembic("a1", 'psql "$PGDATABASE" --quiet --command="ALTER TABLE note ADD due date"')
    done = host.run()
    assert (done.returncode, done.stdout) == (0, "serving two words\n"), done.stderr
    [backup] = host.backups.glob("*.dump")
    assert backup.stat().st_mode & 0o077 == 0
    assert host.backups.stat().st_mode & 0o077 == 0
    assert host.rows("SELECT count(due), count(*) FROM note") == [(0, 50)]


def test_a_failed_migration_is_taken_back_and_nothing_starts(host: Host) -> None:
    host.alembic(
        "a1",
        "psql --quiet --command='DELETE FROM note' --command='CREATE TABLE half (id int)'"
        " --command='DROP SCHEMA other CASCADE'"
        " --command=\"ALTER TYPE mood ADD VALUE 'bad'\"; exit 1",
    )
    done = host.run()
    assert done.returncode == 1
    assert done.stdout == ""
    assert "nothing was started" in done.stderr
    assert host.rows("SELECT count(*) FROM note") == [(50,)]
    assert host.rows("SELECT to_regclass('half'), to_regclass('other.kept')::text") == [
        (None, "other.kept")
    ]
    assert host.rows("SELECT enum_range(NULL::mood)::text") == [("{good}",)]
    again = host.run()
    assert again.returncode == 1
    assert host.rows("SELECT count(*) FROM note") == [(50,)]


def test_without_a_backup_nothing_is_migrated(host: Host) -> None:
    host.alembic("a1", f"touch {host.folder}/migrated")
    (host.programs / "pg_dump").unlink()
    host.program("pg_dump", "exit 1")
    done = host.run()
    assert done.returncode == 1
    assert "nothing was migrated" in done.stderr
    assert not (host.folder / "migrated").exists()


def test_migrations_can_be_switched_off_and_passwords_stay_hidden(host: Host) -> None:
    host.alembic("a1", "exit 1")
    done = host.run(MIGRATE="0")
    assert done.returncode == 0
    password = psycopg.conninfo.conninfo_to_dict(host.url).get("password")
    assert not password or str(password) not in done.stderr + done.stdout


def test_old_backups_go(host: Host) -> None:
    host.backups.mkdir()
    old = host.backups / "old.dump"
    old.write_text("x")
    os.utime(old, (1, 1))
    host.alembic("a1", "true")
    assert host.run(BACKUP_RETENTION_DAYS="7").returncode == 0
    assert not old.exists()
    assert host.run(BACKUP_RETENTION_DAYS="x; id").returncode == 1
