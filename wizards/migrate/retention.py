"""Which old backups may go: old enough, not among the last of their database, not needed."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from wizards.events import Emit, Event
from wizards.migrate import dumps, manifest
from wizards.migrate.model import Backup, SessionRecord

VARIABLE = "BACKUP_RETENTION_DAYS"
DAYS = 30
KEPT = 5  # the newest of each database stay, however old


def days() -> int:
    """Return ``BACKUP_RETENTION_DAYS``, 30 where it is not set or no whole number."""
    text = os.environ.get(VARIABLE, "")
    return int(text) if text.isdigit() else DAYS


def expired(backups: Sequence[Backup], needed: Collection[Path], now: datetime) -> list[Backup]:
    """Return the backups of one target that may be deleted; ``backups`` are newest first."""
    limit = now - timedelta(days=days())
    return [
        one
        for number, one in enumerate(backups)
        if number >= KEPT and one.taken_at < limit and one.path not in needed
    ]


def clean(backups: Sequence[Backup], needed: Collection[Path]) -> list[Path]:
    """Delete what has expired and return the dumps that went."""
    gone = []
    for one in expired(backups, needed, datetime.now(UTC)):
        dumps.remove(one.path)
        manifest.beside(one.path).unlink(missing_ok=True)
        gone.append(one.path)
    return gone


def expire(known: Sequence[Backup], sessions: Iterable[SessionRecord], emit: Emit) -> None:
    """Delete what no open session needs any more, and tell of each."""
    needed = {one.backup for one in sessions if one.outcome in ("", "stopped") and one.backup}
    for path in clean(known, needed):
        emit(Event("migrate.backup", {"state": "expired", "file": path.name}))
