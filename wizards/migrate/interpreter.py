"""The project's Python: found where projects keep it, probed for Alembic before it is used."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from generators.language import _
from wizards.failures import Failure

_PROBE = """
import importlib.util, json, sys
sys.path[:] = [entry for entry in sys.path if entry]
try:
    from importlib.metadata import version
except ImportError:
    version = lambda name: "?"
found = {"python": list(sys.version_info[:3])}
for name in ("alembic", "sqlalchemy", "psycopg", "psycopg2", "asyncpg", "pg8000"):
    if importlib.util.find_spec(name):
        try:
            found[name] = version(name)
        except Exception:
            found[name] = "?"
print(json.dumps(found))
"""
_OLDEST = (3, 8)
_DRIVERS = ("psycopg", "psycopg2", "asyncpg", "pg8000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """A Python that has Alembic; ``source`` says why this one, ``drivers`` what it can speak."""

    path: Path
    source: str
    python: str
    alembic: str
    sqlalchemy: str = ""
    drivers: tuple[str, ...] = ()

    @property
    def default_driver(self) -> str:
        """The driver that SQLAlchemy takes for a URL that names none: another one since 2.1."""
        version = re.match(r"(\d+)\.(\d+)", self.sqlalchemy)
        newer = version is not None and (int(version[1]), int(version[2])) >= (2, 1)
        return "psycopg" if newer else "psycopg2"


def find(directory: Path, root: Path, configured: str = "") -> Interpreter:
    """Return the interpreter to run env.py with.

    Order: ``[migrations] interpreter``, VIRTUAL_ENV, .venv/venv, the environments of uv, poetry,
    pipenv and pdm, conda, Tarmac's own. A configured one is used or refused, never passed over.
    """
    tried: list[str] = []
    for path, source in _candidates(directory, root, configured):
        found, lack = _probe(path, source)
        if found is not None:
            return found
        tried.append(_("{path} ({source}): {lack}").format(path=path, source=source, lack=lack))
        if configured:
            break
    raise Failure(
        "interpreter-missing",
        _("No Python with Alembic was found for {folder}.").format(folder=directory),
        why="\n".join(tried) or _("There is no virtual environment."),
        next=(
            "python -m venv .venv && .venv/bin/python -m pip install -r requirements.txt",
            _("or set interpreter in [migrations] of tarmac.toml"),
        ),
    )


def _candidates(directory: Path, root: Path, configured: str) -> Iterator[tuple[Path, str]]:
    if configured:
        written = Path(configured).expanduser()
        yield (written if written.is_absolute() else root / written), "[migrations] interpreter"
        return
    own = Path(sys.prefix).resolve()
    seen: set[Path] = {own}
    for folder, source in _environments(directory, root):
        resolved = folder.resolve()
        if resolved not in seen and (folder / "bin" / "python").exists():
            seen.add(resolved)
            yield folder / "bin" / "python", source
    yield Path(sys.executable), _("Tarmac's own")


def _environments(directory: Path, root: Path) -> Iterator[tuple[Path, str]]:
    if os.environ.get("VIRTUAL_ENV"):
        yield Path(os.environ["VIRTUAL_ENV"]), "VIRTUAL_ENV"
    folders = list(dict.fromkeys([directory.resolve(), root.resolve()]))
    for folder in folders:
        for name in (".venv", "venv"):
            yield folder / name, name
    if os.environ.get("UV_PROJECT_ENVIRONMENT"):
        yield directory / os.environ["UV_PROJECT_ENVIRONMENT"], "uv"
    for folder in folders:
        if (folder / ".pdm-python").exists():
            yield Path((folder / ".pdm-python").read_text().strip()).parent.parent, "pdm"
        if (folder / "poetry.lock").exists():
            yield from _asked(folder, "poetry", "env", "info", "--path")
        if (folder / "Pipfile").exists():
            yield from _asked(folder, "pipenv", "--venv")
    if os.environ.get("CONDA_PREFIX"):
        yield Path(os.environ["CONDA_PREFIX"]), "conda"


def _asked(folder: Path, tool: str, *words: str) -> Iterator[tuple[Path, str]]:
    program = shutil.which(tool)
    if program is None:
        return
    try:
        done = subprocess.run(
            [program, *words], cwd=folder, capture_output=True, text=True, timeout=20, check=False
        )
    except subprocess.TimeoutExpired:
        return
    if done.returncode == 0 and done.stdout.strip():
        yield Path(done.stdout.strip().splitlines()[-1]), tool


def _probe(path: Path, source: str) -> tuple[Interpreter | None, str]:
    """Return the interpreter, or None and what it lacks."""
    try:
        done = subprocess.run(
            [str(path), "-c", _PROBE],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        return None, _("is not there")
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, str(error)
    if done.returncode != 0:
        return None, (done.stderr.strip().splitlines() or [_("does not run")])[-1]
    facts = json.loads(done.stdout.strip().splitlines()[-1])
    python = tuple(facts["python"])
    if python < _OLDEST:
        return None, _("Python {version} is too old").format(version=".".join(map(str, python)))
    lacking = [name for name in ("alembic", "sqlalchemy") if name not in facts]
    if lacking:
        return None, _("lacks {packages}").format(packages=", ".join(lacking))
    return (
        Interpreter(
            path=path,
            source=source,
            python=".".join(map(str, python)),
            alembic=facts["alembic"],
            sqlalchemy=facts["sqlalchemy"],
            drivers=tuple(name for name in _DRIVERS if name in facts),
        ),
        "",
    )
