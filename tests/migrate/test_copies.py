"""Copies of backups: verified where they go, blocking an apply where they fail, brought back."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from tests.migrate.alembic_project import AlembicProject, Rev
from tests.migrate.conftest import Make
from tests.migrate.test_backup_and_rehearsal import Sql, at_first
from tests.migrate.test_decisions import BACKUP
from tests.sandbox.client import Client, project
from wizards.cancel import Cancel
from wizards.cloud.google_cloud import GoogleCloud
from wizards.events import Event, discard
from wizards.failures import Failure, UsageFailure
from wizards.migrate import copy_places, dumps, manifest
from wizards.migrate.copies import Copies
from wizards.migrate.model import Backup, Outcome
from wizards.postgres.sandbox_address import SandboxAddress

ADD = Rev("b2", "a1", "CREATE INDEX by_name ON items (name)", "DROP INDEX by_name")


@pytest.fixture(params=["file", "folder"])
def backup(tmp_path: Path, request: pytest.FixtureRequest) -> Backup:
    """A backup of some bytes, as one file or as a folder of files."""
    dump = tmp_path / "project" / ".tarmac" / "backups" / "20261120-000000-000001-prod-notes.dump"
    dump.parent.mkdir(parents=True)
    if request.param == "file":
        dump.write_bytes(b"dump" * 70_000)
    else:
        dump.mkdir()
        (dump / "toc.dat").write_bytes(b"toc")
        (dump / "3412.dat.zst").write_bytes(b"rows" * 70_000)
    manifest.write(replace(BACKUP, path=dump, bytes=dumps.size(dump), sha256=dumps.digest(dump)))
    made = manifest.read(manifest.beside(dump))
    assert made is not None
    return made


def gone(backup: Backup) -> None:
    dumps.remove(backup.path)
    manifest.beside(backup.path).unlink()


@pytest.fixture(params=["folder", "bucket"])
def copies(tmp_path: Path, request: pytest.FixtureRequest) -> Copies:
    root = tmp_path / "project"
    root.mkdir(exist_ok=True)
    if request.param == "folder":
        (tmp_path / "share").mkdir()
        return Copies(to=str(tmp_path / "share"), root=root, sandbox=None)
    sandbox: SandboxAddress = request.getfixturevalue("sandbox")
    client = Client(sandbox.url)
    project(client, "notes-prod")
    client.ok("POST", "storage/storage/v1/b?project=notes-prod", {"name": "notes-backups"})
    return Copies(to="gs://notes-backups/prod/", root=root, sandbox=sandbox)


def test_a_copy_is_made_once_and_brought_back_the_same(
    copies: Copies, backup: Backup, heard: list[Event]
) -> None:
    kept = copies.keep(backup, heard.append, Cancel())
    assert kept.copy == f"{copies.to.rstrip('/')}/{backup.path.name}"
    assert manifest.read(manifest.beside(backup.path)) == kept
    told = [one.fields for one in heard if one.event == "migrate.backup"]
    assert (told[-1]["state"], told[-1]["bytes"]) == ("copying", backup.bytes)
    again: list[Event] = []
    assert copies.keep(kept, again.append, Cancel()) == kept
    assert again == []
    assert copies.names(discard, Cancel()) == [backup.path.name]

    gone(backup)
    back = copies.bring_back(backup.path.name, heard.append, Cancel())
    assert back == kept
    assert dumps.digest(backup.path) == backup.sha256
    for file in (*dumps.files(backup.path), manifest.beside(backup.path)):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(one.name for one in backup.path.parent.iterdir()) == sorted(
        (backup.path.name, f"{backup.path.name}.json")
    )
    assert copies.bring_back("20200101-000000-000000-x.dump", discard, Cancel()) is None


def test_names_that_lead_out_of_the_folder_are_not_followed(
    sandbox: SandboxAddress, tmp_path: Path
) -> None:
    client = Client(sandbox.url)
    project(client, "notes-prod")
    client.ok("POST", "storage/storage/v1/b?project=notes-prod", {"name": "notes-backups"})
    dump = tmp_path / "project" / ".tarmac" / "backups" / "20261120-000000-000001-prod-n.dump"
    dump.mkdir(parents=True)
    (dump / "toc.dat").write_bytes(b"toc")
    backup = replace(BACKUP, path=dump, bytes=3, sha256=dumps.digest(dump))
    manifest.write(backup)
    copies = Copies(to="gs://notes-backups", root=tmp_path / "project", sandbox=sandbox)
    copies.keep(backup, discard, Cancel())
    cloud = GoogleCloud.of(sandbox)
    cloud.store("notes-backups", f"{dump.name}/../evil", dump / "toc.dat", lambda _done: None)
    gone(backup)
    assert copies.bring_back(dump.name, discard, Cancel()) is not None
    assert [one.name for one in dump.iterdir()] == ["toc.dat"]
    assert not (dump.parent / "evil").exists()


def test_a_damaged_copy_is_not_brought_back(tmp_path: Path, backup: Backup) -> None:
    share = tmp_path / "share"
    share.mkdir()
    copies = Copies(to=str(share), root=tmp_path / "project", sandbox=None)
    copies.keep(backup, discard, Cancel())
    gone(backup)
    damaged = dumps.files(share / backup.path.name)[0]
    damaged.write_bytes(b"x" + damaged.read_bytes()[1:])
    with pytest.raises(Failure) as caught:
        copies.bring_back(backup.path.name, discard, Cancel())
    assert caught.value.code == "backup-damaged"
    assert list(backup.path.parent.iterdir()) == []


def test_a_copy_that_fails_says_that_the_backup_is_still_there(
    tmp_path: Path, backup: Backup, sandbox: SandboxAddress, heard: list[Event]
) -> None:
    for to in (str(tmp_path / "not-mounted"), "gs://no-such-bucket/prod"):
        copies = Copies(to=to, root=tmp_path / "project", sandbox=sandbox)
        with pytest.raises(Failure) as caught:
            copies.keep(backup, heard.append, Cancel())
        assert caught.value.code == "backup-copy-failed"
        assert str(backup.path) in caught.value.why
        assert "tarmac migrate up --no-copy" in caught.value.next
        assert manifest.read(manifest.beside(backup.path)) == backup
    assert not (tmp_path / "not-mounted").exists()


def test_what_a_folder_did_not_keep_is_no_copy(
    tmp_path: Path, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "share").mkdir()
    copies = Copies(to="../share", root=tmp_path / "project", sandbox=None)
    monkeypatch.setattr(
        copy_places, "_read_back", lambda _path, _cancel: hashlib.sha256(b"other").hexdigest()
    )
    with pytest.raises(Failure) as caught:
        copies.keep(backup, discard, Cancel())
    assert caught.value.code == "backup-copy-failed"
    assert [one for one in (tmp_path / "share").rglob("*") if one.is_file()] == []


def test_a_place_that_is_neither_folder_nor_bucket_is_refused(tmp_path: Path) -> None:
    copies = Copies(to="s3://bucket/x", root=tmp_path, sandbox=None)
    with pytest.raises(UsageFailure) as caught:
        copies.names(discard, Cancel())
    assert caught.value.code == "backup-to-unknown"


def with_copies(made: AlembicProject, share: Path) -> AlembicProject:
    (made.folder / "tarmac.toml").write_text(
        '[project]\nid = "notes-prod"\n\n'
        f'[migrations]\nprovider = "alembic"\nbackup_to = "{share}"\n\n'
        '[environments.local]\ndatabase_url_env = "DATABASE_URL"\n'
    )
    return made


def test_an_apply_waits_for_the_copy_unless_told_otherwise(
    make: Make, sql: Sql, tmp_path: Path
) -> None:
    share = tmp_path / "share"
    made = with_copies(at_first(make, ADD), share)
    with pytest.raises(Failure) as caught:
        made.console().up(discard, Cancel())
    assert caught.value.code == "backup-copy-failed"
    assert sql("SELECT version_num FROM alembic_version") == [("a1",)]
    local = made.console().backups()[0]
    assert local.verified
    done = made.console().up(discard, Cancel(), backup=local, without_copy=True)
    assert done.outcome is Outcome.APPLIED
    assert not share.exists()


def test_a_restore_fetches_the_copy_of_a_backup_that_is_gone(
    make: Make, sql: Sql, tmp_path: Path
) -> None:
    from tui.commands.migrate import named

    (tmp_path / "share").mkdir()
    made = with_copies(at_first(make), tmp_path / "share")
    console = made.console()
    taken = console.backup(discard, Cancel())
    gone(taken)
    sql("DELETE FROM items")
    assert console.backups() == []
    with pytest.raises(UsageFailure) as caught:
        named(console, Path("other.dump"), discard, Cancel())
    assert taken.path.name in caught.value.next
    found = named(console, Path(taken.path.name), discard, Cancel())
    assert found is not None
    assert (found.path, found.sha256, found.copy) == (taken.path, taken.sha256, taken.copy)
    done = console.restore(found, discard, Cancel(), confirmed=console.target_name)
    assert sql("SELECT count(*) FROM items") == [(500,)]
    sql(f'DROP DATABASE "{done.kept}"')
