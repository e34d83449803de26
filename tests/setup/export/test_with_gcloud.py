"""The exported script under the real gcloud: what an apply gives, and nothing the second time."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.environment import variables
from tests.reliability.state_of import differences
from tests.reliability.whole import TYPED
from tests.running_sandbox import running_sandbox
from tests.sandbox.real_gcloud import gcloud_for
from tests.setup.export.everything import rich
from tests.setup.export.parity import project_state
from tests.setup.sandboxed import ROOT, applied, log_length, planned
from wizards.blueprint import Blueprint, Pipeline
from wizards.cloud.google_cloud import GoogleCloud
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.setup.export.exporting import export

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("gcloud") is None, reason="gcloud is not installed"),
]

GENERATED = ["notes-session-key", "notes-db-password", "notes-db-migration-password"]
SPEED = 1200.0


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[SandboxAddress]:
    with running_sandbox(tmp_path / "empty", speed=SPEED) as address:
        yield address


@pytest.fixture
def other(tmp_path: Path) -> Iterator[SandboxAddress]:
    with running_sandbox(tmp_path / "other", speed=SPEED) as address:
        yield address


def run(wanted: Blueprint, address: SandboxAddress, folder: Path, **more: str) -> str:
    """Run the script against a sandbox and return what it says."""
    [file] = export("gcloud", wanted).files
    place = folder / file.name
    place.write_text(file.text, encoding="utf-8")
    led = variables(
        proxy=address.proxy, ca=address.ca, state=address.state, project="", gcloud=True
    )
    del led["CLOUDSDK_CORE_PROJECT"], led["CLOUDSDK_CORE_DISABLE_PROMPTS"]
    done = subprocess.run(
        ["bash", str(place)],
        env={**os.environ, **led, "TARMAC_PAUSE": "0.2", "TARMAC_TRIES": "200", **TYPED, **more},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not any(value in done.stdout + done.stderr for value in TYPED.values())
    return done.stdout


@pytest.mark.parametrize("pipeline", ["cloud-build", "github"])
def test_the_script_gives_what_apply_gives_and_then_finds_nothing_to_do(
    pipeline: str, empty: SandboxAddress, other: SandboxAddress, tmp_path: Path
) -> None:
    wanted = rich(pipeline)
    clouds = [GoogleCloud.of(empty), GoogleCloud.of(other)]
    root = tmp_path / "root"
    root.mkdir()
    assert applied(root, wanted, clouds[1], **TYPED).failures == ()

    first = run(wanted, empty, tmp_path)
    assert "= " not in first.replace("\n= APIs", "")
    mine, theirs = (
        project_state(address, wanted.project.id, GENERATED) for address in (empty, other)
    )
    assert "\n".join(differences(mine, theirs)) == ""

    before = log_length(empty)
    again = run(wanted, empty, tmp_path)
    assert again.endswith("\n0 changes\n"), again
    assert writes_since(empty, before) == []
    assert [change.id for change in planned(wanted, clouds[0], **TYPED).todo] == []
    for folder in (empty.state / "gcloud", tmp_path / "setup.sh"):
        files = [folder] if folder.is_file() else folder.rglob("*")
        for file in files:
            if file.is_file():
                content = file.read_bytes()
                assert not any(value.encode() in content for value in TYPED.values()), file
    for cloud in clouds:
        cloud.close()


def writes_since(address: SandboxAddress, after: int) -> list[str]:
    """Return the calls that changed something since a point of the log."""
    from tests.setup.sandboxed import ask

    reading = (".get", ".list", "getIamPolicy", ".access", "testIamPermissions", "search")
    entries = ask(address, "GET", f"log?after={after}")["entries"]
    return [
        f"{entry['method']}"
        for entry in entries
        if not str(entry.get("method", "")).endswith(reading)
        and "BillingInfo" not in str(entry.get("method", ""))
    ]


def test_somebody_else_s_settings_survive_and_ours_come_back(
    empty: SandboxAddress, tmp_path: Path
) -> None:
    whole = rich("github")
    wanted = replace(
        whole,
        secrets={"API_KEY": whole.secrets["API_KEY"]},
        pipeline=Pipeline(kind="none"),
        migrations={},
    )
    project = wanted.project.id
    run(wanted, empty, tmp_path)
    gcloud = gcloud_for(empty)
    place = f"--project={project}"
    region = "--region=asia-northeast3"
    gcloud(
        f"secrets update notes-api-key {place} --update-labels=team=a --remove-labels=managed-by"
    )
    gcloud(
        f"projects add-iam-policy-binding {project} --member=user:me@example.com "
        "--role=roles/viewer"
    )
    gcloud(f"run services update notes {place} {region} --update-env-vars=THEIRS=1,MODE=other")
    gcloud(f"sql instances patch notes-db {place} --no-deletion-protection")
    said = run(wanted, empty, tmp_path)
    assert said.count("\n~ ") == 3, said
    assert "~ secret notes-api-key" in said
    assert "THEIRS" in gcloud(f"run services describe notes {place} {region}").stdout
    assert "team: a" in gcloud(f"secrets describe notes-api-key {place}").stdout
    assert "me@example.com" in gcloud(f"projects get-iam-policy {project}").stdout
    rotated = run(wanted, empty, tmp_path, API_KEY="a-new-value-of-the-key")
    assert "+ secret notes-api-key: version" in rotated
    assert "~ service notes: updated" in rotated
    cloud = GoogleCloud.of(empty)
    try:
        assert cloud.secret_value(project, "notes-api-key") == "a-new-value-of-the-key"
        values = {"API_KEY": "a-new-value-of-the-key"}
        assert [change.id for change in planned(wanted, cloud, **values).todo] == []
    finally:
        cloud.close()
