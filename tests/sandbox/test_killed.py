"""kill -9 in the middle of what changes real data: a restart finishes it, once."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sandbox.resetting import reset
from tests.sandbox.client import Client, instance
from tests.sandbox.furnished import furnish_state
from tests.sandbox.test_process import Process, started
from wizards.postgres import postmaster

pytestmark = pytest.mark.slow

SQL = "sqladmin/v1/projects/notes-prod"
DB = f"{SQL}/instances/notes-db"
DELAYS = (0.0, 0.05, 0.2, 0.6)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    furnish_state(tmp_path / "state")
    yield tmp_path / "state"
    reset(tmp_path / "state")


def _furnished(state: Path) -> str:
    """Make an instance with 1,000 rows, a backup of it, and one row more; return the backup."""
    with started(state, "--speed", "10000") as process:
        client = process.client
        instance(client, "notes-prod")
        user = {"name": "notes", "password": "one"}
        client.sql_done("notes-prod", client.ok("POST", f"{DB}/users", user))
        with _open(client, "notes-db") as connection:
            connection.execute("CREATE SCHEMA notes")
            connection.execute("CREATE TABLE notes.note AS SELECT generate_series(1, 1000) AS id")
        backup = client.ok("POST", f"{DB}/backupRuns", {})
        client.sql_done("notes-prod", backup)
        with _open(client, "notes-db") as connection:
            connection.execute("INSERT INTO notes.note VALUES (1001)")
        return str(backup["backupContext"]["backupId"])


def _open(client: Client, name: str) -> psycopg.Connection:
    port = client.ok("GET", f"/sandbox/v1/sql/notes-prod/{name}")["port"]
    return psycopg.connect(
        host="127.0.0.1",
        port=port,
        user="notes",
        password="one",
        dbname="postgres",
        autocommit=True,
    )


def _count(client: Client, name: str) -> int:
    with _open(client, name) as connection:
        row = connection.execute("SELECT count(*) FROM notes.note").fetchone()
        assert row is not None
        return int(row[0])


def _killed(state: Path, path: str, body: Any, delay: float) -> Any:
    process = Process(state, "--speed", "20")
    begun = process.client.ok("POST", path, body)
    time.sleep(delay)
    process.end(signal.SIGKILL)
    return begun


def _servers(state: Path) -> int:
    found = [postmaster.read(place.resolve()) for place in state.glob("sql/*/*/data")]
    return len([server for server in found if server is not None])


@pytest.mark.parametrize("delay", DELAYS)
def test_a_restore_is_finished(state: Path, delay: float) -> None:
    backup = _furnished(state)
    body = {"restoreBackupContext": {"backupRunId": backup, "instanceId": "notes-db"}}
    begun = _killed(state, f"{DB}/restoreBackup", body, delay)
    with started(state, "--speed", "10000") as process:
        ended = process.client.sql_done("notes-prod", begun)
        assert "error" not in ended
        assert process.client.ok("GET", DB)["state"] == "RUNNABLE"
        assert _count(process.client, "notes-db") == 1000
        assert _servers(state) == 1
    assert _servers(state) == 0


@pytest.mark.parametrize("delay", DELAYS)
def test_a_clone_is_finished_and_not_doubled(state: Path, delay: float) -> None:
    _furnished(state)
    body = {"cloneContext": {"destinationInstanceName": "notes-copy"}}
    begun = _killed(state, f"{DB}/clone", body, delay)
    with started(state, "--speed", "10000") as process:
        ended = process.client.sql_done("notes-prod", begun)
        assert "error" not in ended
        assert len(process.client.ok("GET", f"{SQL}/instances")["items"]) == 2
        counts = [_count(process.client, name) for name in ("notes-db", "notes-copy")]
        assert counts == [1001, 1001]
        assert _servers(state) == 2
    assert _servers(state) == 0
    assert [place.name for place in state.glob("sql-backups/notes-prod/*")] != []
    assert not list(state.glob("sql-backups/notes-prod/clone-to-*"))


@pytest.mark.parametrize("delay", DELAYS)
def test_a_backup_is_finished(state: Path, delay: float) -> None:
    _furnished(state)
    begun = _killed(state, f"{DB}/backupRuns", {}, delay)
    with started(state, "--speed", "10000") as process:
        ended = process.client.sql_done("notes-prod", begun)
        assert "error" not in ended
        runs = process.client.ok("GET", f"{DB}/backupRuns")["items"]
        assert [run["status"] for run in runs] == ["SUCCESSFUL", "SUCCESSFUL"]
    assert len(list(state.glob("sql-backups/notes-prod/*"))) == 2
