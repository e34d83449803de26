"""`tarmac detect` and `tarmac generate` as a person and a program run them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from generators.check import check
from tests.cli.run_tarmac import tarmac
from tests.files.project import EXAMPLE, project

SERVICE_KEYS = {
    "path",
    "language",
    "framework",
    "framework_version",
    "package_manager",
    "entrypoint",
    "port",
    "python_version",
    "migrations",
    "database",
    "frontend",
    "evidence",
}


def test_detect_answers_in_the_promised_shape(tmp_path: Path) -> None:
    ran = tarmac("detect", str(EXAMPLE), "--json", cwd=tmp_path)
    assert ran.code == 0
    assert (ran.envelope["command"], ran.envelope["ok"]) == ("detect", True)
    [service] = ran.envelope["data"]["services"]
    assert service.keys() >= SERVICE_KEYS
    assert service["entrypoint"] == "app.main:app"
    assert service["migrations"]["provider"] == "alembic"
    assert service["migrations"]["directory"] == "."
    assert service["database"] == "postgresql"
    assert all({"path", "line"} <= piece.keys() for piece in service["evidence"])


def test_detect_says_when_there_is_nothing(tmp_path: Path) -> None:
    ran = tarmac("detect", cwd=tmp_path)
    assert ran.code == 0
    assert "There is no deployable application here." in ran.out


def test_generate_checks_writes_and_takes_back(tmp_path: Path) -> None:
    root = project(tmp_path)
    assert tarmac("generate", "--check", cwd=root).code == 3
    assert not (root / "Dockerfile").exists()
    ran = tarmac("generate", "--write", "--json", cwd=root)
    assert ran.code == 0
    assert set(ran.envelope["data"]["written"]) >= {"Dockerfile", "cloudbuild.yaml"}
    again = tarmac("generate", "--check", "--json", cwd=root)
    assert again.code == 0
    assert {one["state"] for one in again.envelope["data"]["files"]} == {"unchanged"}
    assert tarmac("generate", "--undo", cwd=root).code == 0
    assert not (root / "Dockerfile").exists()


def test_generate_shows_the_difference_of_one_file(tmp_path: Path) -> None:
    root = project(tmp_path)
    ran = tarmac("generate", "compose", "--diff", cwd=root)
    assert ran.code == 0
    assert "+++ b/docker-compose.yml" in ran.out
    assert "cloudbuild" not in ran.out


def test_generate_keeps_the_language_of_the_files(tmp_path: Path) -> None:
    root = project(tmp_path)
    assert tarmac("generate", "--write", cwd=root).code == 0
    korean = {"TARMAC_LANG": "ko", "LANG": "ko_KR.UTF-8"}
    assert tarmac("generate", "--check", cwd=root, env=korean).code == 0


def test_generate_without_a_blueprint_is_a_card(tmp_path: Path) -> None:
    ran = tarmac("generate", cwd=tmp_path)
    assert ran.code != 0
    assert "Traceback" not in ran.err
    assert "tarmac init" in ran.err


def test_verify_says_which_validators_were_not_there(tmp_path: Path) -> None:
    root = project(tmp_path)
    ran = tarmac("generate", "--verify", "--json", cwd=root)
    checks = {(one["validator"], one["path"]): one for one in ran.envelope["data"]["checks"]}
    assert checks["tarmac", "cloudbuild.yaml"]["outcome"] == "passed"
    assert ("hadolint", "Dockerfile") in checks
    assert {one["outcome"] for one in checks.values()} <= {"passed", "absent"}


def test_a_validator_that_complains_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "hadolint"
    fake.write_text(
        '#!/bin/sh\necho \'[{"line": 3, "code": "DL3000", "message": "no"}]\'\nexit 1\n',
        encoding="utf-8",
    )
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    [verdict] = check([("dockerfile", "sub/Dockerfile", "FROM scratch\n")])
    assert verdict.outcome == "failed"
    assert (verdict.complaints[0].line, verdict.complaints[0].message) == (3, "DL3000: no")


def test_cloud_build_traps_are_found_with_their_lines() -> None:
    text = (
        "steps:\n"
        "  - id: one\n"
        "    args: ['$_MISSING', '$$PLAIN', '${PROJECT_ID}']\n"
        "  - id: one\n"
        "    waitFor: ['two']\n"
        "substitutions:\n"
        "  _UNUSED: x\n"
        "  bad: y\n"
    )
    found = check([("cloudbuild", "cloudbuild.yaml", text)])
    [verdict] = [one for one in found if one.validator == "tarmac"]
    assert verdict.validator == "tarmac"
    assert sorted({complaint.line for complaint in verdict.complaints}) == [3, 4, 5, 7, 8]
