import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sandbox.resetting import reset
from tests.sandbox.client import Client, instance, project, until
from wizards.postgres import postmaster
from wizards.postgres.sandbox_address import running

ROOT = Path(__file__).parents[2]


class Process:
    """`tarmac sandbox start` as a person would run it."""

    def __init__(self, state: Path, *options: str) -> None:
        begun = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tui", "sandbox", "start", "--state", str(state), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self._process.stdout
        self.said: dict[str, Any] = json.loads(self._process.stdout.readline())
        self.ready_after = time.monotonic() - begun
        self.client = Client(self.said["url"])
        self.pid = self._process.pid

    def end(self, sign: int = signal.SIGTERM) -> int:
        """Send a signal, wait, and return the exit code."""
        if self._process.poll() is None:
            self._process.send_signal(sign)
        self._process.communicate(timeout=30)
        return self._process.returncode


@contextmanager
def started(state: Path, *options: str) -> Iterator[Process]:
    process = Process(state, *options)
    try:
        yield process
    finally:
        process.end()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A state folder whose servers and data disappear with the test."""
    yield tmp_path / "state"
    reset(tmp_path / "state")


def _tarmac(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=60,
    )


def _servers(state: Path) -> list[postmaster.Postmaster]:
    found = [postmaster.read(place.resolve()) for place in state.glob("sql/*/*/data")]
    return [server for server in found if server is not None]


def test_it_says_where_it_is_in_one_line_and_ends_cleanly(state: Path) -> None:
    with started(state) as process:
        assert set(process.said) >= {"url", "proxy", "ca", "pid", "state"}
        assert process.said["pid"] == process.pid
        written = json.loads((state / "sandbox.json").read_text())
        assert written == process.said
        address = running(state)
        assert address is not None
        assert address.url == process.said["url"]
        assert process.end() == 0
    assert running(state) is None
    assert not (state / "sandbox.json").exists()


def test_killed_in_the_middle_of_a_creation_it_finishes_after_the_restart(state: Path) -> None:
    first = Process(state, "--speed", "200")
    project(first.client, "notes-prod", "sqladmin")
    body = {"name": "notes-db", "settings": {"tier": "db-f1-micro", "edition": "ENTERPRISE"}}
    path = "sqladmin/v1/projects/notes-prod/instances"
    operation = first.client.ok("POST", path, body)
    first.end(signal.SIGKILL)
    with started(state, "--speed", "600") as second:
        assert second.client.ok("GET", f"{path}/notes-db")["state"] in (
            "PENDING_CREATE",
            "RUNNABLE",
        )
        ended = second.client.sql_done("notes-prod", operation)
        assert "error" not in ended
        assert second.client.ok("GET", f"{path}/notes-db")["state"] == "RUNNABLE"
        assert len(second.client.ok("GET", path)["items"]) == 1
        assert len(_servers(state)) == 1
        second.client.sql_done(
            "notes-prod",
            second.client.ok("POST", f"{path}/notes-db/users", {"name": "notes", "password": "x"}),
        )
        place = second.client.ok("GET", "/sandbox/v1/sql/notes-prod/notes-db")
        with psycopg.connect(
            host="127.0.0.1", port=place["port"], user="notes", password="x", dbname="postgres"
        ) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert _servers(state) == []


def test_after_kill_9_its_postgres_is_adopted_with_port_and_connections(state: Path) -> None:
    first = Process(state, "--speed", "600")
    project(first.client, "notes-prod", "sqladmin")
    instance(first.client, "notes-prod")
    before = first.client.ok("GET", "/sandbox/v1/sql/notes-prod/notes-db")
    [orphan] = _servers(state)
    first.end(signal.SIGKILL)
    assert _servers(state) == [orphan]
    with started(state, "--speed", "600") as second:
        assert second.client.ok("GET", "/sandbox/v1/sql/notes-prod/notes-db") == before
        assert _servers(state) == [orphan]
    assert _servers(state) == []


def test_stopped_and_started_again_everything_is_as_it_was(state: Path) -> None:
    paths = [
        "cloudresourcemanager/v3/projects/notes-prod",
        "secretmanager/v1/projects/notes-prod/secrets/db/versions/latest:access",
        "sqladmin/v1/projects/notes-prod/instances/notes-db",
        "iam/v1/projects/notes-prod/serviceAccounts",
        "sqladmin/v1/projects/notes-prod/operations",
    ]
    with started(state, "--speed", "600") as first:
        client = first.client
        project(client, "notes-prod", "sqladmin", "secretmanager", "iam")
        secrets = "secretmanager/v1/projects/notes-prod/secrets"
        client.ok("POST", f"{secrets}?secretId=db", {"replication": {"automatic": {}}})
        client.ok("POST", f"{secrets}/db:addVersion", {"payload": {"data": "eA=="}})
        client.ok("POST", "iam/v1/projects/notes-prod/serviceAccounts", {"accountId": "notes-run"})
        instance(client, "notes-prod")
        before = [client.ok("GET", path) for path in paths]
    with started(state, "--speed", "600") as second:
        assert [second.client.ok("GET", path) for path in paths] == before
        assert second.client.ok("GET", "/sandbox/v1/sql/notes-prod/notes-db")["port"]


def test_a_second_sandbox_on_the_same_state_is_refused(state: Path) -> None:
    with started(state):
        refused = _tarmac("sandbox", "start", "--state", str(state), "--json")
        assert refused.returncode == 1
        assert json.loads(refused.stdout)["errors"][0]["code"] == "sandbox-already-running"


@pytest.mark.slow
def test_it_ends_itself_when_idle_but_not_under_somebody_s_connection(state: Path) -> None:
    process = Process(state, "--speed", "600", "--idle-seconds", "0.6")
    project(process.client, "notes-prod", "sqladmin")
    instance(process.client, "notes-prod")
    path = "sqladmin/v1/projects/notes-prod/instances/notes-db/users"
    process.client.sql_done(
        "notes-prod", process.client.ok("POST", path, {"name": "notes", "password": "x"})
    )
    port = process.client.ok("GET", "/sandbox/v1/sql/notes-prod/notes-db")["port"]
    connection = psycopg.connect(
        host="127.0.0.1", port=port, user="notes", password="x", dbname="postgres"
    )
    time.sleep(1.5)
    os.kill(process.pid, 0)
    connection.close()
    assert process.end(0) == 0
    assert _servers(state) == []


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_with_its_postgres(state: Path, sign: int) -> None:
    process = Process(state, "--speed", "600")
    project(process.client, "notes-prod", "sqladmin")
    instance(process.client, "notes-prod")
    assert len(_servers(state)) == 1
    assert process.end(sign) == 0
    assert _servers(state) == []


def test_the_commands_steer_it(state: Path) -> None:
    with started(state, "--speed", "600") as process:
        printed = _tarmac("sandbox", "env", "--gcloud", "--state", state).stdout
        assert f"export HTTPS_PROXY={process.said['proxy']}" in printed
        assert "export CLOUDSDK_AUTH_ACCESS_TOKEN=sandbox" in printed
        project(process.client)
        made = _tarmac(
            *("sandbox", "fault", "add", "--method", "projects.search", "--status", "429"),
            *("--reason", "RATE_LIMIT_EXCEEDED", "--state", state, "--json"),
        )
        assert json.loads(made.stdout)["data"]["fault"]["status"] == 429
        assert process.client.get("cloudresourcemanager/v3/projects:search").status == 429
        assert "projects.search" in _tarmac("sandbox", "fault", "list", "--state", state).stdout
        _tarmac("sandbox", "fault", "clear", "--state", state)
        assert process.client.ok("GET", "/sandbox/v1/faults") == {"faults": []}
        wrong = _tarmac("sandbox", "fault", "add", "--status", "often", "--state", state)
        assert wrong.returncode == 2
        assert "429" in _tarmac("sandbox", "log", "--state", state).stdout
        switch = _tarmac("sandbox", "policy", "on", "sql.restrictPublicIp", "--state", state)
        assert "in force" in switch.stdout
        assert "organizations/" in _tarmac("sandbox", "policy", "list", "--state", state).stdout
        odd = _tarmac("sandbox", "policy", "on", "sql.nothing", "--state", state)
        assert odd.returncode == 1
        assert "knows the constraints" in odd.stderr
        gone = _tarmac("sandbox", "policy", "off", "--state", state, "--json")
        assert json.loads(gone.stdout)["data"] == {"dropped": 1}
        assert _tarmac("sandbox", "reset", "--state", state).returncode == 0
        assert process.client.get("cloudresourcemanager/v3/projects/notes-prod").status == 403
        stopped = _tarmac("sandbox", "stop", "--state", state, "--json")
        assert json.loads(stopped.stdout)["data"] == {"stopped": True, "pid": process.pid}
        assert process.end(0) == 0
    gone = _tarmac("sandbox", "env", "--state", state)
    assert gone.returncode == 1
    assert "No sandbox runs" in gone.stderr
    assert _tarmac("sandbox", "stop", "--state", state).returncode == 0


def test_stopping_never_touches_a_process_that_only_got_the_number(state: Path) -> None:
    first = Process(state)
    first.end(signal.SIGKILL)
    innocent = subprocess.Popen(["sleep", "30"])
    try:
        left = json.loads((state / "sandbox.json").read_text())
        (state / "sandbox.json").write_text(json.dumps({**left, "pid": innocent.pid}))
        assert "No sandbox runs" in _tarmac("sandbox", "stop", "--state", state).stdout
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


@pytest.mark.slow
def test_a_stopped_sandbox_can_be_reset_too(state: Path) -> None:
    first = Process(state, "--speed", "600")
    project(first.client, "notes-prod", "sqladmin")
    instance(first.client, "notes-prod")
    first.end(signal.SIGKILL)
    assert _tarmac("sandbox", "reset", "--state", str(state)).returncode == 0
    assert _servers(state) == []
    with started(state) as second:
        assert second.client.ok("GET", "cloudresourcemanager/v3/projects:search") == {}


def test_it_is_ready_quickly(state: Path) -> None:
    with started(state):
        pass
    times = []
    for _turn in range(3):
        with started(state) as process:
            times.append(process.ready_after)
    assert min(times) < 1.0


def test_a_restart_with_another_speed_keeps_waiting_operations_right(state: Path) -> None:
    with started(state, "--speed", "1") as slow:
        begun = slow.client.ok(
            "POST", "cloudresourcemanager/v3/projects", {"projectId": "slow-one"}
        )
        assert "done" not in begun
    with started(state, "--speed", "1000") as fast:
        until(
            lambda: fast.client.ok("GET", f"cloudresourcemanager/v3/{begun['name']}"),
            lambda said: said.get("done"),
            2.0,
        )
