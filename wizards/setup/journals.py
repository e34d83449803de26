"""The journals of one folder: one file per apply or undo, one writer at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from generators.language import _
from wizards.disk import writing
from wizards.failures import Failure
from wizards.journal import Journal, private_folder

_FORMAT = "%Y%m%dT%H%M%S%f"


def new_journal(root: Path, what: str) -> Journal:
    """Return the journal of an "apply" or "undo" that begins now; nothing is written yet.

    Its name comes after every other one's, even when the clock was set back in between.
    """
    moment = datetime.now(UTC)
    others = journals(root)
    if others and _name(moment) <= (last := others[-1].stem.partition("-")[2]):
        moment = datetime.strptime(last, _FORMAT).replace(tzinfo=UTC) + timedelta(microseconds=1)
    return Journal(private_folder(root) / "journal" / f"{what}-{_name(moment)}.jsonl")


def _name(moment: datetime) -> str:
    return moment.strftime(_FORMAT)


def journals(root: Path) -> list[Path]:
    """Return the journals of applies and undos, the oldest first."""
    folder = root / ".tarmac" / "journal"
    found = [*folder.glob("apply-*.jsonl"), *folder.glob("undo-*.jsonl")]
    return sorted(found, key=lambda path: path.stem.partition("-")[2])


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Hold the lock of this folder; the kernel frees it when the process dies."""
    path = private_folder(root) / "apply.lock"
    with writing(path):
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
