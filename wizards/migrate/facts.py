"""Live facts of the tables a plan touches: one read-only connection, every query bounded.

Sources are PostgreSQL's own catalogues. Rows are the planner's estimate (``reltuples``, kept by
VACUUM and ANALYZE), or counted where the table is small and was never analysed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wizards.migrate import catalogue_queries as queries
from wizards.migrate.partition_proofs import proved_bounds
from wizards.migrate.review.catalogue import Column, Constraint, Domain, Facts, Index, Table
from wizards.migrate.review.checks.keys import columns_in
from wizards.migrate.review.mentions import Mentions, mentions
from wizards.migrate.review.names import Name, words
from wizards.migrate.review.opclasses import opclasses
from wizards.migrate.review.proofs import checked_not_null
from wizards.migrate.review.sql import parameters_filled, statements
from wizards.migrate.review.volatility import function_calls, operators

if TYPE_CHECKING:
    from psycopg import Connection

    Server = Connection[tuple[Any, ...]]

TIMEOUT = "2s"
LOCK_TIMEOUT = "500ms"
COUNTED_BYTES = 64 * 2**20
SAMPLED_BYTES = 32 * 2**20
FASTEST = 400e6
"""No scan is assumed faster than this (bytes a second), however warm the cache was."""

ROW_BYTES = 100


@contextmanager
def connected(url: str) -> Iterator[Server]:
    """Open a read-only connection for facts and checks; psycopg's errors pass through."""
    import psycopg

    with psycopg.connect(url, autocommit=True, application_name="tarmac facts") as connection:
        connection.execute("SET default_transaction_read_only = on")
        connection.execute(f"SET statement_timeout = '{TIMEOUT}'")
        connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        yield connection


def gather(connection: Server, sql: Iterable[str], *, tables: Iterable[Name] = ()) -> Facts:
    """Return what the catalogue says of everything the SQL names (and of ``tables``)."""
    parsed = [
        one
        for text in sql
        for one in (statements(text) if "%" not in text else statements(parameters_filled(text)))
    ]
    named = mentions(parsed)
    named.relations.update(tables)
    with bounded(connection):
        base = _server(connection)
        oids = _relations(connection, named)
        domains = _domains(connection, named)
    facts = _unlocked_tables(connection, oids, base)
    facts = replace(
        facts,
        domains=domains,
        volatile=_volatile(connection, named),
        proved_bounds=proved_bounds(connection, parsed, facts),
    )
    rate = _rate(connection, list(facts.tables.values()))
    return replace(facts, rate=rate or 0.0, rate_measured=rate is not None)


@contextmanager
def bounded(connection: Server, timeout: str = TIMEOUT) -> Iterator[None]:
    """A transaction in which no query takes longer than the timeout, nor waits for a lock."""
    with connection.transaction():
        connection.execute(
            "SELECT set_config('statement_timeout', %s, true), "
            "set_config('lock_timeout', %s, true), set_config('search_path', "
            "current_setting('search_path'), true)",
            (timeout, LOCK_TIMEOUT),
        )
        yield


def _server(connection: Server) -> Facts:
    row = connection.execute(queries.SERVER).fetchone()
    version, zone, slots = row or (160000, "UTC", 0)
    casts = connection.execute(queries.CASTS).fetchall()
    return Facts(
        postgres=int(version) // 10000,
        time_zone=zone,
        replication_slots=slots,
        casts=frozenset((source, target) for source, target in casts),
        opclasses=opclasses(
            connection.execute(queries.OPERATOR_CLASSES).fetchall(),
            connection.execute(queries.IMPLICIT_CASTS).fetchall(),
            connection.execute(queries.POLYMORPHIC).fetchall(),
        ),
    )


def _relations(connection: Server, named: Mentions) -> list[int]:
    """The oids of tables named, of the tables of indexes named, and of their neighbours."""
    texts = [name.sql for name in named.relations if name.name]
    types = [name.sql for name in named.types if name.name]
    known = {"relations": texts, "types": types}
    rows = connection.execute(queries.RESOLVE, known).fetchall()
    oids = [oid for (oid,) in rows]
    return [oid for (oid,) in connection.execute(queries.NEIGHBOURS, {"oids": oids}).fetchall()]


