"""Backups, restores and clones of real data."""

import time
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from tests.sandbox.client import Client, instance

SQL = "sqladmin/v1/projects/notes-prod"
DB = f"{SQL}/instances/notes-db"
RECOVERING = {"backupConfiguration": {"enabled": True, "pointInTimeRecoveryEnabled": True}}


@pytest.fixture
def ready(swift: Client) -> Client:
    return swift


def _done(client: Client, http: str, path: str, body: Any = None) -> Any:
    ended = client.sql_done("notes-prod", client.ok(http, path, body))
    assert "error" not in ended, ended
    return ended


def _open(client: Client, name: str = "notes-db", password: str = "one") -> psycopg.Connection:
    place = client.ok("GET", f"/sandbox/v1/sql/notes-prod/{name}")
    return psycopg.connect(
        host=place["host"],
        port=place["port"],
        user="notes",
        password=password,
        dbname="notes",
        autocommit=True,
        connect_timeout=5,
    )


def _furnished(client: Client, **settings: Any) -> None:
    instance(client, "notes-prod", **settings)
    _done(client, "POST", f"{DB}/databases", {"name": "notes"})
    _done(client, "POST", f"{DB}/users", {"name": "notes", "password": "one"})
    with _open(client) as connection:
        connection.execute("CREATE TABLE note (id int PRIMARY KEY)")
        connection.execute("INSERT INTO note SELECT generate_series(1, 1000)")


def _count(client: Client, name: str = "notes-db", password: str = "one") -> int:
    with _open(client, name, password) as connection:
        row = connection.execute("SELECT count(*) FROM note").fetchone()
        assert row is not None
        return int(row[0])


def test_a_restore_brings_back_rows_users_and_passwords_as_they_were(ready: Client) -> None:
    _furnished(ready)
    begun = ready.ok("POST", f"{DB}/backupRuns", {"description": "before"})
    assert begun["operationType"] == "BACKUP_VOLUME"
    busy = ready.post(f"{DB}/backupRuns", {})
    assert (busy.status, busy.reason) == (409, "operationInProgress")
    number = begun["backupContext"]["backupId"]
    assert ready.ok("GET", f"{DB}/backupRuns/{number}")["status"] == "RUNNING"
    ready.sql_done("notes-prod", begun)
    [made] = ready.ok("GET", f"{DB}/backupRuns")["items"]
    assert (made["id"], made["status"], made["type"]) == (number, "SUCCESSFUL", "ON_DEMAND")
    assert int(made["maxChargeableBytes"]) > 10_000_000
    with _open(ready) as connection:
        connection.execute("DELETE FROM note")
    _done(ready, "PUT", f"{DB}/users?name=notes", {"password": "two"})
    _done(ready, "POST", f"{DB}/databases", {"name": "later"})
    place = ready.ok("GET", "/sandbox/v1/sql/notes-prod/notes-db")
    wanted = {"restoreBackupContext": {"backupRunId": number, "instanceId": "notes-db"}}
    ended = _done(ready, "POST", f"{DB}/restoreBackup", wanted)
    assert ended["operationType"] == "RESTORE_VOLUME"
    assert ready.ok("GET", "/sandbox/v1/sql/notes-prod/notes-db")["port"] == place["port"]
    assert _count(ready) == 1000
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        _count(ready, password="two")
    names = [each["name"] for each in ready.ok("GET", f"{DB}/databases")["items"]]
    assert names == ["postgres", "notes"]
    _done(ready, "DELETE", f"{DB}/backupRuns/{number}")
    assert ready.get(f"{DB}/backupRuns/{number}").reason == "backupRunDoesNotExist"
    assert ready.post(f"{DB}/restoreBackup", wanted).status == 404


@pytest.mark.slow
def test_a_clone_is_another_server_with_the_same_content(ready: Client) -> None:
    _furnished(ready)
    clone = {"cloneContext": {"destinationInstanceName": "notes-copy"}}
    begun = ready.ok("POST", f"{DB}/clone", clone)
    assert (begun["operationType"], begun["targetId"]) == ("CLONE", "notes-copy")
    assert ready.call("DELETE", DB).reason == "operationInProgress"
    ready.sql_done("notes-prod", begun)
    assert _count(ready, "notes-copy") == 1000
    with _open(ready, "notes-copy") as connection:
        connection.execute("DELETE FROM note")
    assert _count(ready) == 1000
    users = ready.ok("GET", f"{SQL}/instances/notes-copy/users")["items"]
    assert [user["name"] for user in users] == ["postgres", "notes"]
    again = ready.post(f"{DB}/clone", clone)
    assert (again.status, again.reason) == (409, "instanceAlreadyExists")
    assert ready.post(f"{DB}/clone", {"cloneContext": {}}).status == 400


