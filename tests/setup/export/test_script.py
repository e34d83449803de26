"""The gcloud script as a text: every shell reads it, nothing in it breaks out or is secret."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.setup.export.everything import BLUEPRINTS, HOSTILE, hostile, wanted
from wizards.setup.export.exporting import export


def script(name: str) -> str:
    [file] = export("gcloud", BLUEPRINTS[name]).files
    assert file.mode == 0o755
    return file.text


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_bash_reads_it(name: str) -> None:
    done = subprocess.run(
        ["bash", "-n"], input=script(name), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
@pytest.mark.parametrize("name", ["hostile", "hostile-github", "small"])
def test_shellcheck_has_nothing_to_say(name: str) -> None:
    done = subprocess.run(
        ["shellcheck", "-s", "bash", "-"],
        input=script(name),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_it_uses_nothing_that_bash_3_2_lacks(name: str) -> None:
    text = script(name)
    for newer in (
        "declare -A",
        "mapfile",
        "readarray",
        "${1,,}",
        "local -n",
        "|&",
        "&>>",
        "wait -n",
    ):
        assert newer not in text


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_everything_is_made_after_what_it_needs_and_all_of_it_is_covered(name: str) -> None:
    made = export("gcloud", BLUEPRINTS[name])
    assert made.uncovered == ()
    seen: set[str] = set()
    order = wanted(BLUEPRINTS[name])
    known = {resource.id for resource in order}
    for resource in order:
        assert {need for need in resource.needs if need in known} <= seen
        seen.add(resource.id)


FAKE = r"""#!/bin/bash
printf '%s\0' "$@" >> "$CALLS"; printf '\n\0' >> "$CALLS"
if [ ! -t 0 ]; then cat >> "$INPUT"; fi
group='' verb=''
for word in "$@"; do
  case $word in -*) continue ;; esac
  if [ -n "$verb" ]; then
    made="$MADE/$group-${word%%@*}"
    if [ "$verb" = create ]; then touch "$made"; elif [ -e "$made" ]; then
      case $* in *installationState.stage*) echo COMPLETE ;; *projectNumber*) echo 42 ;; esac
      exit 0
    fi
    break
  fi
  case $word in create | describe) verb=$word ;; *) group="$group.$word" ;; esac
done
if [ "$verb" = describe ] && [[ $* != *connections* ]]; then
  echo 'NOT_FOUND: there is none' >&2
  exit 1
fi
if [[ $* == *installationState.stage* ]]; then echo COMPLETE; fi
"""


def run(text: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a script with a gcloud that writes down how it was called and knows what it created."""
    fake = folder / "bin" / "gcloud"
    fake.parent.mkdir()
    (folder / "made").mkdir()
    fake.write_text(FAKE)
    fake.chmod(0o755)
    (folder / "calls").touch()
    return subprocess.run(
        ["bash", "-c", text],
        env={
            "PATH": f"{fake.parent}:/usr/bin:/bin",
            "CALLS": str(folder / "calls"),
            "INPUT": str(folder / "input"),
            "MADE": str(folder / "made"),
            "TMPDIR": str(folder),
            "TARMAC_TRIES": "3",
            "TARMAC_PAUSE": "0",
            **env,
        },
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def calls(folder: Path) -> list[list[str]]:
    """Return the words of every call of gcloud."""
    text = (folder / "calls").read_text(encoding="utf-8")
    return [line.split("\0")[:-1] for line in text.split("\n\0") if line]


VALUES = {"API_KEY": "hush-api-key-1", "SIGNING_KEY": 'it\'s "hush"-2'}


@pytest.mark.parametrize("pipeline", ["cloud-build", "github"])
def test_values_full_of_quotes_arrive_as_they_are(tmp_path: Path, pipeline: str) -> None:
    (tmp_path / "f").write_text("x")
    made = hostile(pipeline)
    safe = {**made.secrets, "FILE": replace(made.secrets["FILE"], source="file:f")}
    [file] = export("gcloud", replace(made, secrets=safe)).files
    ran = run(file.text, tmp_path, **VALUES)
    words = {word for call in calls(tmp_path) for word in call}
    assert ran.returncode == 0, ran.stderr
    assert f"--name={HOSTILE}" in words
    assert any(HOSTILE in word for word in words if word.startswith("--update-env-vars="))
    if pipeline == "cloud-build":
        assert "--branch-pattern=^release/\\$\\{x\\}'\"`id`$" in words


def test_secret_values_are_in_no_argument_no_message_and_no_file(tmp_path: Path) -> None:
    (tmp_path / "gcloud").mkdir()
    ran = run(script("cloud-build"), tmp_path, **VALUES, HOME=str(tmp_path))
    said = (tmp_path / "calls").read_text() + ran.stdout + ran.stderr
    for value in VALUES.values():
        assert value not in said
        assert value in (tmp_path / "input").read_text()
    assert ran.returncode == 0, ran.stderr
    assert list(tmp_path.glob("tarmac.*")) == []


def test_a_missing_value_is_named_and_nothing_more_is_done(tmp_path: Path) -> None:
    ran = run(script("cloud-build"), tmp_path, SIGNING_KEY="x")
    assert ran.returncode == 1
    assert "✗ secret notes-api-key: set the variable API_KEY" in ran.stderr
    assert not any("instances" in call for call in calls(tmp_path))


def test_a_refusal_that_waiting_cannot_cure_is_shown_in_google_s_words(tmp_path: Path) -> None:
    fake = tmp_path / "bin" / "gcloud"
    text = script("small").replace("TRIES=${TARMAC_TRIES:-60}", "TRIES=2")
    ran = run(text, tmp_path)
    assert ran.returncode == 1  # nobody pays: the account has to be named
    assert "no account pays" in ran.stderr
    fake.write_text("#!/bin/bash\necho 'ERROR: quota is used up' >&2\nexit 1\n")
    again = subprocess.run(
        ["bash", "-c", text],
        env={"PATH": f"{fake.parent}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 1
    assert again.stderr == ("✗ project alone-1: could not be read\nERROR: quota is used up\n")


def test_without_gcloud_it_says_where_to_get_it(tmp_path: Path) -> None:
    for name in ("bash", "env"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    ran = subprocess.run(
        [str(tmp_path / "bash"), "-c", script("small")],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (
        1,
        "gcloud is not installed: https://cloud.google.com/sdk/docs/install\n",
    )
