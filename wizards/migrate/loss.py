"""What a way back would lose, counted before anything happens."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from generators.language import _
from wizards.migrate import backends, rows, written
from wizards.migrate.at_start import AtStart
from wizards.migrate.model import Backup, Loss, Moment
from wizards.migrate.own_work import NONE, OwnWork
from wizards.migrate.written import Place, Written

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

Unsure = Mapping[str, int]  # "schema.table" → changes that nothing exact can tell from our own


def by_restoring(
    connection: Connection,
    backup: Backup,
    own: OwnWork,
    start: AtStart | None = None,
    unsure: Unsure | None = None,
) -> tuple[Loss, ...]:
    """Return the rows that others wrote or deleted since the backup, by table.

    A row's xmin says which transaction wrote it: exact for inserts and updates, and with the
    counts of the manifest for deletes. Where the session (``own``) replaced rows, what was
    written before it began is what was measured then (``start``), and what was written while it
    ran is in ``unsure``. Without a ``start`` such a table's loss is not exact.
    """
    if backup.origin != backends.origin(connection):
        return _of_another_database(connection, backup)
    places = written.places(connection)
    found = []
    for name in sorted(places.keys() | (start.tables.keys() if start is not None else ())):
        if name.endswith(f".{backup.version_table.rpartition('.')[2]}"):
            continue
        place = places.get(name)
        lost = _of_table(connection, backup, own, name, place)
        if start is not None and name in start.tables:
            lost = _since_start(connection, start, own, name, place, lost, unsure or {})
        if lost.rows or not lost.exact:
            found.append(lost)
    return tuple(found)


def _of_table(
    connection: Connection, backup: Backup, own: OwnWork, name: str, place: Place | None
) -> Loss:
    """Return a table's loss as its rows tell it now, against the backup."""
    if place is None:
        return Loss(table=name, rows=0)
    now = written.count(connection, place, backup.moment, own.transactions)
    before = backup.rows.get(name)
    if before is None:
        return Loss(table=name, rows=now.rows - now.ours)
    replaced = now.ours > 0 or any(own.changes.get(name, NONE)[1:])
    if now.ours == now.rows and now.rows:
        inserted, deleted, _updated = own.changes.get(name, NONE)
        difference = abs(before + inserted - deleted - now.rows)
        return Loss(table=name, rows=difference, exact=False)
    return Loss(table=name, rows=now.others + _deleted(before, now, own, name), exact=not replaced)


def _since_start(
    connection: Connection,
    start: AtStart,
    own: OwnWork,
    name: str,
    place: Place | None,
    plain: Loss,
    unsure: Unsure,
) -> Loss:
    """Return a table's loss, with what was measured at the start where the rows no longer tell."""
    before = start.tables[name]
    now = Written(0, 0, 0)
    if place is not None:
        now = written.count(connection, place, start.moment, own.transactions)
    if not start.touched(name, place, now.ours, own):
        return Loss(table=name, rows=plain.rows)
    later = now.others + (_deleted(before.rows, now, own, name) if place is not None else 0)
    if name in unsure:
        return Loss(table=name, rows=before.written + max(later, unsure[name]), exact=False)
    return Loss(table=name, rows=before.written + later)


def _deleted(before: int, now: Written, own: OwnWork, name: str) -> int:
    inserted, deleted, _updated = own.changes.get(name, NONE)
    return max(0, before + inserted - deleted - now.rows)


def _of_another_database(connection: Connection, backup: Backup) -> tuple[Loss, ...]:
    """Say of every table that nothing counts what was written since: its ids are others."""
    return tuple(
        Loss(
            table=f"{schema}.{table}",
            rows=0,
            exact=False,
        )
        for schema, table in rows.tables(connection)
        if f"{schema}.{table}" in backup.rows and table != backup.version_table.rpartition(".")[2]
    )


def told(lost: Loss) -> str:
    """Return a loss as a person reads it, for a list: "public.items (3)"."""
    if lost.exact:
        return f"{lost.table} ({lost.rows})"
    return _("{table} (cannot be counted exactly: the session rewrote this table)").format(
        table=lost.table
    )


def by_reverting(
    connection: Connection,
    added: Iterable[tuple[str, str, str]],
    moment: Moment,
    own: Collection[int],
) -> tuple[Loss, ...]:
    """Return what would go with tables and columns: ``added`` = (schema, table, column or "")."""
    from psycopg.sql import SQL, Identifier

    found: dict[str, Loss] = {}
    places = written.places(connection)
    for schema, table, column in added:
        name = f"{schema}.{table}"
        if not column:
            now = written.count(connection, places[name], moment, own)
            if now.rows - now.ours:
                found[name] = Loss(table=name, rows=now.rows - now.ours, columns=("*",))
            continue
        query = SQL(
            "select count(*) from {} x where {} is not null and x.xmin::text::bigint <> all(%s)"
            " and age(x.xmin) <= age(%s::text::xid)"
        ).format(Identifier(schema, table), Identifier(column))
        row = connection.execute(query, (list(own), str(moment.oldest_unsure))).fetchone()
        values = int(str(row[0])) if row else 0
        if values:
            before = found.get(name, Loss(table=name, rows=0))
            columns = (*before.columns, column)
            found[name] = Loss(table=name, rows=max(before.rows, values), columns=columns)
    return tuple(found.values())
