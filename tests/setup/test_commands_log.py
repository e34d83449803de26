"""Beside every journal lies what a person would have typed, without a single value."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.run_tarmac import tarmac
from tests.setup.sandboxed import applied, blueprint, fault
from wizards.blueprint import Secret
from wizards.cloud.google_cloud import GoogleCloud
from wizards.events import Event, discard
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.setup.commands_log import CommandsLog

WANTED = {"API_KEY": Secret(name="api-key", source="ask")}


def test_every_step_that_was_done_is_there_and_nothing_else(
    sandbox: SandboxAddress, cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = blueprint(database=False, secrets_=WANTED)
    fault(sandbox, "repositories.create", status=403, times=99)
    broken = applied(tmp_path, wanted, cloud, API_KEY="typed-by-a-person")
    assert broken.commands is not None
    assert broken.commands.stat().st_mode & 0o777 == 0o600
    text = broken.commands.read_text(encoding="utf-8")
    assert f"gcloud projects create {wanted.project.id}" in text
    assert "gcloud secrets create api-key" in text
    assert "repositories create" not in text
    assert "typed-by-a-person" not in text
    assert subprocess.run(["bash", "-n"], input=text, text=True, check=False).returncode == 0
    done = {end.title for end in broken.steps.values() if end.state.value == "done"}
    assert set(re.findall(r"^# (.+)$", text, re.MULTILINE)[1:]) == done


def test_what_does_nothing_leaves_no_file(tmp_path: Path) -> None:
    log = CommandsLog(tmp_path / "apply-1.jsonl")
    log.listening(discard)(Event("plan.step", {"state": "failed", "title": "x", "command": "y"}))
    assert log.path is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("title", ["one\nrm -rf /", "한글"])
def test_a_title_cannot_leave_its_comment(tmp_path: Path, title: str) -> None:
    log = CommandsLog(tmp_path / "apply-1.jsonl")
    heard: list[Event] = []
    event = Event("plan.step", {"state": "done", "title": title, "command": "true"})
    log.listening(heard.append)(event)
    assert heard == [event]
    assert log.path is not None
    lines = log.path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == ["true"]


def test_apply_ends_with_the_file(sandbox: SandboxAddress, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    made = blueprint(database=False)
    (folder / "tarmac.toml").write_text(
        f"[project]\nid = '{made.project.id}'\nbilling_account = '{made.project.billing_account}'\n"
        "[service]\nname = 'notes'\n[pipeline]\nkind = 'none'\n"
    )
    clean = {"HOME": str(tmp_path), "TARMAC_SANDBOX": str(sandbox.state)}
    ran = tarmac("apply", "--yes", cwd=folder, env=clean, timeout=120)
    assert ran.code == 0, ran.err
    [file] = (folder / ".tarmac" / "journal").glob("*.commands.sh")
    assert f"as commands: .tarmac/journal/{file.name}" in ran.out
