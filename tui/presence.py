"""Whether another Tarmac is open on the same folder: a lock per folder in the state folder."""

from __future__ import annotations

import fcntl
import hashlib
import os
from pathlib import Path


class Presence:
    """Holds the lock of a folder until :meth:`leave`; the kernel frees it when the process dies."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._descriptor = -1

    def enter(self) -> bool:
        """Say whether nobody else is here; where no lock can be kept, nobody is assumed."""
        from platformdirs import user_state_path

        name = hashlib.sha256(str(self._root).encode()).hexdigest()[:16]
        folder = user_state_path("tarmac") / "open"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return True
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def leave(self) -> None:
        """Let the next one in."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
