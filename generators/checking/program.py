"""A validator that is a program: found on PATH or beside Tarmac's Python, run without a shell."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from generators.checking.verdict import Checked, Complaint, verdict

SECONDS = 60
_MOST = 500


@dataclass(frozen=True, slots=True)
class Program:
    """Its name, the words after the program ("{path}" is the file), who reads what it says.

    ``present`` are words that a plugin answers (``docker compose version``); ``get`` is how to
    have it. ``read`` takes path, standard output and standard error.
    """

    name: str
    program: str
    words: tuple[str, ...]
    read: Callable[[str, str, str], Iterable[Complaint]]
    get: str
    present: tuple[str, ...] = ()

    def check(self, folder: Path, path: str) -> Checked:
        """Run it over a file of a folder."""
        program = found_program(self.program)
        if program is None or not _works(program, self.present):
            return Checked(self.name, path, "absent", get=self.get)
        try:
            done = subprocess.run(
                [program, *(word.replace("{path}", path) for word in self.words)],
                cwd=folder,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return verdict(self.name, path, (Complaint(path, 0, str(error)),))
        complaints = tuple(self.read(path, done.stdout, done.stderr))
        if done.returncode and not complaints:
            complaints = (Complaint(path, 0, (done.stderr or done.stdout).strip()[:_MOST]),)
        return verdict(self.name, path, complaints)


def found_program(name: str) -> str | None:
    """Return a program's path: on PATH, else beside the Python that runs Tarmac."""
    return shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))


@cache
def _works(program: str, words: Sequence[str]) -> bool:
    """Whether a plugin answers; no words: nothing to ask."""
    if not words:
        return True
    try:
        done = subprocess.run([program, *words], capture_output=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
