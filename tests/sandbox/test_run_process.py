"""Services and jobs across the end of the sandbox: nothing of theirs survives it."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.client import until
from tests.sandbox.furnished import furnish_state
from tests.sandbox.run_world import PLACE, SERVER, RunWorld, fetch
from tests.sandbox.test_process import Process, started

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child")

IMAGE = "example/app"
PID = "import os\nopen('pid', 'w').write(str(os.getpid()))\n"
SLEEP = f"{PID}import time\ntime.sleep(600)\n"


def _world(process: Process, tmp_path: Path) -> RunWorld:
    return RunWorld(process.client, tmp_path / "state", tmp_path)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return sys.platform != "linux"


def _pid(tmp_path: Path) -> int:
    file = tmp_path / "pid"
    return int(until(lambda: file.read_text() if file.exists() else "", bool))


def _job(run: RunWorld) -> Any:
    task = {"containers": [{"image": "example/job"}], "maxRetries": 0}
    run.map("example/job", SLEEP)
    run.wait(run.client.ok("POST", f"{PLACE}/jobs?jobId=slow", {"template": {"template": task}}))
    return run.client.ok("POST", f"{PLACE}/jobs/slow:run", {})


def test_killed_it_takes_its_processes_along_and_serves_again_after_the_restart(
    tmp_path: Path,
) -> None:
    furnish_state(tmp_path / "state")
    first = Process(tmp_path / "state", "--speed", "2000")
    run = _world(first, tmp_path)
    run.map(IMAGE, PID + SERVER)
    template = {"containers": [{"image": IMAGE}]}
    service = run.deploy("notes", template, invokerIamDisabled=True)
    pid = _pid(tmp_path)
    assert _is_alive(pid)
    first.end(signal.SIGKILL)
    until(lambda: _is_alive(pid), lambda alive: not alive)
    with started(tmp_path / "state", "--speed", "2000"):
        assert fetch(service["uri"])[0] == 200
        later = _pid(tmp_path)
        assert later != pid
    assert not _is_alive(later)


def test_a_job_that_was_cut_off_is_a_failure_and_is_not_begun_again(tmp_path: Path) -> None:
    furnish_state(tmp_path / "state")
    first = Process(tmp_path / "state", "--speed", "2000")
    operation = _job(_world(first, tmp_path))
    pid = _pid(tmp_path)
    first.end(signal.SIGKILL)
    until(lambda: _is_alive(pid), lambda alive: not alive)
    with started(tmp_path / "state", "--speed", "2000") as second:
        run = _world(second, tmp_path)
        done = run.wait(operation)
        assert "The sandbox ended while the task ran" in done["error"]["message"]
        assert _pid(tmp_path) == pid


@LINUX
def test_a_killed_keeper_takes_its_command_along(tmp_path: Path) -> None:
    furnish_state(tmp_path / "state")
    with started(tmp_path / "state", "--speed", "2000") as process:
        _job(_world(process, tmp_path))
        pid = _pid(tmp_path)
        status = Path(f"/proc/{pid}/status").read_text()
        keeper = int(status.partition("PPid:")[2].split()[0])
        os.kill(keeper, signal.SIGKILL)
        until(lambda: _is_alive(pid), lambda alive: not alive)


def test_reset_ends_everything_that_runs_and_everything_works_again(tmp_path: Path) -> None:
    furnish_state(tmp_path / "state")
    with started(tmp_path / "state", "--speed", "2000") as process:
        run = _world(process, tmp_path)
        _job(run)
        pid = _pid(tmp_path)
        run.client.ok("POST", "/sandbox/v1/reset", {})
        assert not _is_alive(pid)
        assert run.client.ok("GET", "/sandbox/v1/images") == {"images": []}
        assert not (tmp_path / "state" / "run").exists()


def test_stopped_in_the_middle_of_a_job_it_ends_the_process_and_says_so(tmp_path: Path) -> None:
    furnish_state(tmp_path / "state")
    with started(tmp_path / "state", "--speed", "2000") as first:
        operation = _job(_world(first, tmp_path))
        pid = _pid(tmp_path)
    assert not _is_alive(pid)
    with started(tmp_path / "state", "--speed", "2000") as second:
        done = _world(second, tmp_path).wait(operation)
        assert "The sandbox ended while the task ran" in done["error"]["message"]
