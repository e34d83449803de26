"""Generated scripts are run for real, with programs of the same names that only write down."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generators.artefacts.rollout import lines
from generators.stack import Stack
from tests.generators.hostile_stacks import HOSTILE, hostile, one, stack

PROGRAMS = ("gcloud", "docker", "curl", "git", "gh", "sleep")
FAKE = """#!/bin/sh
{
  printf '%s' "${0##*/}"
  for word in "$@"; do printf '\\0%s' "$word"; done
  printf '\\0\\0'
} >> "$LOG"
case "$*" in
  *describe*image*) echo example/app:t9 ;;
  *status.url*) echo https://notes.example ;;
  *projectNumber*) echo 42 ;;
  *http_code*) printf '%s' "${CODE:-200}" ;;
  *databaseId*) echo 7 ;;
esac
"""
TRAPS = st.text(
    st.sampled_from("\"'$\\`{}:#,;|&()<>*?!~%@- \n\tab한=")
    | st.characters(exclude_categories=("Cs",), exclude_characters="\x00"),
    min_size=1,
    max_size=24,
)


def ran(script: str, folder: Path, *words: str, **environment: str) -> tuple[int, list[list[str]]]:
    """Return the status of a script of deploy/ and what it called, each call word for word."""
    place, programs, log = folder / "deploy" / "it.sh", folder / "bin", folder / "calls"
    place.parent.mkdir(exist_ok=True)
    programs.mkdir(exist_ok=True)
    place.write_text(script, encoding="utf-8")
    for name in PROGRAMS:
        (programs / name).write_text(FAKE, encoding="utf-8")
        (programs / name).chmod(0o755)
    log.write_bytes(b"")
    path = f"{programs}:/usr/bin:/bin"
    done = subprocess.run(
        ["bash", str(place), *words],
        env={"PATH": path, "LOG": str(log), "LC_ALL": "C.utf8", "TAG": "t1", **environment},
        capture_output=True,
        check=False,
        cwd=folder,
    )
    (folder / "said").write_bytes(done.stderr + done.stdout)
    calls = log.read_bytes().decode("utf-8", "surrogateescape").split("\0\0")
    return done.returncode, [call.split("\0") for call in calls if call]


def flag(call: list[str], name: str) -> str:
    return next(word.partition("=")[2] for word in call if word.startswith(f"{name}="))


def deployed(given_stack: Stack, folder: Path) -> list[list[str]]:
    status, calls = ran(one(given_stack, "deploy").text, folder)
    assert status == 0, (folder / "said").read_text("utf-8", "replace")
    return calls


def assert_every_word_arrives(text: str, folder: Path) -> None:
    calls = deployed(hostile(2, text), folder)
    deploy = next(call for call in calls if call[:3] == ["gcloud", "run", "deploy"])
    assert deploy[3] == text
    assert flag(deploy, "--region") == text
    assert flag(deploy, "--project") == text
    assert flag(deploy, "--service-account") == f"{text}@{text}.iam.gserviceaccount.com"
    assert flag(deploy, "--image") == f"{text}-docker.pkg.dev/{text}/{text}/{text}:t1"
    job = next(call for call in calls if call[1:4] == ["run", "jobs", "deploy"])
    assert text in flag(job, "--update-secrets")
    assert {each.name for each in folder.iterdir()} == {"bin", "calls", "deploy", "said"}


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=TRAPS)
def test_what_names_hold_reaches_gcloud_word_for_word(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert_every_word_arrives(text, tmp_path_factory.mktemp("deploy"))


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=TRAPS)
def test_what_many_names_hold_reaches_gcloud_word_for_word(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert_every_word_arrives(text, tmp_path_factory.mktemp("deploy"))


def test_nothing_that_a_name_holds_is_run(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    text = f"{HOSTILE}'; touch {trap}; '$(touch {trap})`touch {trap}`\"; touch {trap} #"
    for kind, name in ((0, "deploy"), (2, "deploy"), (2, "migrate")):
        ran(one(hostile(kind, text), name).text, tmp_path)
        assert not trap.exists(), name


def test_the_workflow_s_lines_reach_gcloud_word_for_word(tmp_path: Path) -> None:
    script = "set -e\nproject=the-project\nTAG=t1\nproject_number=42\n"
    for line in lines(hostile(1)):
        script += " ".join(line.words) + "\n"
    status, calls = ran(script, tmp_path)
    assert status == 0
    deploy = next(call for call in calls if call[:3] == ["gcloud", "run", "deploy"])
    assert deploy[3] == HOSTILE


def test_migrations_run_with_the_image_that_is_deployed_or_the_tag_given(tmp_path: Path) -> None:
    script = one(stack(2), "migrate").text
    for words, tag in (((), "t9"), (("t5",), "t5")):
        status, calls = ran(script, tmp_path, *words)
        assert status == 0
        job = next(call for call in calls if call[1:4] == ["run", "jobs", "deploy"])
        assert flag(job, "--image").endswith(f":{tag}")


@pytest.mark.parametrize(("code", "status"), [("200", 0), ("302", 0), ("403", 1), ("503", 1)])
def test_a_deploy_is_good_only_when_the_service_answers(
    code: str, status: int, tmp_path: Path
) -> None:
    assert ran(one(stack(2), "deploy").text, tmp_path, CODE=code)[0] == status
    said = (tmp_path / "said").read_text("utf-8")
    assert ("--no-invoker-iam-check" in said) is (code == "403")


def test_a_private_service_is_asked_with_a_token_that_no_argument_holds(tmp_path: Path) -> None:
    private = stack(2)
    private = replace(private, deployments=(replace(private.main, public=False),))
    status, calls = ran(one(private, "deploy").text, tmp_path)
    assert status == 0
    asked = next(call for call in calls if call[0] == "curl")
    assert flag_value(asked, "--header") == "@-"
    assert not any(re.search("Bearer", word) for call in calls for word in call)


def flag_value(call: list[str], name: str) -> str:
    return call[call.index(name) + 1]
