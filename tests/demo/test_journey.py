"""The whole journey as a program sees it: events, envelope, and nothing left running."""

from __future__ import annotations

import json
from pathlib import Path

import psutil
import pytest

from tests.cli.run_tarmac import Ran, tarmac
from wizards.demo import migration_stages, setup_stages


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    folder = tmp_path_factory.mktemp("journey") / "notes"
    return folder, tarmac("demo", str(folder), "--check", "--json", cwd=Path("/tmp"), timeout=300)


def test_the_journey_ends_well(journey: tuple[Path, Ran]) -> None:
    _folder, ran = journey
    assert ran.code == 0, ran.out[-3000:] + ran.err[-3000:]
    assert ran.envelope["ok"] is True
    assert ran.envelope["command"] == "demo"


def test_every_stage_is_announced_and_concluded_in_order(journey: tuple[Path, Ran]) -> None:
    _folder, ran = journey
    events = [json.loads(line) for line in ran.out.splitlines()[:-1]]
    stages = [event for event in events if event["event"] == "stage"]
    names = [stage.name for stage in (*setup_stages.STAGES, *migration_stages.stages())]
    assert [stage["name"] for stage in stages if stage["state"] == "running"] == names
    assert [stage["name"] for stage in stages if stage["state"] == "done"] == names
    assert [stage["name"] for stage in ran.envelope["data"]["stages"]] == names


def test_nothing_keeps_running(journey: tuple[Path, Ran]) -> None:
    folder, _ran = journey
    left = [
        process.info["cmdline"]
        for process in psutil.process_iter(["cmdline"])
        if str(folder) in " ".join(process.info["cmdline"] or [])
    ]
    assert left == []


def test_no_secret_is_in_what_it_printed_or_wrote(journey: tuple[Path, Ran]) -> None:
    folder, ran = journey
    assert "postgresql://" not in ran.out or "•••" in ran.out
    for path in (folder / ".tarmac" / "journal").rglob("*.jsonl"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text or "•••" in text
        assert path.stat().st_mode & 0o077 == 0


def test_a_folder_in_use_is_refused(journey: tuple[Path, Ran]) -> None:
    folder, _ran = journey
    again = tarmac("demo", str(folder), "--check", cwd=Path("/tmp"))
    assert again.code == 2
    assert "already holds something" in again.err
