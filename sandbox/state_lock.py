"""One sandbox per state folder: the lock that the running one holds."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO


class AlreadyRunning(Exception):
    """Another sandbox works on the same state folder."""


def exclusive(state: Path) -> IO[bytes]:
    """Return an open file that keeps others out of a state folder; AlreadyRunning if one is in."""
    file = os.fdopen(os.open(state / "lock", os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise AlreadyRunning(str(state)) from None
    return file


def held(state: Path) -> bool:
    """Whether a sandbox runs on a state folder."""
    if not (state / "lock").exists():
        return False
    try:
        exclusive(state).close()
    except AlreadyRunning:
        return True
    return False
