"""Doubts about rows: NULLs, duplicates, orphans, broken CHECKs, bounds of partitions."""

from __future__ import annotations

from collections.abc import Iterator

from generators.language import _
from wizards.migrate.review import fixes, libpg
from wizards.migrate.review.bounds import inside
from wizards.migrate.review.catalogue import Index, Table
from wizards.migrate.review.checks import certain
from wizards.migrate.review.checks.at import At
from wizards.migrate.review.checks.doubt import Doubt, Kind
from wizards.migrate.review.checks.keys import columns_in, duplicates, excluded, missing_columns
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.names import Name, of_range, quoted, words
from wizards.migrate.review.rules.columns import expression_sql


def nulls(at: At, table: Name, column: str) -> Iterator[Doubt]:
    """SET NOT NULL, NOT NULL constraints and primary keys meet NULLs."""
    live = at.state.table(table)
    known = live.columns.get(column) if live else None
    if known is not None and known.not_null:
        return
    col = quoted(column)
    yield at.doubt(
        table,
        Kind.ROWS,
        _("will fail: {failing} of {rows} rows of {table} have no {column}").replace(
            "{column}", column
        ),
        failing=f"r.{col} IS NULL",
        columns=(column,),
        fix=_fill(table, column, live),
    )


def _fill(table: Name, column: str, live: Table | None) -> str:
    known = live.columns.get(column) if live else None
    col = quoted(column)
    value = ""
    if known is not None:
        value = known.default or fixes.zero(known.type)
    if not value:
        return f"SELECT * FROM {table.sql} WHERE {col} IS NULL;"
    return (
        _("-- choose the value that is right for these rows:")
        + f"\nUPDATE {table.sql} SET {col} = {value} WHERE {col} IS NULL;"
    )


def constraint(at: At, table: Name, node: pb.Constraint) -> Iterator[Doubt]:
    """Any table constraint that looks at the rows now; NOT VALID ones do not."""
    kind = node.contype
    if node.skip_validation:
        return
    columns = tuple(words(node.keys))
    if kind == pb.CONSTR_NOTNULL:
        for column in columns:
            yield from nulls(at, table, column)
    elif kind == pb.CONSTR_CHECK:
        yield from check(at, table, node.raw_expr, node.conname)
    elif kind == pb.CONSTR_FOREIGN:
        yield from orphans(at, table, node)
    elif kind == pb.CONSTR_EXCLUSION:
        yield from excluded(at, table, node)
    elif kind in {pb.CONSTR_UNIQUE, pb.CONSTR_PRIMARY}:
        yield from missing_columns(at, table, columns)
        if kind == pb.CONSTR_PRIMARY:
            yield from certain.second_key(at, table)
        if node.indexname:
            live = at.state.table(table)
            found = [
                one for one in (live.indexes if live else ()) if one.name.name == node.indexname
            ]
            columns = found[0].columns if found else ()
            yield from _by_index(at, table, node.indexname, found)
        else:
            yield from duplicates(at, table, columns, nulls_count=node.nulls_not_distinct)
        if kind == pb.CONSTR_PRIMARY:
            for column in columns:
                yield from nulls(at, table, column)


def _by_index(at: At, table: Name, name: str, found: list[Index]) -> Iterator[Doubt]:
    """USING INDEX: there, of this table, unique, valid, of plain columns and all rows."""
    index = table.beside(name)
    if index in at.state.made or at.state.table(table) is None:
        return
    one = found[0] if found else None
    plain = one is not None and one.unique and one.valid and not one.partial
    if one is None or not plain or "" in one.columns or at.state.index(index) is None:
        yield at.doubt(
            table,
            Kind.CERTAIN,
            _("will fail: {index} is no valid unique index of plain columns of {table}").format(
                index=index.shown, table=table.shown
            ),
        )


def check(at: At, table: Name, expression: pb.Node, name: str) -> Iterator[Doubt]:
    """A CHECK meets rows for which it is false (NULL passes)."""
    condition = f"NOT ({expression_sql(expression)})"
    yield at.doubt(
        table,
        Kind.ROWS,
        _("will fail: {failing} of {rows} rows of {table} break {check}").replace(
            "{check}", name or _("the CHECK")
        ),
        failing=condition,
        columns=tuple(sorted(columns_in(expression))),
        fix=f"SELECT * FROM {table.sql} WHERE {condition};",
    )


