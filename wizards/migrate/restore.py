"""A backup restored into an empty database, and compared with its manifest to the row."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from generators.language import _
from wizards.cancel import Cancel
from wizards.events import Emit, Event, Json, discard
from wizards.failures import Failure
from wizards.migrate import archive, catalogue, counting, dumps, rows
from wizards.migrate.backup import damaged, intact
from wizards.migrate.growth import Growth
from wizards.migrate.model import Backup
from wizards.migrate.scratch import Scratch
from wizards.postgres.address import Address
from wizards.postgres.connection import connect

_SHOWN = 4  # differences named in the card itself; all of them are in its raw text


def restore_to_scratch(
    backup: Backup, scratch: Scratch, version_table: str, emit: Emit, cancel: Cancel
) -> None:
    """Restore a backup and compare hash, counts and structure; a difference is a Failure.

    The dump is hashed while it is restored: what is damaged is said to be so, whatever
    pg_restore thought of it.
    """
    with _hashed_beside(backup), scratch.hurried():
        _restore(backup, scratch.address, scratch.major, emit, cancel, privileges=False)
    with connect(scratch.address, "tarmac verify", settings=counting.QUICK) as connection:
        found = catalogue.read(connection, version_table)
        counted = counting.counted(connection, cancel)
    comparable = scratch.same_server or scratch.major == backup.server
    expected = (backup.schema, found.shape) if comparable else (backup.portable, found.portable)
    _same(backup, found, expected[0] == expected[1], counted, privileges=False)


def restore_beside(
    backup: Backup,
    address: Address,
    major: int,
    version_table: str,
    cancel: Cancel,
    emit: Emit = discard,
) -> None:
    """Restore a backup with owners and grants into the empty database at ``address``."""
    _restore(intact(backup), address, major, emit, cancel, privileges=True)
    with connect(address, "tarmac verify") as connection:
        found = catalogue.read(connection, version_table)
        counted = counting.counted(connection, cancel)
        connection.execute("analyze")
    _same(backup, found, found.signature == backup.signature, counted, privileges=True)


def _restore(
    backup: Backup, address: Address, major: int, emit: Emit, cancel: Cancel, *, privileges: bool
) -> None:
    with Growth(address, lambda done: _progress(emit, backup, done)) as growth:
        archive.restore(
            backup.path,
            address,
            major,
            privileges=privileges,
            progress=growth.look,
            cancel=cancel,
        )


@contextmanager
def _hashed_beside(backup: Backup) -> Iterator[None]:
    """Hash the dump beside the work, and raise the card of a damaged one at its end."""
    if not dumps.there(backup.path):
        raise damaged(backup)
    stop = Cancel()
    with ThreadPoolExecutor(1, thread_name_prefix="hash") as aside:
        found = aside.submit(dumps.digest, backup.path, stop)
        try:
            yield
        except Failure as failure:
            if found.result() != backup.sha256:
                raise damaged(backup) from failure
            raise
        except BaseException:
            stop.ask()
            raise
        if found.result() != backup.sha256:
            raise damaged(backup)


def _progress(emit: Emit, backup: Backup, done: int) -> None:
    fields: dict[str, Json] = {"state": "restoring", "file": backup.path.name}
    emit(Event("migrate.backup", {**fields, "bytes": done, "of_bytes": backup.database_bytes}))


def _same(
    backup: Backup,
    found: catalogue.Catalogue,
    structure: bool,
    counted: dict[str, int],
    *,
    privileges: bool,
) -> None:
    different = rows.differing(backup.rows, counted)
    if structure and not different:
        return
    seen = backup.described
    lines = seen.differences(found, privileges=privileges) if seen is not None else ()
    if different:
        why = _("Row counts differ in: {tables}.").format(tables=", ".join(different))
    elif lines:
        shown = "; ".join(line.splitlines()[0] for line in lines[:_SHOWN])
        why = _("The structure, owners or grants differ: {lines}.").format(lines=shown)
    else:
        why = _("The structure, owners or grants differ.")
    raise Failure(
        "backup-not-restorable",
        _("The backup {file} does not restore to what was backed up.").format(
            file=backup.path.name
        ),
        why=why,
        next=("tarmac migrate backup",),
        raw="\n".join(lines),
    )
