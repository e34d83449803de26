"""Which rows carry a transaction that a snapshot could not see: xmin tells who wrote them last."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizards.migrate.model import Moment

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

_WRITTEN = """
select count(*), count(*) filter (where x.xmin::text::bigint = any(%s)),
       count(*) filter (where x.xmin::text::bigint <> all(%s) and age(x.xmin) <= age(%s::text::xid))
from {} x
"""
_PLACES = """
select n.nspname || '.' || c.relname, n.nspname::text, c.relname::text, c.oid::bigint,
       coalesce(pg_relation_filenode(c.oid), 0)::bigint,
       pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_tuples_updated(c.oid)
       + pg_stat_get_tuples_deleted(c.oid)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select 1 from pg_depend x where x.classid = 'pg_class'::regclass
                  and x.objid = c.oid and x.deptype = 'e')
order by 1
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A table on disk: a rewrite changes ``filenode``; ``changes`` is what the server counted."""

    schema: str
    table: str
    oid: int
    filenode: int
    changes: int


@dataclass(frozen=True, slots=True)
class Written:
    """Rows of a table: all, those the session wrote, those others wrote since a moment."""

    rows: int
    ours: int
    others: int


def places(connection: Connection) -> Mapping[str, Place]:
    """Return every table that holds rows of the project's own, by "schema.table"."""
    return {
        str(name): Place(str(schema), str(table), *(int(str(number)) for number in numbers))
        for name, schema, table, *numbers in connection.execute(_PLACES)
    }


def count(connection: Connection, place: Place, moment: Moment, own: Collection[int]) -> Written:
    """Count the rows of a table; ``own`` are the session's transactions.

    A savepoint's rows carry an id that no snapshot lists: while anybody was writing at the moment,
    whatever is not older than the oldest of them counts as written since.
    """
    from psycopg.sql import SQL, Identifier

    mine = list(own)
    row = connection.execute(
        SQL(_WRITTEN).format(Identifier(place.schema, place.table)),
        (mine, mine, str(moment.oldest_unsure)),
    ).fetchone()
    return Written(*(int(str(number)) for number in row or (0, 0, 0)))
