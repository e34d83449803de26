"""What a way back would lose, counted before anything happens."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from wizards.migrate import rows
from wizards.migrate.model import Backup, Loss, Moment
from wizards.migrate.own_work import OwnWork

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

_WRITTEN = """
select count(*), count(*) filter (where x.xmin::text::bigint = any(%s)),
       count(*) filter (where x.xmin::text::bigint <> all(%s)
         and (age(x.xmin) <= age(%s::text::xid) or x.xmin::text::bigint = any(%s)))
from {} x
"""


def by_restoring(connection: Connection, backup: Backup, own: OwnWork) -> tuple[Loss, ...]:
    """Return the rows that others wrote or deleted since the backup, by table.

    A row's xmin says which transaction wrote it: exact for inserts and updates. For deletes, and
    where the session (``own``) rewrote a whole table, the counts of the manifest tell the least
    that was lost.
    """
    found = []
    for schema, table in rows.tables(connection):
        name = f"{schema}.{table}"
        if name.endswith(f".{backup.version_table.rpartition('.')[2]}"):
            continue
        moment, mine = backup.moment, own.transactions
        now, ours, written = _written(connection, schema, table, moment, mine)
        before = backup.rows.get(name)
        inserted, deleted = own.changes.get(name, (0, 0))
        if before is None:
            lost = now - ours
        elif ours == now and now:
            lost = abs(before + inserted - deleted - now)
        else:
            lost = written + max(0, before + inserted - deleted - now)
        if lost:
            found.append(Loss(table=name, rows=lost))
    return tuple(found)


def by_reverting(
    connection: Connection,
    added: Iterable[tuple[str, str, str]],
    moment: Moment,
    own: Collection[int],
) -> tuple[Loss, ...]:
    """Return what would go with tables and columns: ``added`` = (schema, table, column or "")."""
    from psycopg.sql import SQL, Identifier

    found: dict[str, Loss] = {}
    for schema, table, column in added:
        name = f"{schema}.{table}"
        if not column:
            now, ours, _written_rows = _written(connection, schema, table, moment, own)
            if now - ours:
                found[name] = Loss(table=name, rows=now - ours, columns=("*",))
            continue
        query = SQL(
            "select count(*) from {} x where {} is not null and x.xmin::text::bigint <> all(%s)"
            " and age(x.xmin) <= age(%s::text::xid)"
        ).format(Identifier(schema, table), Identifier(column))
        row = connection.execute(query, (list(own), str(moment.oldest_unseen))).fetchone()
        values = int(str(row[0])) if row else 0
        if values:
            before = found.get(name, Loss(table=name, rows=0))
            columns = (*before.columns, column)
            found[name] = Loss(table=name, rows=max(before.rows, values), columns=columns)
    return tuple(found.values())


def _written(
    connection: Connection, schema: str, table: str, moment: Moment, own: Collection[int]
) -> tuple[int, int, int]:
    """Return (rows, rows the session wrote, rows others wrote since the moment)."""
    from psycopg.sql import SQL, Identifier

    mine = list(own)
    row = connection.execute(
        SQL(_WRITTEN).format(Identifier(schema, table)),
        (mine, mine, str(moment.oldest_unseen), list(moment.in_progress)),
    ).fetchone()
    count, ours, written = row or (0, 0, 0)
    return int(str(count)), int(str(ours)), int(str(written))
