"""Killed or cancelled anywhere, an apply ends where an undisturbed one ends."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.run_tarmac import Ran, tarmac
from tests.running_sandbox import running_sandbox
from tests.setup.sandboxed import (
    BILLING,
    ROOT,
    blueprint,
    log_length,
    planned,
    writes,
)
from wizards.blueprint_writing import write
from wizards.cancel import Cancel
from wizards.cloud.google_cloud import GoogleCloud
from wizards.events import Event
from wizards.journal import private_folder
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.runner import State
from wizards.setup.applying import apply
from wizards.setup.unfinished import unfinished

VALUE = "kill-test-value-1"


@pytest.fixture(scope="module")
def slow_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxAddress]:
    """A sandbox in which an instance takes about a second."""
    with running_sandbox(tmp_path_factory.mktemp("slow"), speed=250) as address:
        yield address


def project_folder(root: Path, project: str) -> Path:
    write(
        root / "tarmac.toml",
        {
            "project.id": project,
            "project.billing_account": BILLING,
            "service.name": "notes",
            "service.max_instances": 3,
            "database.instance": "notes-db",
            "database.name": "notes",
            "database.user": "notes",
            "secrets.API_KEY.name": "notes-api-key",
            "secrets.API_KEY.source": "env:API_KEY",
        },
    )
    return root


def environment(address: SandboxAddress, root: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TARMAC_SANDBOX": str(address.state),
        "XDG_STATE_HOME": str(root / "xdg"),
        "API_KEY": VALUE,
    }


def kill_when(address: SandboxAddress, root: Path, event: str, step: str) -> list[str]:
    """Start a real apply, kill it -9 as soon as its journal says so; return its last argv."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "apply", "--yes"],
        cwd=root,
        env=environment(address, root),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    arguments: list[str] = []
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        if not arguments:
            arguments = Path(f"/proc/{process.pid}/cmdline").read_text().split("\0")
        if said(root, event, step):
            break
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert said(root, event, step), "the apply never came so far"
    return arguments


def said(root: Path, event: str, step: str) -> bool:
    for path in (root / ".tarmac" / "journal").glob("apply-*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
            if line.endswith("\n") and f'"event":"{event}"' in line and step in line:
                return True
    return False


def resume(address: SandboxAddress, root: Path) -> Ran:
    return tarmac("apply", "--resume", "--yes", "--json", cwd=root, env=environment(address, root))


SLOW = pytest.mark.slow
POINTS = [
    pytest.param("step.start", "project:", marks=SLOW),
    pytest.param("step.operation", "project:", marks=SLOW),
    pytest.param("step.operation", "apis:", marks=SLOW),
    pytest.param("step.start", "secret:notes-api-key", marks=SLOW),
    pytest.param("step.operation", "sql.instance:", marks=SLOW),
    pytest.param("step.operation", "sql.database:", marks=SLOW),
    pytest.param("step.operation", "sql.user:", marks=SLOW),
]


@pytest.mark.parametrize(("event", "step"), POINTS)
def test_killed_there_and_resumed_it_ends_like_an_undisturbed_run(
    event: str, step: str, slow_sandbox: SandboxAddress, tmp_path: Path
) -> None:
    project = blueprint().project.id
    root = project_folder(tmp_path, project)
    before = log_length(slow_sandbox)
    arguments = kill_when(slow_sandbox, root, event, step)
    left = unfinished(root)
    assert left is not None
    assert left.how == "killed"
    again = resume(slow_sandbox, root)
    assert again.code == 0, again.out + again.err
    plan = tarmac("plan", "--check", "--json", cwd=root, env=environment(slow_sandbox, root))
    assert plan.code == 0, plan.out
    assert unfinished(root) is None
    for call in ("projects.create", "instances.insert", "databases.insert", "users.insert"):
        assert writes(slow_sandbox, before, call) == 1, call
    assert writes(slow_sandbox, before, "secrets.addVersion") == 2
    assert writes(slow_sandbox, before, "serviceAccounts.create") == 3
    everything = [*arguments, again.out, again.err]
    everything += [path.read_text() for path in (root / ".tarmac").rglob("*.jsonl")]
    assert VALUE not in "\n".join(everything)


def test_a_cancel_says_what_it_left_running_and_a_second_apply_finishes_it(
    slow_sandbox: SandboxAddress, tmp_path: Path
) -> None:
    cloud = GoogleCloud.of(slow_sandbox)
    wanted = blueprint()
    cancel = Cancel()

    def listen(event: Event) -> None:
        if str(event.fields.get("says", "")).startswith("until the instance runs"):
            cancel.ask()

    done = apply(tmp_path, wanted, cloud, planned(wanted, cloud), {}, listen, cancel)
    assert done.cancelled
    assert not done.ok
    instance = done.steps["sql.instance:notes-db"]
    assert instance.state is State.CANCELLED
    assert "left running" in instance.says
    assert done.steps["sql.database:notes-db/notes"].state is State.CANCELLED
    left = unfinished(tmp_path)
    assert left is not None
    assert (left.how, "sql.instance:notes-db" in left.operations) == ("cancelled", True)
    events: list[Event] = []
    again = apply(tmp_path, wanted, cloud, planned(wanted, cloud), {}, events.append, Cancel())
    assert again.ok
    assert any("joining" in str(event.fields.get("says")) for event in events)
    assert planned(wanted, cloud).todo == ()
    cloud.close()


def test_control_c_on_the_command_ends_with_130_and_names_the_way_on(
    slow_sandbox: SandboxAddress, tmp_path: Path
) -> None:
    root = project_folder(tmp_path, blueprint().project.id)
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "apply", "--yes"],
        cwd=root,
        env=environment(slow_sandbox, root),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 30
    while not said(root, "step.operation", "sql.instance:") and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "tarmac apply --resume" in err
    assert "Traceback" not in out + err


def test_two_applies_in_one_folder_do_not_run_at_once(
    slow_sandbox: SandboxAddress, tmp_path: Path
) -> None:
    root = project_folder(tmp_path, blueprint().project.id)
    lock = private_folder(root) / "apply.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        refused = resume(slow_sandbox, root)
    assert refused.envelope["errors"][0]["code"] == "apply-running"
    assert not (root / ".tarmac" / "journal").exists()
