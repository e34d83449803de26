"""Where a database stands: its version rows and its schema, always read on a new connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizards.events import Json
from wizards.migrate import catalogue
from wizards.migrate.sql_files.kinds import applied_query
from wizards.postgres.address import Address
from wizards.postgres.connection import connect

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection


@dataclass(frozen=True, slots=True)
class Standing:
    """Version rows (sorted), signature of the whole schema and of its structure alone."""

    heads: tuple[str, ...]
    signature: str
    shape: str

    def as_json(self) -> dict[str, Json]:
        """Return ``{"heads", "signature", "shape"}`` for the journal."""
        return {"heads": list(self.heads), "signature": self.signature, "shape": self.shape}


def standing(address: Address, version_table: str) -> Standing:
    """Return where the database stands now."""
    with connect(address, "tarmac look") as connection:
        return standing_of(connection, version_table)


def standing_of(connection: Connection, version_table: str) -> Standing:
    """Return where the database of an open connection stands."""
    seen = catalogue.read(connection, version_table)
    return Standing(heads(connection, version_table), seen.signature, seen.shape)


def heads(connection: Connection, version_table: str) -> tuple[str, ...]:
    """Return what the version table says is applied, sorted; none where there is no table."""
    from psycopg.sql import SQL, Identifier

    parts = version_table.split(".")
    quoted = ".".join('"' + part.replace('"', '""') + '"' for part in parts)
    there = connection.execute("select to_regclass(%s) is not null", (quoted,)).fetchone()
    if there is None or not there[0]:
        return ()
    applied = SQL(applied_query(version_table) or "select version_num from {}")
    rows = connection.execute(applied.format(Identifier(*parts))).fetchall()
    return tuple(sorted(str(row[0]) for row in rows))
