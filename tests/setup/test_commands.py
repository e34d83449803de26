"""init, plan, apply and doctor as a person or a program calls them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run_tarmac import Ran, tarmac
from tests.setup.sandboxed import BILLING, blueprint
from wizards.postgres.sandbox_address import SandboxAddress


@pytest.fixture
def clean(tmp_path: Path) -> dict[str, str]:
    """An environment in which nobody is logged in anywhere."""
    return {
        "HOME": str(tmp_path / "home"),
        "CLOUDSDK_CONFIG": str(tmp_path / "gcloud"),
        "XDG_STATE_HOME": str(tmp_path / "xdg"),
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "notes"
    made.mkdir()
    return made


def test_init_without_a_person_names_every_missing_answer_and_writes_nothing(
    folder: Path, clean: dict[str, str]
) -> None:
    ran = tarmac("init", "--no-input", cwd=folder, env=clean)
    assert ran.code == 2
    assert "--set project.id=" in ran.err
    assert "--set project.billing_account=" in ran.err
    assert list(folder.iterdir()) == []


def test_init_from_an_answers_file_and_flags_the_flag_wins(
    folder: Path, clean: dict[str, str]
) -> None:
    answers = folder / "answers.toml"
    answers.write_text(
        f"[project]\nid = 'notes-demo-1'\nbilling_account = '{BILLING}'\n"
        "[service]\nname = 'from-file'\n[setup]\nsecrets = ['API_KEY']\n"
    )
    words = ("--answers", str(answers), "--set", "service.name=from-flag", "--json")
    ran = tarmac("init", *words, cwd=folder, env=clean)
    assert ran.code == 0
    answers_by_key = {part["key"]: part for part in ran.envelope["data"]["answers"]}
    assert answers_by_key["service.name"]["from"] == "from a flag"
    assert answers_by_key["project.id"]["from"] == "from the answers file"
    text = (folder / "tarmac.toml").read_text()
    assert 'name = "from-flag"' in text
    assert "from-flag-api-key" in text
    again = tarmac("init", *words, cwd=folder, env=clean)
    assert again.envelope["data"]["changed"] is False


def test_init_refuses_what_google_would_refuse_and_suggests_keys(
    folder: Path, clean: dict[str, str]
) -> None:
    words = ("--set", "project.id=Nope", "--set", "database.teir=x")
    ran = tarmac("init", *words, cwd=folder, env=clean)
    assert ran.code == 2
    assert "project.id" in ran.err
    assert "database.tier" in ran.err
    assert not (folder / "tarmac.toml").exists()


def test_init_names_file_and_line_of_every_answer_that_does_not_pass(
    folder: Path, clean: dict[str, str]
) -> None:
    (folder / "a.toml").write_text(
        "[project]\nid = 'notes-demo-1'\n[secrets.API_KEY]\nsource = 'evn:API_KEY'\n"
    )
    ran = tarmac("init", "--answers", "a.toml", "--json", cwd=folder, env=clean)
    assert ran.code == 2
    card = ran.envelope["errors"][0]
    assert card["why"].startswith("a.toml line 4: secrets.API_KEY.source: ")
    assert card["next"] == ["$EDITOR +4 a.toml"]


def in_sandbox(address: SandboxAddress, folder: Path, clean: dict[str, str], *words: str) -> Ran:
    return tarmac(*words, cwd=folder, env={**clean, "TARMAC_SANDBOX": str(address.state)})


def initialised(folder: Path, clean: dict[str, str], *more: str) -> None:
    given = (f"project.id={blueprint().project.id}", f"project.billing_account={BILLING}", *more)
    words = [word for answer in given for word in ("--set", answer)]
    ran = tarmac("init", "--no-input", *words, cwd=folder, env=clean)
    assert ran.code == 0, ran.err


def test_plan_as_json_has_the_documented_shape(
    sandbox: SandboxAddress, folder: Path, clean: dict[str, str]
) -> None:
    initialised(folder, clean)
    ran = in_sandbox(sandbox, folder, clean, "plan", "--json")
    assert ran.code == 0, ran.out
    data = ran.envelope["data"]
    assert {"changes", "cost_usd_month", "preflight", "prices_of", "calls"} <= set(data)
    for change in data["changes"]:
        assert {"id", "kind", "action", "why", "diff", "command", "cost_delta_usd", "needs"} <= set(
            change
        )
    assert in_sandbox(sandbox, folder, clean, "plan", "--check").code == 3


@pytest.mark.slow
def test_an_environment_that_is_not_there_is_refused_and_another_makes_no_other_project(
    sandbox: SandboxAddress, folder: Path, clean: dict[str, str]
) -> None:
    initialised(folder, clean)
    refused = in_sandbox(sandbox, folder, clean, "plan", "--env", "staging", "--json")
    assert refused.code == 2
    assert refused.envelope["errors"][0]["code"] == "environment-unknown"
    assert "--config FILE" in in_sandbox(sandbox, folder, clean, "plan", "--env", "prod").out


def test_apply_without_a_person_needs_yes_and_names_missing_secrets(
    sandbox: SandboxAddress, folder: Path, clean: dict[str, str]
) -> None:
    initialised(folder, clean, "setup.secrets=API_KEY", "setup.database=no")
    refused = in_sandbox(sandbox, folder, clean, "apply", "--json")
    assert refused.code == 2
    assert refused.envelope["errors"][0]["code"] == "secret-values-missing"
    assert "--secret API_KEY=env:API_KEY" in refused.envelope["errors"][0]["next"][0]
    (folder / "key").write_text("from-a-file\n")
    given = ("apply", "--json", "--secret", "API_KEY=file:key")
    unconfirmed = in_sandbox(sandbox, folder, clean, *given)
    assert unconfirmed.code == 2
    assert unconfirmed.envelope["errors"][0]["code"] == "confirmation-missing"
    done = in_sandbox(sandbox, folder, clean, *given, "--yes")
    assert done.code == 0, done.out
    steps = done.envelope["data"]["steps"]
    assert {step["state"] for step in steps} == {"done"}
    assert "from-a-file" not in done.out + done.err
    assert in_sandbox(sandbox, folder, clean, "plan", "--check").code == 0


def test_a_plan_that_preflight_forbids_ends_with_5_and_the_fix(
    sandbox: SandboxAddress, folder: Path, clean: dict[str, str]
) -> None:
    initialised(folder, clean, "database.edition=ENTERPRISE_PLUS", "database.tier=db-f1-micro")
    ran = in_sandbox(sandbox, folder, clean, "apply", "--yes")
    assert ran.code == 5
    assert "--set database.edition=ENTERPRISE" in ran.err


def test_without_a_login_the_card_says_how_to_log_in(folder: Path, clean: dict[str, str]) -> None:
    initialised(folder, clean)
    ran = tarmac("plan", cwd=folder, env={**clean, "NO_GCE_CHECK": "true"})
    assert ran.code == 1
    assert "gcloud auth application-default login" in ran.err
    assert "Traceback" not in ran.err


def test_doctor_has_a_fix_for_whatever_is_missing(folder: Path, clean: dict[str, str]) -> None:
    ran = tarmac("doctor", "--json", cwd=folder, env={**clean, "PATH": "/nowhere"})
    checks = {check["id"]: check for check in ran.envelope["data"]["checks"]}
    assert {"python", "git", "postgres", "gcloud", "docker", "login", "sandbox"} <= set(checks)
    assert checks["git"]["level"] == "red"
    assert ran.code == 1
    assert ran.envelope["errors"][0]["next"][0] == checks["git"]["fix"]
    assert all(check["fix"] for check in checks.values() if check["level"] != "ok")