def _unlocked_tables(connection: Server, oids: list[int], base: Facts) -> Facts:
    """The tables' facts, without those that somebody else has locked against reading."""
    from psycopg.errors import LockNotAvailable, QueryCanceled

    try:
        with bounded(connection):
            return _tables(connection, oids, base)
    except (LockNotAvailable, QueryCanceled):
        rows = connection.execute(queries.NAMES, {"oids": oids}).fetchall()
        locked = {oid for (oid,) in connection.execute(queries.LOCKED).fetchall()}
    unread = frozenset(Name(schema, name) for oid, schema, name in rows if oid in locked)
    base = replace(base, unread=unread)
    try:
        with bounded(connection):
            return _tables(connection, [oid for oid in oids if oid not in locked], base)
    except (LockNotAvailable, QueryCanceled):
        return replace(base, unread=frozenset(Name(schema, name) for _oid, schema, name in rows))


def _tables(connection: Server, oids: list[int], base: Facts) -> Facts:
    known = {"oids": oids}
    names = {
        oid: Name(schema, name)
        for oid, schema, name in connection.execute(queries.NAMES, known).fetchall()
    }
    columns: dict[int, dict[str, Column]] = {}
    for row in connection.execute(queries.COLUMNS, known).fetchall():
        oid, name, type_, not_null, default, domain_base, collation, usual, generated = row
        columns.setdefault(oid, {})[name] = Column(
            type=type_,
            not_null=not_null,
            default=default or "",
            base=domain_base or "",
            collation=collation or "",
            has_default_collation=usual,
            generated=generated,
        )
    constraints: dict[int, dict[str, Constraint]] = {}
    for row in connection.execute(queries.CONSTRAINTS, known).fetchall():
        oid, name, kind, valid, definition, named_columns, parent, referenced = row
        constraints.setdefault(oid, {})[name] = Constraint(
            name=name,
            kind=kind,
            valid=valid,
            definition=definition,
            columns=tuple(named_columns or ()),
            references=names.get(parent),
            referenced=tuple(referenced),
            proves=_proves(kind, definition, tuple(named_columns or ())),
        )
    indexes: dict[int, list[Index]] = {}
    for row in connection.execute(queries.INDEXES, known).fetchall():
        oid, schema, name, keys, unique, primary, valid, partial, constraint, size = row[:10]
        computed, included, method, chosen = row[10:]
        indexes.setdefault(oid, []).append(
            Index(
                name=Name(schema, name),
                table=names[oid],
                columns=tuple(keys),
                computes=_columns_of(computed),
                included=tuple(included),
                method=method,
                chosen=tuple(chosen),
                unique=unique,
                primary=primary,
                valid=valid,
                partial=partial,
                constraint=constraint or "",
                bytes=size,
            )
        )
    found: dict[Name, Table] = {}
    for row in connection.execute(queries.TABLES, known).fetchall():
        table = _table(connection, row, names)
        oid = row[0]
        table = replace(
            table,
            columns=columns.get(oid, {}),
            constraints=constraints.get(oid, {}),
            indexes=tuple(indexes.get(oid, ())),
        )
        found[table.name] = table
        found.setdefault(Name(row[1], row[2]), table)
    every = {index.name: index for several in indexes.values() for index in several}
    return replace(base, tables=found, indexes=every)


