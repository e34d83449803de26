"""Doubts about keys: columns that are not there, equal values, rows that exclude each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generators.language import _
from wizards.migrate.review.checks.at import At
from wizards.migrate.review.checks.doubt import Doubt, Kind
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.names import Name, quoted, words
from wizards.migrate.review.rules.columns import expression_sql
from wizards.migrate.review.volatility import descend

SYSTEM_COLUMNS = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"})


def missing_columns(at: At, table: Name, columns: Iterable[str]) -> Iterator[Doubt]:
    """A key or an index names a column that is not there."""
    if at.state.table(table) is None:
        return
    for column in columns:
        if column and not at.state.has_column(table, column) and column not in SYSTEM_COLUMNS:
            yield at.doubt(
                table,
                Kind.CERTAIN,
                _("will fail: {table} has no column {column}").format(
                    table=table.shown, column=column
                ),
            )


def unique_keys(at: At, table: Name, node: pb.IndexStmt, where: str) -> Iterator[Doubt]:
    """A unique index meets equal keys, of columns and of expressions, in its own collation."""
    elements = [item.index_elem for item in node.index_params]
    columns = tuple(one.name for one in elements)
    if all(columns) and not any(len(one.collation) for one in elements):
        yield from duplicates(at, table, columns, where=where, nulls_count=node.nulls_not_distinct)
        return
    keys: list[str] = []
    read: set[str] = set()
    for one in elements:
        text = f"r.{quoted(one.name)}" if one.name else f"({expression_sql(one.expr)})"
        if len(one.collation):
            text += " COLLATE " + ".".join(quoted(part) for part in words(one.collation))
        keys.append(text)
        read |= {one.name} if one.name else columns_in(one.expr)
    present = "" if node.nulls_not_distinct else " AND ".join(f"{key} IS NOT NULL" for key in keys)
    condition = " AND ".join(part for part in (present, f"({where})" if where else "") if part)
    shown = ", ".join(one.name or expression_sql(one.expr) for one in elements)
    yield at.doubt(
        table,
        Kind.DUPLICATES,
        _(
            "will fail: {failing} of {rows} rows of {table} share {groups} values of {columns}"
        ).replace("{columns}", shown),
        failing=condition or "true",
        columns=tuple(sorted(read)),
        keys=tuple(keys),
        fix=None,
    )


def excluded(at: At, table: Name, node: pb.Constraint) -> Iterator[Doubt]:
    """EXCLUDE meets two rows for which every operator is true."""
    pairs: list[str] = []
    read: set[str] = set()
    for item in node.exclusions:
        element, operator = (part for part in item.list.items)
        one = element.index_elem
        if one.name:
            left, right = f"r.{quoted(one.name)}", f"o.{quoted(one.name)}"
            read.add(one.name)
        else:
            return
        pairs.append(f"{left} OPERATOR({'.'.join(words(operator.list.items))}) {right}")
    where = expression_sql(node.where_clause) if node.HasField("where_clause") else ""
    inner = ", ".join(quoted(one) for one in sorted(read))
    others = f"(SELECT ctid AS place, {inner} FROM {table.sql}{f' WHERE {where}' if where else ''})"
    condition = (
        f"EXISTS (SELECT 1 FROM {others} o WHERE o.place <> r.ctid AND {' AND '.join(pairs)})"
    )
    if where:
        condition = f"({where}) AND {condition}"
    yield at.doubt(
        table,
        Kind.ROWS,
        _("will fail: {failing} of {rows} rows of {table} exclude each other"),
        failing=condition,
        columns=tuple(sorted(read)),
        fix=f"SELECT * FROM {table.sql} AS r WHERE {condition};",
    )


def duplicates(
    at: At, table: Name, columns: tuple[str, ...], *, where: str = "", nulls_count: bool = False
) -> Iterator[Doubt]:
    """UNIQUE, primary keys and unique indexes meet values that occur twice."""
    if not columns:
        return
    present = "" if nulls_count else " AND ".join(f"r.{quoted(one)} IS NOT NULL" for one in columns)
    condition = " AND ".join(part for part in (present, f"({where})" if where else "") if part)
    listed = ", ".join(quoted(one) for one in columns)
    yield at.doubt(
        table,
        Kind.DUPLICATES,
        _(
            "will fail: {failing} of {rows} rows of {table} share {groups} values of {columns}"
        ).replace("{columns}", ", ".join(columns)),
        failing=condition or "true",
        columns=columns,
        fix=f"SELECT {listed}, count(*) FROM {table.sql} GROUP BY {listed} HAVING count(*) > 1;",
    )


def columns_in(expression: pb.Node) -> set[str]:
    """The column names an expression reads."""
    return {
        part.fields[len(part.fields) - 1].string.sval
        for part in descend(expression)
        if part.DESCRIPTOR.name == "ColumnRef" and len(part.fields)
    }
