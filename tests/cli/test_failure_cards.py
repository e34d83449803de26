"""What a tired person, and a program, see of a failure: cause, next step, the raw error aside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.run_tarmac import Ran, tarmac
from tests.running_sandbox import running_sandbox
from tests.setup.sandboxed import BILLING, ask, fault
from wizards.postgres.sandbox_address import SandboxAddress

PAGE = "<html><head><title>Hotel Wi-Fi: log in</title></head></html>"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxAddress]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), speed=5000) as address:
        yield address


@pytest.fixture
def sandbox(running: SandboxAddress) -> Iterator[SandboxAddress]:
    yield running
    ask(running, "DELETE", "faults")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "notes"
    made.mkdir()
    words = ("project.id=notes-cards-1", f"project.billing_account={BILLING}", "setup.database=no")
    given = [word for answer in words for word in ("--set", answer)]
    assert tarmac("init", "--no-input", *given, cwd=made, env=environment(tmp_path)).code == 0
    return made


def environment(tmp_path: Path, sandbox: SandboxAddress | None = None) -> dict[str, str]:
    state = {"TARMAC_SANDBOX": str(sandbox.state)} if sandbox else {}
    return {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "xdg"), **state}


def run(sandbox: SandboxAddress, folder: Path, *words: str) -> Ran:
    return tarmac(*words, cwd=folder, env=environment(folder.parent, sandbox))


def test_the_raw_error_is_one_flag_away_and_the_card_says_so(
    sandbox: SandboxAddress, folder: Path
) -> None:
    fault(sandbox, r"projects\.get", times=0, status=200, body=PAGE)
    short = run(sandbox, folder, "plan")
    assert short.code == 1
    assert "something else than Google answered" in short.err
    assert "the raw error: add -v" in short.err
    assert "<title>" not in short.err
    long = run(sandbox, folder, "plan", "-v")
    assert "<title>Hotel Wi-Fi: log in</title>" in long.err
    assert "add -v" not in long.err


def test_a_card_of_a_plan_names_the_plan_for_going_on(
    sandbox: SandboxAddress, folder: Path
) -> None:
    fault(sandbox, r"projects\.get", times=0, status=503, body="<html>x</html>")
    ran = run(sandbox, folder, "plan", "--json")
    (error,) = ran.envelope["errors"]
    assert set(error) == {"code", "message", "why", "next", "raw"}
    assert error["code"] == "unavailable"
    assert error["next"][0] == "tarmac plan"
    assert "tried again for 2 min" in error["why"]
    retried = [line for line in ran.out.splitlines() if '"plan.retrying"' in line]
    assert retried


def test_an_apply_that_fails_shows_every_cause_once_with_what_it_stopped(
    sandbox: SandboxAddress, folder: Path
) -> None:
    message = "Service account creation is not allowed on this project."
    fault(sandbox, r"serviceAccounts\.create", times=0, status=400, message=message)
    location = "Constraint constraints/gcp.resourceLocations violated"
    fault(sandbox, r"repositories\.create", times=0, status=400, message=location)
    ran = run(sandbox, folder, "apply", "--yes")
    assert ran.code == 1
    assert ran.err.count("forbids new service accounts") == 1
    assert ran.err.count("forbids the location") == 1
    assert "stopped: service account notes-" in ran.err
    assert "left out: it needs " in ran.out
    assert "left out, since what they need failed" in ran.out
    told = run(sandbox, folder, "apply", "--yes", "--json")
    assert told.code == 1
    codes = [error["code"] for error in told.envelope["errors"]]
    assert set(codes) == {"accounts-forbidden", "location-forbidden"}
    failed = [s for s in told.envelope["data"]["steps"] if s["state"] == "failed"]
    assert len(codes) == len(failed) > 2
    ask(sandbox, "DELETE", "faults")
    assert run(sandbox, folder, "apply", "--resume", "--yes").code == 0


def test_a_recorded_answer_in_a_file_is_served_by_the_command_line(
    sandbox: SandboxAddress, folder: Path
) -> None:
    file = folder / "recorded.json"
    file.write_text('{"error": {"code": 403, "message": "no", "details": []}}')
    words = ("sandbox", "fault", "add", "--method", "projects.search", "--status", "403")
    assert run(sandbox, folder, *words, "--body", str(file), "--header", "x-a=b").code == 0
    listed = ask(sandbox, "GET", "faults")["faults"][0]
    assert listed["body"]["error"]["message"] == "no"
    assert listed["headers"] == {"x-a": "b"}
    file.write_text("<html>")
    assert run(sandbox, folder, *words, "--body", str(file)).code == 0
    assert ask(sandbox, "GET", "faults")["faults"][1]["body"] == "<html>"
