"""The journals of one folder: one file per apply or undo, one writer at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from generators.language import _
from wizards.failures import Failure
from wizards.journal import Journal, private_folder


def new_journal(root: Path, what: str) -> Journal:
    """Return the journal of an "apply" or "undo" that begins now; nothing is written yet."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    return Journal(private_folder(root) / "journal" / f"{what}-{moment}.jsonl")


def journals(root: Path) -> list[Path]:
    """Return the journals of applies and undos, the oldest first."""
    folder = root / ".tarmac" / "journal"
    found = [*folder.glob("apply-*.jsonl"), *folder.glob("undo-*.jsonl")]
    return sorted(found, key=lambda path: path.stem.partition("-")[2])


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Hold the lock of this folder; the kernel frees it when the process dies."""
    path = private_folder(root) / "apply.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(
                "apply-running",
                _("another apply or undo is running in this folder"),
                next=("tarmac status --watch",),
            ) from None
        yield
    finally:
        os.close(descriptor)