def orphans(at: At, table: Name, node: pb.Constraint) -> Iterator[Doubt]:
    """A foreign key meets rows whose parent is not there."""
    parent = of_range(node.pktable)
    columns = words(node.fk_attrs)
    missing = [
        *missing_columns(at, table, columns),
        *certain.missing_table(at, parent),
        *missing_columns(at, parent, words(node.pk_attrs)),
    ]
    yield from missing
    if missing:
        return
    targets = words(node.pk_attrs) or key_of(at, parent)
    if len(targets) != len(columns) or at.state.table(parent) is None:
        yield from _unknown_parent(at, table, parent, columns)
        return
    pairs = list(zip(columns, targets, strict=True))
    present = " AND ".join(f"r.{quoted(column)} IS NOT NULL" for column in columns)
    same = " AND ".join(f"p.{quoted(target)} = r.{quoted(column)}" for column, target in pairs)
    condition = f"{present} AND NOT EXISTS (SELECT 1 FROM {parent.sql} p WHERE {same})"
    if node.fk_matchtype == "f" and len(columns) > 1:
        listed = ", ".join(f"r.{quoted(column)}" for column in columns)
        condition = f"({condition} OR (num_nulls({listed}) BETWEEN 1 AND {len(columns) - 1}))"
    if at.state.changed(parent, tuple(targets)):
        yield from _unknown_parent(at, table, parent, columns)
        return
    yield at.doubt(
        table,
        Kind.ROWS,
        _("will fail: {failing} of {rows} rows of {table} point to no row of {parent}").replace(
            "{parent}", parent.shown
        ),
        failing=condition,
        columns=tuple(columns),
        fix=f"SELECT r.* FROM {table.sql} r WHERE {condition};",
    )


def _unknown_parent(at: At, table: Name, parent: Name, columns: list[str]) -> Iterator[Doubt]:
    """The parent's rows are made by the plan itself, or its key is not known here."""
    yield at.doubt(
        table,
        Kind.UNCHECKED,
        _(
            "cannot be checked before it runs: whether every row finds its parent in {parent}"
        ).format(parent=parent.shown),
        columns=tuple(columns),
    )


def key_of(at: At, table: Name) -> list[str]:
    """Return the columns of the primary key, [] when there is none."""
    live = at.state.table(table)
    for index in live.indexes if live else ():
        if index.primary:
            return list(index.columns)
    return []


def validate(at: At, table: Name, name: str) -> Iterator[Doubt]:
    """VALIDATE CONSTRAINT looks at the rows that NOT VALID passed over."""
    node = at.state.constraints.get((table, name))
    if node is None:
        live = at.state.table(table)
        known = live.constraints.get(name) if live else None
        if known is None or known.valid:
            return
        node = _constraint_of(known.definition)
    if node is None:
        return
    copy = pb.Constraint()
    copy.CopyFrom(node)
    copy.skip_validation = False
    copy.conname = name
    yield from constraint(at, table, copy)


def _constraint_of(definition: str) -> pb.Constraint | None:
    try:
        parsed = libpg.parse(f"ALTER TABLE t ADD CONSTRAINT c {definition}".encode())
    except libpg.NotUnderstood:
        return None
    return getattr(parsed[0].stmt.alter_table_stmt.cmds[0].alter_table_cmd, "def").constraint


def partition(
    at: At, parent: Name, child: Name | None, bound: pb.PartitionBoundSpec
) -> Iterator[Doubt]:
    """Rows of the new partition outside its bounds; rows of DEFAULT inside them."""
    live = at.state.table(parent)
    siblings = [
        one for one in at.state.facts.tables.values() if one.partition_of == parent and one.bounds
    ]
    condition = inside(live, bound, {one.name: one for one in siblings}.values())
    if live is None or not condition:
        return
    if child is not None and child not in at.state.made:
        yield at.doubt(
            child,
            Kind.ROWS,
            _("will fail: {failing} of {rows} rows of {table} are outside the partition's bounds"),
            failing=f"({condition}) IS NOT TRUE",
            columns=live.partition_columns,
        )
    if live.default_partition is not None:
        yield at.doubt(
            live.default_partition,
            Kind.ROWS,
            _("will fail: {failing} of {rows} rows of {table} belong into the new partition"),
            failing=condition,
            columns=live.partition_columns,
        )
