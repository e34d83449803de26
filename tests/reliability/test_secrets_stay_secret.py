"""No value of a secret stands anywhere but in Secret Manager: looked for in everything there is."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from textual.app import App
from textual.widgets import Input

from tests.cli.run_tarmac import tarmac
from tests.reliability.at_a_terminal import at_a_terminal
from tests.reliability.whole import whole, written
from tests.running_sandbox import running_sandbox
from tests.setup.sandboxed import fault
from tui.screens.setup.secrets_card import SecretsCard
from wizards.blueprint import Blueprint, Secret
from wizards.cloud.google_cloud import GoogleCloud
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.setup.desired import resources
from wizards.setup.naming import secrets_of

TYPED = "typed=\"quoted\" & 'single' 7731"
FROM_FILE = "-----BEGIN KEY-----\nbWFya2VyLWxpbmUtNzczMg==\n-----END KEY-----"
FROM_VARIABLE = "wert-mit-ümlaut\\und/schräg?7733"
SHORT_LINE = 12
ROOT = Path(__file__).parents[2]


@dataclass
class Journey:
    """Everything that one person's set-up left behind, as text by where it was found."""

    values: set[str]
    found: dict[str, str] = field(default_factory=dict)

    def note(self, where: str, text: str) -> None:
        self.found[where] = self.found.get(where, "") + text

    def leaks(self) -> list[str]:
        return [
            f"{value[:8]}… as {form[:12]}… in {where}: …{_around(text, form)}…"
            for where, text in self.found.items()
            for value in self.values
            for form in forms(value)
            if form in text
        ]


def forms(value: str) -> set[str]:
    """Return a value as it would look when somebody wrote it out, quoted or encoded it."""
    whole_ones = {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        quote(value),
        quote(value, safe=""),
        base64.b64encode(value.encode()).decode(),
        *(line for line in value.splitlines() if "KEY" not in line),
    }
    return {form for form in whole_ones if len(form) >= SHORT_LINE}


def _around(text: str, form: str) -> str:
    start = text.index(form)
    return text[max(start - 60, 0) : start].replace("\n", "⏎")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxAddress]:
    with running_sandbox(tmp_path_factory.mktemp("secrets") / "sandbox", speed=4000) as address:
        yield address


@pytest.fixture(scope="module")
def journey(sandbox: SandboxAddress, tmp_path_factory: pytest.TempPathFactory) -> Journey:
    """Plan, fail, apply with typed values, plan, export, drift and undo; keep all that was said."""
    home = tmp_path_factory.mktemp("home")
    folder = home / "notes"
    folder.mkdir()
    wanted = blueprint()
    written(wanted, folder / "tarmac.toml")
    (folder / "key").write_text(FROM_FILE + "\n", encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TARMAC_LANG": "en",
        "TARMAC_SANDBOX": str(sandbox.state),
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "TERM": "xterm-256color",
    }
    with_value = {**environment, "FROM_VARIABLE": FROM_VARIABLE}
    made = Journey({TYPED, FROM_FILE, FROM_VARIABLE})

    def run(*words: str, env: Mapping[str, str] = with_value, codes: tuple[int, ...] = (0,)) -> str:
        ran = tarmac(*words, cwd=folder, env=dict(env))
        made.note(f"tarmac {' '.join(words)}", ran.out + ran.err)
        assert ran.code in codes, ran.out + ran.err
        return ran.out

    def type_apply(code: int) -> None:
        ended, screen = at_a_terminal(
            ["apply", "--yes", "-v"],
            folder=folder,
            environment=with_value,
            answers={"Value of TYPED": TYPED},
            meanwhile=lambda pid: made.note("processes", _processes_of(pid)),
        )
        made.note("the terminal", screen)
        assert ended == code, screen[-2000:]

    echo = f"The payload {json.dumps(TYPED)} is not welcome"
    fault(sandbox, "notes-typed:addVersion", status=400, message=echo, reason="INVALID")
    fault(sandbox, "notes-key:addVersion", status=400, message=f"no {FROM_FILE}", reason="INVALID")
    type_apply(1)
    type_apply(0)
    cloud = GoogleCloud.of(sandbox)
    for secret in secrets_of(wanted).values():
        made.values.add(cloud.secret_value(wanted.project.id, secret.name))
    cloud.close()
    run("plan", "-v", "--json")
    run("export", "gcloud", "-o", "script")
    run("export", "terraform", "-o", "hcl")
    run("drift", "--json", codes=(0, 3))
    run("undo", "--yes", "-v", "--keep-data", codes=(0, 1))
    for place in (folder, home / "state", home / "cache", sandbox.state):
        for path in place.rglob("*"):
            if path.is_file() and path.name != "key" and "sandbox.db" not in path.name:
                made.note(str(path), path.read_bytes().decode("utf-8", errors="replace"))
    return made


def blueprint() -> Blueprint:
    """Return a set-up with a value from every kind of source."""
    from dataclasses import replace

    known = {
        "TYPED": Secret(name="notes-typed", source="ask"),
        "FROM_FILE": Secret(name="notes-key", source="file:key"),
        "FROM_VARIABLE": Secret(name="notes-variable", source="env:FROM_VARIABLE"),
        "GENERATED": Secret(name="notes-generated", source="generate"),
    }
    return replace(whole("github"), secrets=known)


def _processes_of(pid: int) -> str:
    """Return arguments and environment of a process and its children, without what we gave."""
    told = ""
    for place in Path("/proc").glob("[0-9]*"):
        try:
            status = (place / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            if pid in (int(place.name), int(status[1])):
                told += (place / "cmdline").read_text(encoding="utf-8")
                told += (place / "environ").read_text(encoding="utf-8")
        except (OSError, ValueError):
            continue
    return told.replace(f"FROM_VARIABLE={FROM_VARIABLE}", "")


def test_no_value_stands_in_output_journals_logs_exports_or_processes(journey: Journey) -> None:
    assert len(journey.values) >= 6
    assert journey.leaks() == []


def test_there_was_something_to_look_through(journey: Journey) -> None:
    places = " ".join(journey.found)
    for part in ("apply-", "undo-", "tarmac.toml", ".tf", ".sh", "terminal", "processes"):
        assert part in places, part
    assert "•••" in journey.found["the terminal"], "the error repeated a value"


def test_no_value_stands_in_what_describes_a_resource() -> None:
    values = {"TYPED": TYPED, "FROM_FILE": FROM_FILE, "FROM_VARIABLE": FROM_VARIABLE}
    parts = resources(blueprint(), values)
    said = Journey(set(values.values()))
    said.note("repr", repr(parts))
    said.note("recorded", json.dumps([_recorded(part) for part in parts]))
    assert said.leaks() == []


def _recorded(part: object) -> object:
    from wizards.setup.recording import record
    from wizards.setup.resource import Resource

    assert isinstance(part, Resource)
    return record(part)


async def test_a_picture_of_the_screen_does_not_show_what_is_typed() -> None:
    value = secrets.token_hex(8)
    app: App[None] = App()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(SecretsCard(["API_KEY"]))
        await pilot.press(*value)
        await pilot.pause()
        assert app.screen.query_one(Input).value == value
        assert value not in app.export_screenshot()
