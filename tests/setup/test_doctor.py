"""The doctor: what is here, what is missing, and a fix that works on this system."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.run_tarmac import Ran, tarmac
from tests.cli.test_json_contract import check
from tests.setup.sandboxed import applied, blueprint
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.login import FULL_SCOPE, Login
from wizards.plan import Check
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.setup import doctor_fixes, doctor_machine, doctor_online
from wizards.setup.doctor import Patient, examine, group_title
from wizards.setup.doctor_project import Place
from wizards.setup.doctor_terminal import Terminal
from wizards.setup.doctor_terminal import checks as terminal_checks

Fake = Callable[..., None]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Return a function that puts a program on a PATH which holds nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def fake(name: str, script: str = "exit 0") -> None:
        file = folder / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    return fake


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project folder of somebody who is logged in nowhere and has no proxies."""
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud"))
    for name in ("PROXY", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    return root


def found(root: Path, **more: object) -> dict[str, Check]:
    """Return the verdicts by id."""
    patient = Patient(place=Place.of(root / "tarmac.toml"), **more)  # type: ignore[arg-type]
    return {verdict.check.id: verdict.check for verdict in examine(patient)}


def test_whatever_is_not_well_has_a_fix_and_every_group_a_title(alone: Path) -> None:
    verdicts = examine(Patient(place=Place.of(alone / "tarmac.toml")))
    assert all(one.check.fix for one in verdicts if one.check.level != "ok")
    assert all(group_title(one.group) for one in verdicts)
    ids = [one.check.id for one in verdicts]
    assert len(ids) == len(set(ids))


def test_versions_come_from_the_programs_and_gcloud_s_from_its_folder(
    alone: Path, programs: Fake, tmp_path: Path
) -> None:
    programs("git", "echo git version 2.51.0")
    programs("terraform", "echo Terraform v1.13.4")
    programs("gcloud", "sleep 60")
    (tmp_path / "VERSION").write_text("999.0.0\n")
    checks = found(alone)
    assert checks["git"].says.startswith("2.51.0 · ")
    assert checks["terraform"].says.startswith("1.13.4 · ")
    assert checks["gcloud"].says.startswith("999.0.0 · ")
    assert checks["docker"].level == "warning"


def test_a_program_that_hangs_or_is_broken_is_told_from_one_that_is_missing(
    alone: Path, programs: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wizards.setup import doctor_programs

    monkeypatch.setattr(doctor_programs.ask, "__kwdefaults__", {"seconds": 0.2})
    programs("git", "echo 'dyld: broken' >&2; exit 134")
    programs("terraform", "exec /bin/sleep 60")
    checks = found(alone)
    assert checks["git"].level == "red"
    assert "dyld: broken" in checks["git"].says
    assert "no answer in 0.2 s" in checks["terraform"].says


@pytest.mark.parametrize(
    ("said", "fix"),
    [
        ("Cannot connect to the Docker daemon", "systemctl start docker"),
        ("permission denied while trying to connect", 'usermod -aG docker "$USER"'),
    ],
)
def test_docker_s_engine_and_plugins_are_looked_at_one_by_one(
    alone: Path, programs: Fake, monkeypatch: pytest.MonkeyPatch, said: str, fix: str
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    programs("systemctl")
    programs(
        "docker",
        f'case $1 in --version) echo Docker version 28.2.2;; version) echo "{said}" >&2; exit 1;; '
        "buildx) echo github.com/docker/buildx v0.24.0;; *) exit 1;; esac",
    )
    checks = found(alone)
    assert checks["docker"].level == "warning"
    assert checks["docker"].says.startswith("28.2.2")
    assert checks["docker"].fix.endswith(fix)
    assert checks["docker-buildx"].says == "0.24.0"
    assert "not found" in checks["docker-compose"].says
    assert checks["docker-compose"].level == "ok"  # optional: an offer, no warning


@pytest.mark.parametrize(
    ("manager", "program", "command"),
    [
        ("apt-get", "git", "apt-get install git"),
        ("apk", "docker", "apk add docker"),
        ("dnf", "node", "dnf install nodejs"),
        ("brew", "gcloud", "brew install --cask gcloud-cli"),
        ("apt-get", "gcloud", "https://cloud.google.com/sdk/docs/install"),
        ("", "git", "https://git-scm.com/downloads"),
        ("apt-get", "postgres-client", "apt-get install postgresql-client-17"),
    ],
)
def test_the_fix_is_that_of_this_system(
    programs: Fake, manager: str, program: str, command: str
) -> None:
    if manager:
        programs(manager)
    assert doctor_fixes.install(program, major=17).removeprefix("sudo ") == command


def test_sudo_only_for_whoever_is_not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert doctor_fixes.as_root("x") == "sudo x"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert doctor_fixes.as_root("x") == "x"


@pytest.mark.parametrize(
    ("version", "level"), [("POSTGRES_15", "ok"), ("POSTGRES_18", "ok"), ("POSTGRES_40", "red")]
)
def test_pg_dump_must_be_as_new_as_the_blueprint_s_database(
    alone: Path, version: str, level: str
) -> None:
    (alone / "tarmac.toml").write_text(f"[database]\ninstance = 'a'\nversion = '{version}'\n")
    verdict = found(alone)["postgres-version"]
    assert verdict.level == level
    assert version.removeprefix("POSTGRES_") in verdict.says + verdict.fix


def test_node_is_looked_at_only_where_the_project_has_one(alone: Path, programs: Fake) -> None:
    programs("node", "echo v20.11.1")
    assert "node" not in found(alone)
    (alone / "web").mkdir()
    (alone / "web" / "package.json").write_text('{"engines": {"node": ">=18"}}')
    assert found(alone)["node"].level == "ok"
    (alone / "web" / ".nvmrc").write_text("v22.3\n")
    assert "20.11.1; the project asks for 22" in found(alone)["node"].says


def test_a_broken_blueprint_is_needed_and_says_where(alone: Path) -> None:
    assert found(alone)["blueprint"].fix == "tarmac init"
    (alone / "tarmac.toml").write_text("[service]\nprot = 80\n")
    verdict = found(alone)["blueprint"]
    assert verdict.level == "red"
    assert "prot" in verdict.says


def test_what_was_left_unfinished_is_named_with_the_way_on(alone: Path) -> None:
    journal = alone / ".tarmac" / "journal"
    journal.mkdir(parents=True)
    assert found(alone)["apply"].level == "ok"
    start = {"event": "apply.start", "at": "2026-11-01T10:00:00Z", "project": "p", "changes": []}
    (journal / "apply-20261101T100000000000.jsonl").write_text(json.dumps(start) + "\n")
    session = {"event": "session.start", "at": "2026-11-01T10:00:00Z", "session": "20261101-1"}
    (journal / "migrate-20261101-1.jsonl").write_text(json.dumps(session) + "\n")
    checks = found(alone)
    assert checks["apply"].fix == "tarmac apply --resume"
    assert checks["sessions"].level == "warning"


def test_a_dotenv_that_git_holds_or_would_take_is_a_warning(alone: Path) -> None:
    git = ["git", "-C", str(alone)]
    subprocess.run([*git, "init", "-q"], check=True)
    for name in (".env", ".env.local", ".env.prod", ".env.example", ".envrc"):
        (alone / name).write_text("A=b\n")
    (alone / ".gitignore").write_text(".env.local\n")
    subprocess.run([*git, "add", ".env.prod"], check=True)
    checks = found(alone)
    assert checks["ignored:.env"].fix == "echo .env >> .gitignore"
    assert checks["ignored:.env.local"].level == "ok"
    assert "git rm --cached .env.prod" in checks["ignored:.env.prod"].fix
    assert not {"ignored:.env.example", "ignored:.envrc"} & set(checks)


def test_proxies_are_shown_without_their_password(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hushhush@proxy.example:3128")
    checks = found(alone)
    assert checks["proxy:HTTPS_PROXY"].says == "http://proxy.example:3128"
    assert checks["no-proxy"].level == "warning"
    monkeypatch.setenv("https_proxy", "http://other.example")
    monkeypatch.setenv("NO_PROXY", "localhost")
    monkeypatch.setenv("HTTP_PROXY", "proxy.example:3128")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    checks = found(alone)
    assert checks["proxy:HTTPS_PROXY"].level == "warning"
    assert checks["proxy:HTTP_PROXY"].level == "warning"
    assert "no-proxy" not in checks
    assert checks["certificates:SSL_CERT_FILE"].fix == "unset SSL_CERT_FILE"
    assert "hushhush" not in str(checks)


def test_little_room_is_a_warning_and_none_is_needed(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(alone)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage._replace(free=1_000_000_000))
    assert found(alone)["disk"].level == "warning"
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage._replace(free=1_000_000))
    assert found(alone)["disk"].level == "red"


def test_a_folder_that_cannot_be_written_is_needed(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor_machine.os, "access", lambda *_words: False)
    checks = found(alone)
    assert checks["folder"].level == "red"
    assert str(alone) in checks["folder"].fix
    assert checks["folders"].level == "red"


def test_credentials_are_told_apart_without_asking_anybody(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = alone / "key.json"
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    assert "is not there" in found(alone)["login"].says
    file.write_text("nothing")
    assert "not a credentials file" in found(alone)["login"].says
    file.write_text('{"type": "service_account", "client_email": "a@p.iam"}')
    verdict = found(alone)["login"]
    assert (verdict.level, "a@p.iam" in verdict.says) == ("warning", True)
    file.write_text('{"type": "authorized_user", "refresh_token": "hush"}')
    verdict = found(alone)["login"]
    assert (verdict.level, "hush" in verdict.says) == ("ok", False)


def judged(login: Login) -> dict[str, Check]:
    place = Place(root=Path(), path=Path("tarmac.toml"))
    return {one.id: one for one in doctor_online._login(login, place)}


def test_what_google_says_of_a_login_is_judged() -> None:
    now = datetime.now(UTC)
    good = judged(
        Login(account="me@x", person=True, scopes=(FULL_SCOPE,), quota_project="p", now=now)
    )
    assert {one.level for one in good.values()} == {"ok"}
    assert good["token"].says == "me@x"
    bad = judged(Login(person=True, scopes=("openid",), now=now - timedelta(minutes=7)))
    assert bad["scopes"].level == "red"
    assert "420 s fast" in bad["clock"].says
    assert "set-quota-project" in bad["quota"].fix
    assert "quota" not in judged(Login(person=False))


def test_the_project_is_looked_up_where_somebody_is_logged_in(
    sandbox: SandboxAddress, cloud: GoogleCloud, alone: Path
) -> None:
    made = blueprint(database=False)
    path = alone / "tarmac.toml"
    path.write_text(f"[project]\nid = '{made.project.id}'\n[pipeline]\nkind = 'none'\n")
    checks = found(alone, address=sandbox)
    assert checks["token"].says == "owner@sandbox.example"
    assert checks["reachable"].level == "warning"
    assert applied(alone, made, cloud).failures == ()
    checks = found(alone, address=sandbox)
    assert {checks[key].level for key in ("reachable", "billing", "apis")} == {"ok"}
    path.write_text(path.read_text() + "[database]\ninstance = 'a-db'\n")
    assert "sqladmin.googleapis.com" in found(alone, address=sandbox)["apis"].says


def test_the_terminal_is_judged_by_what_was_measured() -> None:
    good = Terminal(
        name="xterm-256color", columns=80, rows=24, encoding="UTF-8", colours=256, wide=2
    )
    assert {one.level for one in terminal_checks(good)} == {"ok"}
    poor = Terminal(name="dumb", columns=60, rows=20, encoding="ascii", wide=1)
    checks = {one.id: one for one in terminal_checks(poor)}
    assert {one.level for one in checks.values()} == {"warning"}
    assert "60×20" in checks["size"].says
    assert [one.id for one in terminal_checks(Terminal(name="", encoding="utf-8"))] == ["encoding"]


@pytest.fixture
def clean(tmp_path: Path) -> dict[str, str]:
    return {
        "HOME": str(tmp_path / "home"),
        "CLOUDSDK_CONFIG": str(tmp_path / "gcloud"),
        "XDG_STATE_HOME": str(tmp_path / "xdg"),
    }


def doctor(*words: str, cwd: Path, env: dict[str, str]) -> Ran:
    return tarmac("doctor", *words, cwd=cwd, env=env)


def test_as_json_it_keeps_its_contract_and_ends_well_with_warnings(
    tmp_path: Path, clean: dict[str, str]
) -> None:
    ran = doctor("--json", cwd=tmp_path, env=clean)
    assert ran.code == 0, ran.err
    check("doctor", ran.envelope["data"])
    groups = {one["group"] for one in ran.envelope["data"]["checks"]}
    assert {"programs", "postgres", "login", "project", "machine", "network"} <= groups


def test_what_is_needed_and_missing_ends_with_1(tmp_path: Path, clean: dict[str, str]) -> None:
    (tmp_path / "tarmac.toml").write_text("[service\n")
    ran = doctor("--json", cwd=tmp_path, env=clean)
    assert ran.code == 1
    assert ran.envelope["errors"][0]["code"] == "not-ready"
    told = doctor(cwd=tmp_path, env=clean)
    assert told.code == 1
    assert "✗ 1 needed thing is missing" in told.out


@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_line_is_wider_than_eighty_cells_unless_it_is_a_command(
    tmp_path: Path, clean: dict[str, str], language: str
) -> None:
    from rich.cells import cell_len

    ran = doctor("--lang", language, cwd=tmp_path, env={**clean, "COLUMNS": "80"})
    texts = [line for line in ran.out.splitlines() if line[:3].strip()]
    assert texts
    assert [line for line in texts if cell_len(line) > 80] == []
