"""`tarmac export` as a person and a program call it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.run_tarmac import tarmac
from tests.cli.test_json_contract import check
from tests.reliability.whole import written
from tests.setup.export.everything import rich


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    written(rich(), folder / "tarmac.toml")
    return folder


def test_a_script_goes_to_stdout_so_that_it_can_be_piped(project: Path) -> None:
    ran = tarmac("export", "gcloud", cwd=project)
    assert (ran.code, ran.err) == (0, "")
    done = subprocess.run(["bash", "-n"], input=ran.out, text=True, check=False)
    assert done.returncode == 0
    assert sorted(path.name for path in project.iterdir()) == ["tarmac.toml"]
    told = tarmac("export", "gcloud", "--json", cwd=project)
    check("export", told.envelope["data"])
    assert told.envelope["command"] == "export gcloud"
    assert told.envelope["data"]["files"][0]["text"] == ran.out


def test_terraform_has_a_folder_of_its_own_and_says_what_comes_next(project: Path) -> None:
    ran = tarmac("export", "terraform", cwd=project)
    assert ran.code == 0, ran.err
    assert "+ terraform/imports.tf" in ran.out
    assert "next: terraform -chdir=terraform init" in ran.out
    again = tarmac("export", "terraform", "--json", cwd=project)
    check("export", again.envelope["data"])
    assert {part["state"] for part in again.envelope["data"]["files"]} == {"unchanged"}


def test_an_edited_file_is_refused_by_name_and_replaced_when_forced(project: Path) -> None:
    tarmac("export", "gcloud", "-o", "ops", cwd=project)
    script = project / "ops" / "setup.sh"
    script.write_text(script.read_text() + "echo mine\n")
    refused = tarmac("export", "gcloud", "-o", "ops", cwd=project)
    assert refused.code == 4
    assert "ops/setup.sh" in refused.err
    forced = tarmac("export", "gcloud", "-o", "ops", "--force", cwd=project)
    assert forced.code == 0
    assert "setup.sh.before" in forced.out
    assert "echo mine" not in script.read_text()


def test_nothing_that_was_given_as_a_value_is_exported(project: Path) -> None:
    values = {"API_KEY": "typed-value-of-the-key", "SIGNING_KEY": "another-value-altogether"}
    tarmac("export", "terraform", cwd=project, env=values)
    tarmac("export", "gcloud", "-o", "ops", cwd=project, env=values)
    files = [path for path in project.rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        assert not any(value in path.read_text() for value in values.values())


def test_without_a_project_the_card_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "tarmac.toml").write_text("[service]\nname = 'notes'\n")
    ran = tarmac("export", "terraform", "--json", cwd=tmp_path)
    assert ran.code == 2
    assert json.loads(ran.out.splitlines()[-1])["errors"][0]["code"] == "project-missing"
    assert not (tmp_path / "terraform").exists()
