"""A backup restored into an empty database, and compared with its manifest to the row."""

from __future__ import annotations

from generators.language import _
from wizards.cancel import Cancel
from wizards.failures import Failure
from wizards.migrate import archive, catalogue, rows
from wizards.migrate.backup import intact
from wizards.migrate.model import Backup
from wizards.migrate.scratch import Scratch
from wizards.postgres.address import Address
from wizards.postgres.connection import connect


def restore_to_scratch(
    backup: Backup, scratch: Scratch, version_table: str, cancel: Cancel
) -> None:
    """Restore a backup and compare counts and structure; a difference is a Failure."""
    archive.restore(
        intact(backup).path, scratch.address, scratch.major, privileges=False, cancel=cancel
    )
    with connect(scratch.address, "tarmac verify") as connection:
        found = catalogue.read(connection, version_table)
        counted = rows.counts(connection, cancel)
    comparable = scratch.same_server or scratch.major == backup.server
    expected = (backup.schema, found.shape) if comparable else (backup.portable, found.portable)
    _same(backup, expected[0] == expected[1], counted)


def restore_beside(
    backup: Backup, address: Address, major: int, version_table: str, cancel: Cancel
) -> None:
    """Restore a backup with owners and grants into the empty database at ``address``."""
    archive.restore(intact(backup).path, address, major, privileges=True, cancel=cancel)
    with connect(address, "tarmac verify") as connection:
        found = catalogue.read(connection, version_table)
        counted = rows.counts(connection, cancel)
        connection.execute("analyze")
    _same(backup, found.signature == backup.signature, counted)


def _same(backup: Backup, structure: bool, counted: dict[str, int]) -> None:
    different = rows.differing(backup.rows, counted)
    if structure and not different:
        return
    raise Failure(
        "backup-not-restorable",
        _("The backup {file} does not restore to what was backed up.").format(
            file=backup.path.name
        ),
        why=_("Row counts differ in: {tables}.").format(tables=", ".join(different))
        if different
        else _("The structure, owners or grants differ."),
        next=("tarmac migrate backup",),
    )
