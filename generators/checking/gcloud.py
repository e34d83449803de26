"""The gcloud commands of a pipeline, held against gcloud's own list of flags."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from generators.checking.program import SECONDS, found_program
from generators.checking.verdict import Checked, Complaint, verdict

_NAME = "gcloud"
_STEP = re.compile(r"^  - ")
_ITEM = re.compile(r"^      - (.*)$")
_SUBSTITUTION = re.compile(r"\$\$|\$\{?\w+\}?")


def commands(folder: Path, path: str) -> Checked:
    """Ask ``gcloud meta lint-gcloud-commands`` about every step that runs gcloud."""
    program = found_program("gcloud")
    if program is None:
        return Checked(_NAME, path, "absent", get="https://cloud.google.com/sdk/docs/install")
    text = (folder / path).read_text("utf-8", "replace")
    complaints = []
    for line, words in _steps(text.splitlines()):
        message = _refusal(program, words)
        if message:
            complaints.append(Complaint(path, line, message))
    return verdict(_NAME, path, tuple(complaints))


def _refusal(program: str, words: Sequence[str]) -> str:
    command = shlex.join(["gcloud", *words])
    try:
        done = subprocess.run(
            [program, "meta", "lint-gcloud-commands", "--command-string", command],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
        found = json.loads(done.stdout or "[]")
    except (OSError, subprocess.TimeoutExpired, json.JSONDecodeError) as error:
        return str(error)
    wrong = [one for one in found if not one.get("success", True)]
    return str(wrong[0].get("error_message", "")).partition("\n")[0].strip() if wrong else ""


def _steps(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield (line of the step, words) of the steps whose entry point is gcloud."""
    start, words, runs = 0, list[str](), False
    for number, line in enumerate([*lines, "  - "], 1):
        if _STEP.match(line) or (line and not line[0].isspace()):
            if runs and words:
                yield start, words
            start, words, runs = number, [], False
        elif line.strip() == "entrypoint: gcloud":
            runs = True
        elif item := _ITEM.match(line):
            words.append(_plain(item[1]))


def _plain(scalar: str) -> str:
    """Return a YAML scalar's text with something harmless in place of substitutions."""
    text = scalar.strip()
    if text.startswith('"'):
        try:
            text = str(json.loads(re.sub(r"\\x([0-9a-f]{2})", r"\\u00\1", text)))
        except json.JSONDecodeError:
            text = text.strip('"')
    return _SUBSTITUTION.sub(lambda found: "$" if found[0] == "$$" else "x", text)