@pytest.mark.slow
def test_a_clone_as_of_a_moment_holds_what_was_there_then(ready: Client) -> None:
    _furnished(ready, **RECOVERING)
    [first] = ready.ok("GET", f"{DB}/backupRuns")["items"]
    assert first["type"] == "AUTOMATED"
    time.sleep(0.05)
    then = datetime.now(UTC).isoformat()
    time.sleep(0.05)
    with _open(ready) as connection:
        connection.execute("DELETE FROM note WHERE id > 10")
    context = {"destinationInstanceName": "notes-then", "pointInTime": then}
    _done(ready, "POST", f"{DB}/clone", {"cloneContext": context})
    assert (_count(ready), _count(ready, "notes-then")) == (10, 1000)
    with _open(ready, "notes-then") as connection:
        connection.execute("INSERT INTO note VALUES (0)")
    early = {"destinationInstanceName": "x", "pointInTime": "2020-01-01T00:00:00Z"}
    refused = ready.post(f"{DB}/clone", {"cloneContext": early})
    assert refused.status == 400
    assert "keeps the write-ahead log from" in refused.message
    reach = ready.ok("GET", f"{DB}/getLatestRecoveryTime")
    assert reach["earliestRecoveryTime"] < then < reach["latestRecoveryTime"]


@pytest.mark.slow
def test_after_a_restore_the_log_of_the_time_before_it_is_not_pretended(ready: Client) -> None:
    _furnished(ready, **RECOVERING)
    [first] = ready.ok("GET", f"{DB}/backupRuns")["items"]
    time.sleep(0.01)
    then = datetime.now(UTC).isoformat()
    wanted = {"restoreBackupContext": {"backupRunId": first["id"]}}
    _done(ready, "POST", f"{DB}/restoreBackup", wanted)
    context = {"destinationInstanceName": "notes-then", "pointInTime": then}
    assert ready.post(f"{DB}/clone", {"cloneContext": context}).status == 400
    assert len(ready.ok("GET", f"{DB}/backupRuns")["items"]) == 2


@pytest.mark.slow
def test_a_final_backup_outlives_its_instance_and_can_be_restored(ready: Client) -> None:
    _furnished(ready)
    _done(ready, "POST", f"{DB}/backupRuns", {})
    _done(ready, "DELETE", f"{DB}?enableFinalBackup=true&finalBackupTtlDays=7")
    assert ready.get(f"{DB}/backupRuns").reason == "instanceDoesNotExist"
    [final] = ready.ok("GET", f"{SQL}/backups")["backups"]
    assert (final["type"], final["state"], final["ttlDays"]) == ("FINAL", "SUCCESSFUL", "7")
    assert final["instanceDeletionTime"]
    instance(ready, "notes-prod")
    _done(ready, "POST", f"{DB}/restoreBackup", {"backup": final["name"]})
    assert _count(ready) == 1000
    _done(ready, "DELETE", f"sqladmin/v1/{final['name']}")
    assert ready.ok("GET", f"{SQL}/backups") == {}


@pytest.mark.slow
def test_backups_stay_when_the_instance_says_so(ready: Client) -> None:
    instance(ready, "notes-prod", retainBackupsOnDelete=True)
    _done(ready, "POST", f"{SQL}/backups", {"instance": "notes-db", "description": "kept"})
    _done(ready, "DELETE", DB)
    [kept] = ready.ok("GET", f"{SQL}/backups?filter=type:ON_DEMAND")["backups"]
    assert kept["description"] == "kept"
    assert ready.ok("GET", f"{SQL}/backups?filter=type:FINAL") == {}


@pytest.mark.slow
def test_a_restart_keeps_the_data_and_ends_connections(ready: Client) -> None:
    _furnished(ready)
    with _open(ready) as connection:
        _done(ready, "POST", f"{DB}/restart")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert _count(ready) == 1000


def test_a_change_that_needs_no_restart_leaves_connections_alone(ready: Client) -> None:
    _furnished(ready)
    with _open(ready) as connection:
        _done(ready, "PATCH", DB, {"settings": {"userLabels": {"env": "prod"}}})
        assert connection.execute("SELECT 1").fetchone() == (1,)
    flags = [{"name": "max_connections", "value": "40"}]
    _done(ready, "PATCH", DB, {"settings": {"databaseFlags": flags}})
    with _open(ready) as connection:
        assert connection.execute("SHOW max_connections").fetchone() == ("40",)
    _done(ready, "PATCH", DB, {"settings": {"databaseFlags": []}})
    with _open(ready) as connection:
        assert connection.execute("SHOW max_connections").fetchone() == ("25",)


@pytest.mark.slow
def test_what_a_database_was_made_with_cannot_be_patched(ready: Client) -> None:
    _furnished(ready)
    assert _done(ready, "PATCH", f"{DB}/databases/notes", {"charset": "UTF8"})
    refused = ready.call("PATCH", f"{DB}/databases/notes", {"charset": "LATIN1"})
    assert "cannot be changed" in refused.message
