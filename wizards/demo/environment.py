"""The example's own virtual environment: Tarmac never runs in it, only the agent does."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

from generators.language import _
from wizards.failures import Failure
from wizards.redaction import redacted


def python_of(folder: Path) -> Path:
    """Return the interpreter of the project's environment."""
    return folder / ".venv" / "bin" / "python"


def make_environment(folder: Path) -> int:
    """Make ``folder/.venv`` from requirements.txt and return how many packages it holds."""
    target = folder / ".venv"
    if importlib.util.find_spec("pip") is not None:
        _run([sys.executable, "-m", "venv", "--without-pip", str(target)], folder)
        pip = [sys.executable, "-m", "pip", "--python", str(python_of(folder))]
    else:
        _run([sys.executable, "-m", "venv", str(target)], folder)
        pip = [str(python_of(folder)), "-m", "pip"]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    _run([*pip, "install", *quiet, "--no-compile", "-r", "requirements.txt"], folder)
    return len(list(target.glob("lib/python*/site-packages/*.dist-info")))


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failure(
            "demo-environment-failed",
            _("the example's Python environment could not be made"),
            why=redacted(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ""),
            next=(_("check that the package index can be reached, then run it again"),),
            raw=redacted(done.stderr.strip()[-2000:]),
        )
