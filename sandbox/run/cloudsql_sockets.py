"""``/cloudsql`` of a container: a short folder with a socket for each mounted instance."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from sandbox.errors import ApiError


def folder(state: Path) -> Path:
    """Return the folder of a sandbox's state; its path is short, as sockets' paths must be."""
    mark = hashlib.sha256(str(state.absolute()).encode()).hexdigest()[:10]
    made = Path(tempfile.gettempdir()) / f"tarmac-sql-{mark}"
    made.mkdir(mode=0o700, exist_ok=True)
    about = made.lstat()
    if about.st_uid != os.getuid() or not stat.S_ISDIR(about.st_mode):
        raise ApiError("INTERNAL", f"{made} belongs to somebody else.")
    return made


def link(place: Path, connection: str, sockets: Path, port: int) -> None:
    """Let ``place/connection/.s.PGSQL.5432`` lead to the real server's socket."""
    target = place / connection
    target.mkdir(mode=0o700, exist_ok=True)
    fresh = target / ".new"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(sockets / f".s.PGSQL.{port}")
    fresh.rename(target / ".s.PGSQL.5432")


def unlink(place: Path, connection: str) -> None:
    """Take an instance's socket away."""
    (place / connection / ".s.PGSQL.5432").unlink(missing_ok=True)


def remove(state: Path) -> None:
    """Delete the folder of a sandbox's state."""
    shutil.rmtree(folder(state), ignore_errors=True)
