"""A running server as its own ``postmaster.pid`` tells it: the way to find an orphan again."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The server of a data folder; ``socket`` is the folder of its Unix socket."""

    pid: int
    port: int
    socket: Path
    ready: bool


def read(data: Path) -> Postmaster | None:
    """Return the living server of a data folder; None when there is none or the file is stale."""
    server = described(data)
    return server if server is not None and _is_postgres_of(server.pid, data) else None


def described(data: Path) -> Postmaster | None:
    """Return what the file says, whether or not that server still lives."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if len(lines) < 5 or not lines[0].strip().isdigit() or not lines[3].strip().isdigit():
        return None
    ready = len(lines) >= 8 and lines[7].strip() == "ready"
    return Postmaster(int(lines[0]), int(lines[3]), Path(lines[4].strip()), ready)


def _is_postgres_of(pid: int, data: Path) -> bool:
    """Whether a process lives and is the server of that folder (numbers are used again)."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    if Path("/proc/self").exists():
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            return False
    else:
        shown = subprocess.run(
            ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        command = shown.stdout
    return str(data) in command
