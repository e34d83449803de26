"""A restore into the database itself, in one transaction: for roles that may make no databases."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generators.language import _
from wizards.cancel import Cancel
from wizards.failures import Exit, Failure, Refused
from wizards.migrate import archive, catalogue, contents, in_place_sql, swap
from wizards.migrate.backup import intact
from wizards.migrate.contents import Entry
from wizards.migrate.model import Backup
from wizards.postgres.address import Address
from wizards.postgres.connection import connect, server_major, value

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

_SHOWN = 3  # reasons named in the card itself; all of them are in its raw text


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a dump goes into a database: what of it, what goes before, whether owners are kept.

    ``schemas`` and ``extensions`` came after the backup and are dropped.
    """

    entries: tuple[Entry, ...]
    schemas: tuple[str, ...]
    extensions: tuple[str, ...]
    owners: bool
    major: int


def preflight(address: Address, backup: Backup) -> Way:
    """Return the way, or raise a card with every reason why it cannot be gone."""
    if swap.allowed(address):
        raise Refused(
            "restore-beside-is-better",
            _("{role} may make databases: restore beside and swap instead.").format(
                role=address.user
            ),
            why=_("It keeps the database as it is now, and closes it for less than a second."),
            next=(f"tarmac migrate restore {backup.path.name}",),
        )
    intact(backup)
    with connect(address, "tarmac restore") as connection:
        major = server_major(connection)
        listed = contents.entries(archive.contents(backup.path, major))
        way, reasons = _looked(connection, listed, major)
    if reasons:
        raise Failure(
            "restore-in-place-refused",
            _("The backup cannot be restored in place."),
            why="; ".join(reasons[:_SHOWN]),
            next=(
                f'ALTER ROLE "{address.user}" CREATEDB',
                f"tarmac migrate restore {backup.path.name}",
            ),
            raw="\n".join(reasons),
            exit_code=Exit.BLOCKED,
        )
    return way


def run(address: Address, backup: Backup, way: Way, cancel: Cancel) -> None:
    """Drop everything and restore, in one transaction that commits only when all rows are there.

    Raises what stopped it: then the database is as it was. A structure that differs afterwards is
    a Failure too, but committed.
    """
    with tempfile.TemporaryDirectory(prefix="tarmac-") as folder:
        listed = Path(folder) / "entries"
        listed.write_text(contents.as_list(way.entries), encoding="utf-8")
        archive.restore_within(
            backup.path,
            address,
            way.major,
            before=in_place_sql.opening()
            + in_place_sql.emptying(list(way.schemas), list(way.extensions)),
            after=in_place_sql.closing(backup.rows),
            entries=listed,
            owners=way.owners,
            cancel=cancel,
        )
    with connect(address, "tarmac verify") as connection:
        found = catalogue.read(connection, backup.version_table)
        connection.execute("analyze")
    if found.shape != backup.schema and found.portable != backup.portable:
        raise Failure(
            "restored-differently",
            _("All rows are back, but the structure is not what was backed up."),
            why=_("The server words something differently, or it changed while it was restored."),
            next=("tarmac migrate verify", "tarmac migrate status"),
        )


def _looked(connection: Connection, listed: list[Entry], major: int) -> tuple[Way, list[str]]:
    """Return the way and the reasons against it."""
    schemas = {
        str(name): (bool(create), bool(owned))
        for name, create, owned in connection.execute(in_place_sql.SCHEMAS.encode())
    }
    owned = {name for name, (_create, mine) in schemas.items() if mine}
    wanted = {one.tag for one in listed if one.kind == "SCHEMA"} | {"public"}
    there = {
        str(name): bool(mine) for name, mine in connection.execute(in_place_sql.EXTENSIONS.encode())
    }
    needed = contents.extensions(listed)
    entries = contents.kept(listed, schemas.keys(), owned)
    roles = _texts(connection, in_place_sql.MEMBER_OF)
    way = Way(
        entries=tuple(entries),
        schemas=tuple(sorted(schemas.keys() - wanted)),
        extensions=tuple(sorted(there.keys() - needed - {"plpgsql"})),
        owners=contents.owners(entries) <= set(roles),
        major=major,
    )
    used = {one.schema for one in entries}
    reasons = [
        *_because(
            _("others are connected: {names}"), _texts(connection, in_place_sql.OTHERS_INSIDE)
        ),
        *_because(_("of other roles: {names}"), _texts(connection, in_place_sql.OTHERS_OBJECTS)),
        *_because(
            _("not restored in place: {names}"),
            [*_texts(connection, in_place_sql.ODD_OBJECTS), *contents.unknown(listed)],
        ),
        *_because(
            _("no right to create in: {names}"),
            [name for name, (create, _mine) in schemas.items() if name in used and not create],
        ),
        *_because(
            _("newer schemas of other roles: {names}"),
            [name for name in way.schemas if not schemas[name][1]],
        ),
        *_because(_("extensions that are gone: {names}"), sorted(needed - there.keys())),
        *_because(
            _("newer extensions of other roles: {names}"),
            [name for name in way.extensions if not there[name]],
        ),
    ]
    if wanted - schemas.keys() and not value(
        connection, "select has_database_privilege(current_database(), 'CREATE')"
    ):
        reasons += _because(_("no right to create the schemas: {names}"), wanted - schemas.keys())
    return way, reasons


def _because(text: str, names: Iterable[str]) -> list[str]:
    found = sorted(names)
    return [text.format(names=", ".join(found))] if found else []


def _texts(connection: Connection, sql: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(sql.encode()).fetchall()]
