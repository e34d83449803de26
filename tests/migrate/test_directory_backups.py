"""Backups as folders that several jobs write: whole, private, proved, restored and removed."""

from __future__ import annotations

import os
import stat
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.migrate.conftest import Make
from tests.migrate.test_backup_and_rehearsal import Sql, at_first
from wizards.blueprint import Blueprint, Migrations
from wizards.cancel import Cancel, Cancelled
from wizards.events import discard
from wizards.failures import Failure
from wizards.migrate import archive, dump_form, dumps, manifest, retention
from wizards.migrate.backup import Subject, intact, take
from wizards.migrate.dump_form import Form, Sizes, chosen
from wizards.migrate.model import Backup
from wizards.postgres.address import Address

FOLDER = Migrations(backup_format="directory", backup_jobs=2)


def taken(url: str, folder: Path) -> Backup:
    subject = Subject(
        address=Address.from_url(url),
        target="prod",
        version_table="alembic_version",
        migrations=FOLDER,
    )
    return take(subject, folder, discard, Cancel())


def test_a_folder_is_written_by_jobs_proved_and_restored(make: Make, sql: Sql) -> None:
    project = at_first(make)
    (project.folder / "tarmac.toml").write_text(
        '[project]\nid = "notes-prod"\n\n[migrations]\nprovider = "alembic"\n'
        'backup_format = "directory"\nbackup_jobs = 2\n\n'
        '[environments.local]\ndatabase_url_env = "DATABASE_URL"\n'
    )
    console = project.console()
    backup = console.backup(discard, Cancel())
    assert backup.verified
    assert backup.path.is_dir()
    assert stat.S_IMODE(backup.path.stat().st_mode) == 0o700
    held = dumps.files(backup.path)
    assert "toc.dat" in {one.name for one in held}
    assert {stat.S_IMODE(one.stat().st_mode) for one in held} == {0o600}
    assert backup.bytes == sum(one.stat().st_size for one in held)
    assert [one.path for one in console.backups()] == [backup.path]
    sql("DELETE FROM items")
    done = console.restore(backup, discard, Cancel(), confirmed=console.target_name)
    assert sql("SELECT count(*) FROM items") == [(500,)]
    sql(f'DROP DATABASE "{done.kept}"')


def test_its_hash_is_what_sha256sum_says_and_sees_every_file(
    fresh_database: str, sql: Sql, tmp_path: Path
) -> None:
    sql("CREATE TABLE t AS SELECT n FROM generate_series(1, 100) n")
    backup = taken(fresh_database, tmp_path)
    said = subprocess.run(
        ["sh", "-c", "sha256sum -- * | sha256sum"],
        cwd=backup.path,
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.split()[0] == backup.sha256
    assert intact(backup) == backup
    file = dumps.files(backup.path)[0]
    content = file.read_bytes()
    file.write_bytes(content + b"x")
    with pytest.raises(Failure, match="is not what was written"):
        intact(backup)
    file.write_bytes(content)
    (backup.path / "one.more").touch()
    with pytest.raises(Failure):
        intact(backup)
    dumps.remove(backup.path / "one.more")
    file.unlink()
    with pytest.raises(Failure):
        intact(backup)


def test_expired_folders_go_with_their_manifests(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKUP_RETENTION_DAYS", "7")
    backup = taken(fresh_database, tmp_path)
    old = replace(backup, taken_at=backup.taken_at - timedelta(days=100))
    manifest.write(old)
    others = [replace(backup, path=tmp_path / f"{n}.dump") for n in range(retention.KEPT)]
    assert retention.clean([*others, old], set()) == [old.path]
    assert list(tmp_path.iterdir()) == []


def test_a_cancelled_one_leaves_neither_folder_nor_jobs(
    fresh_database: str, sql: Sql, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancel = Cancel()
    sql("CREATE TABLE t AS SELECT n FROM generate_series(1, 200000) n")
    monkeypatch.setattr(archive, "_TICK", 0.001)
    subject = Subject(
        address=Address.from_url(fresh_database),
        target="prod",
        version_table="alembic_version",
        migrations=FOLDER,
    )
    with pytest.raises(Cancelled):
        take(subject, tmp_path, lambda _event: cancel.ask(), cancel)
    assert list(tmp_path.iterdir()) == []
    left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tarmac backup'"
    for _attempt in range(100):
        if sql(left) == [(0,)]:
            return
        sql("SELECT pg_sleep(0.05)")
    raise AssertionError(sql(left))


def test_a_folder_is_chosen_where_jobs_have_something_to_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    spread = Sizes(whole=1 << 30, largest=1 << 28)
    assert chosen(None, spread) == Form(directory=True, jobs=4)
    assert chosen(None, Sizes(whole=1 << 30, largest=1 << 30)) == Form()
    assert chosen(None, Sizes(whole=1 << 20, largest=1 << 18)) == Form()
    assert chosen(Migrations(backup_jobs=1), spread) == Form()
    assert chosen(Migrations(backup_jobs=2), spread) == Form(directory=True, jobs=2)
    assert chosen(Migrations(backup_format="custom"), spread) == Form()
    assert chosen(FOLDER, Sizes(0, 0)) == Form(directory=True, jobs=2)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert chosen(None, spread) == Form()
    assert dump_form.Form(True, 3).options() == ("--format=directory", "--jobs=3")


def test_how_backups_are_written_makes_no_file_stale() -> None:
    plain = Blueprint(migrations={"": Migrations()})
    assert Blueprint(migrations={"": FOLDER}).hash == plain.hash