def _proves(kind: str, definition: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that a constraint, as pg_get_constraintdef() prints it, keeps from being NULL."""
    if kind == "n":
        return columns
    if kind != "c" or " IS NOT NULL" not in definition:
        return ()
    return tuple(
        name
        for one in statements(f"ALTER TABLE t ADD {definition}")
        if one.node is not None
        for name in checked_not_null(one.node)
    )


def _columns_of(expressions: str) -> frozenset[str]:
    """The columns that expressions, as pg_get_expr() prints them, read."""
    if not expressions:
        return frozenset()
    return frozenset(
        name
        for one in statements(f"SELECT {expressions}")
        if one.node is not None
        for name in columns_in(one.node)
    )


def _table(connection: Server, row: tuple[Any, ...], names: dict[int, Name]) -> Table:
    (oid, _schema, _name, kind, tuples, live, total, heap, dead, logged, space, method) = row[:12]
    parents, children, partitions, below, default, parent, keys, bounds = row[12:20]
    views, view_columns, sources = row[20:]
    rows, known = _rows(connection, oid, kind, tuples, live, heap)
    return Table(
        name=names[oid],
        kind=kind,
        rows=rows,
        rows_known=known,
        bytes=total,
        table_bytes=heap,
        dead_rows=dead,
        logged=logged,
        tablespace=space or "",
        access_method=method or "",
        parents=_known(parents, names),
        children=_known(children, names),
        partitions=_known(partitions, names),
        descendants=_known(below, names),
        default_partition=names.get(default),
        partition_of=names.get(parent),
        partition_columns=tuple(keys),
        bounds=bounds,
        views=_tabbed(views),
        view_columns=frozenset(view_columns),
        sources=_tabbed(sources),
    )


def _tabbed(names: Sequence[str]) -> tuple[Name, ...]:
    return tuple(Name(*one.split("\t")) for one in names)


def _with_column(names: Sequence[str]) -> tuple[tuple[Name, str], ...]:
    parts = [one.split("\t") for one in names]
    return tuple((Name(schema, table), column) for schema, table, column in parts)


def _known(oids: Sequence[int], names: dict[int, Name]) -> tuple[Name, ...]:
    return tuple(names[oid] for oid in oids if oid in names)


def _rows(
    connection: Server, oid: int, kind: str, tuples: float, live: int, size: int
) -> tuple[int, bool]:
    """Rows, and whether they are known: counted only where that is cheap."""
    if tuples >= 0 and not (tuples == 0 and size > 0):
        return int(tuples), True
    if kind not in {"r", "m", "p"} or size == 0:
        return 0, True
    if live > 0:
        return live, True
    if size > COUNTED_BYTES:
        return size // ROW_BYTES, False
    from psycopg import Error

    try:
        with connection.transaction():
            counted = connection.execute(queries.COUNT.format(oid=oid)).fetchone()
            relation = counted[0] if counted else ""
            row = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
    except Error:
        return size // ROW_BYTES, False
    return (int(row[0]) if row else 0), True


def _domains(connection: Server, named: Mentions) -> dict[Name, Domain]:
    texts = [name.sql for name in named.types if name.name]
    rows = connection.execute(queries.DOMAINS, (texts,)).fetchall()
    return {
        Name(schema, name): Domain(
            checked=checked,
            base=base,
            default=default,
            required=required,
            checks=tuple(checks),
            users=tuple(dict.fromkeys(table for table, _column in _with_column(columns))),
            columns=_with_column(columns),
        )
        for schema, name, checked, base, default, required, checks, columns in rows
    }


def _volatile(connection: Server, named: Mentions) -> dict[str, bool]:
    """Which added defaults differ per row, after PostgreSQL inlined and computed what it can."""
    from psycopg import Error

    found: dict[str, bool] = {}
    for expression in named.defaults:
        try:
            with bounded(connection):
                plan = connection.execute(
                    f"EXPLAIN (VERBOSE, COSTS OFF) SELECT {expression}"
                ).fetchall()
                volatile = _any_volatile(connection, [str(line[0]) for line in plan])
        except Error:
            continue
        found[expression] = volatile
    return found


def _any_volatile(connection: Server, plan: list[str]) -> bool:
    output = next((line.split("Output:", 1)[1] for line in plan if "Output:" in line), "")
    parsed = [one.node for one in statements(f"SELECT {output}") if one.node is not None]
    left = {
        "functions": [words(call.funcname)[-1] for one in parsed for call in function_calls(one)],
        "operators": [name for one in parsed for name in operators(one)],
    }
    row = connection.execute(queries.VOLATILE, left).fetchone()
    return bool(row and row[0])


def _rate(connection: Server, tables: list[Table]) -> float | None:
    """Bytes a second of a sequential scan, measured on a sample of the largest table."""
    from psycopg import Error

    largest = max(
        (table for table in tables if table.kind == "r" and table.table_bytes > 2**20),
        key=lambda table: table.table_bytes,
        default=None,
    )
    if largest is None:
        return None
    share = min(100.0, 100.0 * SAMPLED_BYTES / largest.table_bytes)
    query = (
        "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "
        f"SELECT count(*) FROM {largest.name.sql} TABLESAMPLE SYSTEM ({share:.4f})"
    )
    try:
        with bounded(connection):
            row = connection.execute(query).fetchone()
    except Error:
        return None
    if row is None:
        return None
    milliseconds = max(float(row[0][0]["Execution Time"]), 0.1)
    return min(largest.table_bytes * share / 100 / (milliseconds / 1000), FASTEST)
