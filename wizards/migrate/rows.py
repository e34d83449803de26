"""The data of a database as numbers: exact counts, and checksums that order does not change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, LiteralString

from wizards.cancel import Cancel

if TYPE_CHECKING:
    from psycopg.sql import Composed

    from wizards.postgres.connection import Connection

_TABLES = """
select n.nspname::text, c.relname::text
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select 1 from pg_depend x where x.classid = 'pg_class'::regclass
                  and x.objid = c.oid and x.deptype = 'e')
order by 1, 2
"""


def tables(connection: Connection) -> list[tuple[str, str]]:
    """Return (schema, table) of every table that holds rows of the project's own."""
    return [(str(schema), str(table)) for schema, table in connection.execute(_TABLES)]


def unheard(_done: int, _all: int) -> None:
    """Tell nobody how many tables are counted."""


def counts(
    connection: Connection, cancel: Cancel, told: Callable[[int, int], None] = unheard
) -> dict[str, int]:
    """Return exact row counts by "schema.table", as this connection's snapshot sees them.

    ``told`` gets (tables counted, tables in all) before each of them.
    """
    found: dict[str, int] = {}
    held = tables(connection)
    for schema, table in held:
        cancel.check()
        told(len(found), len(held))
        row = connection.execute(_over("select count(*) from {}", schema, table)).fetchone()
        found[f"{schema}.{table}"] = int(str(row[0])) if row else 0
    return found


def checksums(connection: Connection, cancel: Cancel, skip: str = "") -> dict[str, str]:
    """Return a checksum over all rows by "schema.table"; ``skip`` names a table to leave out."""
    found: dict[str, str] = {}
    query = (
        "select count(*)::text || ':' || coalesce(sum(hashtextextended(t::text, 0)), 0) from {} t"
    )
    for schema, table in tables(connection):
        cancel.check()
        if skip not in (table, f"{schema}.{table}"):
            row = connection.execute(_over(query, schema, table)).fetchone()
            found[f"{schema}.{table}"] = str(row[0]) if row else ""
    return found


def differing(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """Return the names whose values differ or that only one side has."""
    names = sorted(before.keys() | after.keys())
    return [name for name in names if before.get(name) != after.get(name)]


def _over(query: LiteralString, schema: str, table: str) -> Composed:
    from psycopg import sql

    return sql.SQL(query).format(sql.Identifier(schema, table))
