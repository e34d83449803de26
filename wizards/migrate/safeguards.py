"""What stands behind an apply: a backup or what may take its place, a rehearsal that still fits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from generators.language import _
from wizards.failures import Failure, UsageFailure
from wizards.migrate.model import Backup, Interrupted, Rehearsal
from wizards.migrate.standing import standing
from wizards.postgres.address import Address

if TYPE_CHECKING:
    from wizards.migrate.cloudsql.provider import CloudSql

Rehearsed = tuple[Path | None, Rehearsal]
"""A rehearsal and the dump it ran on, None where it ran on a clone of the instance."""


def refuse_unfinished(found: Interrupted | None) -> None:
    """Refuse to begin while a session that was cut off has not been brought to its end."""
    if found is not None:
        raise Failure(
            "session-unfinished",
            _("Session {session} never ended.").format(session=found.session),
            why=found.says,
            next=found.next,
        )


def require_backup(name: str, cloud: CloudSql | None) -> None:
    """Refuse a protected target without a dump, unless Cloud SQL is to make a backup of its own."""
    if cloud is not None and cloud.wanted is not False:
        return
    raise UsageFailure(
        "backup-required",
        _("{name} is protected: it is not migrated without a backup.").format(name=name),
    )


@contextmanager
def clone_offered(cloud: CloudSql | None) -> Iterator[None]:
    """Where there is no room for a dump, offer what Cloud SQL does without one."""
    try:
        yield
    except Failure as failure:
        if cloud is not None and failure.code == "no-room-for-backup":
            failure.next = (
                *failure.next,
                "tarmac migrate rehearse --on clone",
                "tarmac migrate up --rehearse-on clone --no-backup",
            )
        raise


def fitting(
    known: Rehearsed | None, backup: Backup | None, address: Address, version_table: str
) -> Rehearsal | None:
    """Return the rehearsal that speaks of the database as it is.

    That is one of this very backup, or one on a clone of the same structure.
    """
    if known is None:
        return None
    path, found = known
    if path is not None:
        return found if backup is not None and backup.path == path else None
    return found if standing(address, version_table).shape == found.schema_before else None
