"""What a schema has that another had not: the tables and columns that a revert would remove."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

Part = tuple[str, str, str]  # schema, table, column ("" = the whole table)

_COLUMNS = """
select n.nspname::text, c.relname::text, a.attname::text
from pg_class c join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
"""


def columns(connection: Connection) -> set[Part]:
    """Return (schema, table, column) of every table's columns."""
    return {
        (str(schema), str(table), str(column))
        for schema, table, column in connection.execute(_COLUMNS)
    }


def since(before: set[Part], now: set[Part], version_table: str) -> list[Part]:
    """Return new tables (column "") and new columns of old tables."""
    old_tables = {(schema, table) for schema, table, _column in before}
    found: set[Part] = set()
    for schema, table, column in now - before:
        if table == version_table.rpartition(".")[2]:
            continue
        whole = (schema, table) not in old_tables
        found.add((schema, table, "" if whole else column))
    return sorted(found)


def as_text(parts: set[Part]) -> str:
    """Return columns as JSON, for the session's folder."""
    return json.dumps(sorted(parts), ensure_ascii=False)


def of_text(text: str) -> set[Part]:
    """Return the columns that :func:`as_text` wrote."""
    return {(str(schema), str(table), str(column)) for schema, table, column in json.loads(text)}
