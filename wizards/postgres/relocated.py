"""Data folders that the unprivileged account cannot reach: elsewhere, behind a link.

Each lives in a folder of its own in root's shared place, beside a note of where its link is. When
the link has gone (somebody deleted the project or the state folder) and the data was not used for
some days, the data goes too.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from pathlib import Path

from wizards.postgres import postmaster
from wizards.postgres.account import Account, shared_place

NOTE = "link"
KEPT_SECONDS = 3 * 86400.0


def place_for(account: Account, wanted: Path) -> Path:
    """Return where the data that is wanted at an absent path really goes, linked when elsewhere."""
    if account.reaches(wanted):
        return wanted
    folder = shared_place(account) / "clusters"
    folder.mkdir(mode=0o711, exist_ok=True)
    sweep(folder)
    own = Path(tempfile.mkdtemp(prefix=f"{wanted.name}-", dir=folder))
    own.chmod(0o711)
    wanted.symlink_to(own / "data")
    (own / NOTE).write_text(str(wanted), encoding="utf-8")
    return own / "data"


def note(wanted: Path) -> None:
    """Write down where a link is now: people move folders."""
    own = wanted.readlink().parent
    if (own / NOTE).exists():
        (own / NOTE).write_text(str(wanted), encoding="utf-8")


def forget(wanted: Path) -> None:
    """Remove a link and the folder that its data had."""
    own = wanted.readlink().parent
    wanted.unlink()
    if (own / NOTE).exists():
        shutil.rmtree(own, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove the data of every link that went days ago, its server first."""
    for written in folder.glob(f"*/{NOTE}"):
        data, link = written.with_name("data"), Path(written.read_text(encoding="utf-8"))
        linked = link.is_symlink() and link.readlink() == data
        if linked or _age(data) < KEPT_SECONDS:
            continue
        server = postmaster.read(data)
        if server is not None:
            os.kill(server.pid, signal.SIGQUIT)
        shutil.rmtree(written.parent, ignore_errors=True)


def _age(data: Path) -> float:
    """Return the seconds since a server last wrote its control file."""
    control = data / "global" / "pg_control"
    return time.time() - control.stat().st_mtime if control.exists() else 0.0
