"""What can be made besides the usual files: listed, by name, by family, kept up to date."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.run_tarmac import tarmac
from tests.files.project import blueprint, project
from wizards.failures import UsageFailure
from wizards.files import artefacts, offers, write


def test_the_list_says_what_when_and_why(tmp_path: Path) -> None:
    root = project(tmp_path)
    ran = tarmac("generate", "--list", "--json", cwd=root)
    assert ran.code == 0
    found = {one["name"]: one for one in ran.envelope["data"]["artefacts"]}
    assert found["dockerfile"]["unasked"]
    assert not found["task-definition"]["unasked"]
    assert found["task-definition"]["paths"] == ["deploy/aws/task-definition.json"]
    assert all(one["says"] and one["when"] for one in found.values())
    spoken = tarmac("generate", "--list", cwd=root)
    assert "GitHub Actions" in spoken.out


def test_a_family_is_written_and_kept_up_to_date(tmp_path: Path) -> None:
    root = project(tmp_path)
    ran = tarmac("generate", "--family", "aws", "--write", "--json", cwd=root)
    assert ran.code == 0
    assert len(ran.envelope["data"]["written"]) == 3
    script = root / "deploy" / "aws" / "deploy.sh"
    assert stat.S_IMODE(script.stat().st_mode) == 0o755
    usual = {one.artefact.path: one.state for one in artefacts(root, blueprint(root))}
    assert usual["buildspec.yml"] == "unchanged"
    changed = {one.artefact.path: one.state for one in artefacts(root, blueprint(root, port=9999))}
    assert changed["deploy/aws/task-definition.json"] == "changed"


def test_edits_of_scripts_and_json_survive_a_changed_blueprint(tmp_path: Path) -> None:
    root = project(tmp_path)
    names = ("start", "task-definition")
    write(root, artefacts(root, blueprint(root), names=names))
    start = root / "deploy" / "start.sh"
    start.write_text(start.read_text().replace("pipefail\n", "pipefail\n# mine\n"))
    task = root / "deploy" / "aws" / "task-definition.json"
    task.write_text(task.read_text().replace('"stopTimeout": 30', '"stopTimeout": 60'))
    later = blueprint(root, port=9999)
    states = artefacts(root, later, names=names)
    assert {one.state for one in states} == {"merge"}
    write(root, states)
    lines = start.read_text().splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert later.hash in lines[1]
    assert "# mine" in lines
    assert "9999" in start.read_text()
    assert '"stopTimeout": 60' in task.read_text()
    assert '"containerPort": 9999' in task.read_text()
    assert later.hash in task.read_text()


def test_runtime_and_pipeline_decide_what_is_made(tmp_path: Path) -> None:
    root = project(tmp_path)
    found = blueprint(root)
    on_machine = replace(found, service=replace(found.service, runtime="vm"))
    paths = {one.artefact.path for one in artefacts(root, on_machine)}
    assert "deploy/vm/cloud-init.yaml" in paths
    assert "cloudbuild.yaml" not in paths
    by_github = replace(
        found, pipeline=replace(found.pipeline, kind="github", github="owner/notes")
    )
    texts = {one.artefact.path: one.merged for one in artefacts(root, by_github)}
    assert "cloudbuild.yaml" not in texts
    flow = texts[".github/workflows/deploy.yml"]
    assert "workloadIdentityPools/notes-github/providers/github" in flow
    assert "cloudbuild-trigger" not in str({offer.paths for offer in offers(root, by_github)})


def test_what_makes_no_sense_is_said_and_not_made(tmp_path: Path) -> None:
    root = project(tmp_path)
    found = blueprint(root)
    bare = replace(found, database=None, secrets={})
    with pytest.raises(UsageFailure) as wrong:
        artefacts(root, bare, names=("move-sqlite",))
    assert wrong.value.code == "not-for-this"
    with pytest.raises(UsageFailure) as unknown:
        artefacts(root, bare, names=("strat",))
    assert unknown.value.next[0] == "tarmac generate start"
