"""Validators that are on this machine, run as programs over texts; the absent ones are named."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from generators.cloudbuild_lint import lint
from generators.project import Json

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that a validator said; line 0 when it gave none."""

    path: str
    line: int
    message: str

    def as_json(self) -> dict[str, Json]:
        """Return ``{"path", "line", "message"}``."""
        return {"path": self.path, "line": self.line or None, "message": self.message}


@dataclass(frozen=True, slots=True)
class Checked:
    """One validator over one file; ``outcome`` is passed, failed or absent (not installed)."""

    validator: str
    path: str
    outcome: str
    complaints: tuple[Complaint, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """Return ``{"validator", "path", "outcome", "complaints"}``."""
        return {
            "validator": self.validator,
            "path": self.path,
            "outcome": self.outcome,
            "complaints": [one.as_json() for one in self.complaints],
        }


@dataclass(frozen=True, slots=True)
class _Program:
    """A validator: its name, the words after the program ("{path}" is the file), its reader."""

    name: str
    program: str
    words: tuple[str, ...]
    read: Callable[[str, str, str], Iterable[Complaint]]
    present: tuple[str, ...] = ()


def check(texts: Sequence[tuple[str, str, str]]) -> list[Checked]:
    """Check (artefact name, path, text) triples and return every verdict, absences included."""
    with tempfile.TemporaryDirectory(prefix="tarmac-check-") as folder:
        for _name, path, text in texts:
            target = Path(folder) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode("utf-8", "surrogateescape"))
        return [
            verdict
            for name, path, text in texts
            for verdict in (*_by_programs(Path(folder), name, path), *_own(name, path, text))
        ]


def _by_programs(folder: Path, name: str, path: str) -> Iterable[Checked]:
    for validator in _VALIDATORS.get(name, ()):
        program = found_program(validator.program)
        if program is None or not _works(program, validator.present):
            yield Checked(validator.name, path, "absent")
            continue
        try:
            done = subprocess.run(
                [program, *(word.format(path=path) for word in validator.words)],
                cwd=folder,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            yield Checked(validator.name, path, "failed", (Complaint(path, 0, str(error)),))
            continue
        complaints = tuple(validator.read(path, done.stdout, done.stderr))
        if done.returncode and not complaints:
            complaints = (Complaint(path, 0, (done.stderr or done.stdout).strip()[:500]),)
        yield Checked(validator.name, path, "failed" if complaints else "passed", complaints)


def _own(name: str, path: str, text: str) -> Iterable[Checked]:
    if name == "cloudbuild":
        complaints = tuple(Complaint(path, line, says) for line, says in lint(text))
        yield Checked("tarmac", path, "failed" if complaints else "passed", complaints)


def found_program(name: str) -> str | None:
    """Return a program's path: on PATH, else beside the Python that runs Tarmac."""
    return shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))


def _works(program: str, words: Sequence[str]) -> bool:
    """Whether a plugin answers (``docker compose version``); no words: nothing to ask."""
    if not words:
        return True
    try:
        done = subprocess.run([program, *words], capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _read_hadolint(path: str, stdout: str, _stderr: str) -> Iterable[Complaint]:
    try:
        found = json.loads(stdout or "[]")
    except json.JSONDecodeError:
        return
    for one in found:
        yield Complaint(path, int(one.get("line", 0)), f"{one.get('code')}: {one.get('message')}")


def _read_schema(path: str, stdout: str, _stderr: str) -> Iterable[Complaint]:
    try:
        found = json.loads(stdout or "{}")
    except json.JSONDecodeError:
        return
    for one in (*found.get("errors", ()), *found.get("parse_errors", ())):
        yield Complaint(path, 0, f"{one.get('path', '')} {one.get('message', '')}".strip())


def _read_compose(path: str, _stdout: str, stderr: str) -> Iterable[Complaint]:
    for line in stderr.splitlines():
        if line.strip() and "level=warning" not in line:
            number = re.search(r"line (\d+)", line)
            yield Complaint(path, int(number[1]) if number else 0, line.strip())


def _schema(name: str) -> tuple[str, ...]:
    return ("--output-format", "json", "--builtin-schema", f"vendor.{name}", "{path}")


_VALIDATORS: dict[str, tuple[_Program, ...]] = {
    "dockerfile": (
        _Program(
            "hadolint",
            "hadolint",
            ("--format", "json", "--ignore", "DL3008", "{path}"),
            _read_hadolint,
        ),
    ),
    "compose": (
        _Program("check-jsonschema", "check-jsonschema", _schema("compose-spec"), _read_schema),
        _Program(
            "docker compose",
            "docker",
            ("compose", "--file", "{path}", "config", "--quiet"),
            _read_compose,
            present=("compose", "version"),
        ),
    ),
    "cloudbuild": (
        _Program("check-jsonschema", "check-jsonschema", _schema("cloudbuild"), _read_schema),
    ),
}
