"""Doubts about ADD COLUMN: what every row that exists gets must fulfil what is asked of it."""

from __future__ import annotations

from collections.abc import Iterator

from generators.language import _
from wizards.migrate.review import libpg
from wizards.migrate.review.checks import certain, rows
from wizards.migrate.review.checks.at import At
from wizards.migrate.review.checks.doubt import Doubt, Kind
from wizards.migrate.review.checks.keys import columns_in
from wizards.migrate.review.context import Context
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.names import Name, of_range, of_words, quoted, words
from wizards.migrate.review.rules.columns import expression_sql
from wizards.migrate.review.types import SERIALS, of_node
from wizards.migrate.review.volatility import descend, volatile_calls

_FILLED = frozenset({pb.CONSTR_IDENTITY, pb.CONSTR_GENERATED})
_REQUIRED = frozenset({pb.CONSTR_NOTNULL, pb.CONSTR_PRIMARY})


def column(at: At, table: Name, node: pb.ColumnDef) -> Iterator[Doubt]:
    """Doubt a new column: NOT NULL, its domain, CHECK, UNIQUE and REFERENCES of one value."""
    by_kind = {part.constraint.contype: part.constraint for part in node.constraints}
    if pb.CONSTR_PRIMARY in by_kind:
        yield from certain.second_key(at, table)
    domain = at.state.facts.domains.get(of_words(words(node.type_name.names)))
    domain = None if len(node.type_name.array_bounds) else domain
    if set(by_kind) & _FILLED or of_node(node.type_name).name in SERIALS:
        return
    value = _value(by_kind, domain.default if domain else "")
    if value is None:
        if set(by_kind) & _REQUIRED or (domain is not None and domain.required):
            yield _required(at, table, node.colname)
        return
    if any(volatile_calls(value, Context(facts=at.state.facts))):
        return
    type_ = domain.base if domain else of_node(node.type_name).shown
    cast = f"CAST({expression_sql(value)} AS {type_})"
    yield from _value_fails(at, table, node, by_kind, cast)
    for check in domain.checks if domain else ():
        yield _broken(at, table, node.colname, check.replace("VALUE", cast))


def _value(by_kind: dict[int, pb.Constraint], usual: str) -> pb.Node | None:
    """The default as a node, None where the rows get NULL."""
    given = by_kind.get(pb.CONSTR_DEFAULT)
    if given is None:
        return libpg.expression(usual) if usual else None
    inner = given.raw_expr
    while inner.WhichOneof("node") == "type_cast":
        inner = inner.type_cast.arg
    null = inner.WhichOneof("node") == "a_const" and inner.a_const.isnull
    return None if null else given.raw_expr


def _required(at: At, table: Name, column: str) -> Doubt:
    return at.doubt(
        table,
        Kind.ANY_ROW,
        _("will fail: {column} is NOT NULL without a default, and {table} has {rows} rows").replace(
            "{column}", column
        ),
    )


def _value_fails(
    at: At, table: Name, node: pb.ColumnDef, by_kind: dict[int, pb.Constraint], cast: str
) -> Iterator[Doubt]:
    for part in node.constraints:
        one = part.constraint
        if one.contype == pb.CONSTR_CHECK:
            copy = with_column(one.raw_expr, node.colname, "")
            text = expression_sql(copy).replace(quoted(_PLACE), cast)
            yield _broken(at, table, node.colname, text, others=one.raw_expr)
        elif one.contype == pb.CONSTR_FOREIGN:
            yield from _orphans(at, table, one, cast)
    if pb.CONSTR_UNIQUE in by_kind or pb.CONSTR_PRIMARY in by_kind:
        yield at.doubt(
            table,
            Kind.ROWS,
            _("will fail: {failing} of {rows} rows of {table} get the same {column}").replace(
                "{column}", node.colname
            ),
            failing=f"(SELECT count(*) FROM (SELECT 1 FROM {table.sql} LIMIT 2) AS two) > 1",
        )


def _orphans(at: At, table: Name, node: pb.Constraint, cast: str) -> Iterator[Doubt]:
    parent = of_range(node.pktable)
    targets = words(node.pk_attrs) or rows.key_of(at, parent)
    if len(targets) != 1 or at.state.changed(parent, tuple(targets)):
        return
    if at.state.table(parent) is None:
        yield from certain.missing_table(at, parent)
        return
    same = f"p.{quoted(targets[0])} = {cast}"
    yield at.doubt(
        table,
        Kind.ROWS,
        _("will fail: {failing} of {rows} rows of {table} point to no row of {parent}").replace(
            "{parent}", parent.shown
        ),
        failing=f"NOT EXISTS (SELECT 1 FROM {parent.sql} p WHERE {same})",
    )


_PLACE = "the new column's value"


def with_column(expression: pb.Node, old: str, new: str) -> pb.Node:
    """Return the expression with a plain column replaced; "" puts a mark in its place."""
    copy = pb.Node()
    copy.CopyFrom(expression)
    for part in descend(copy):
        if (
            part.DESCRIPTOR.name == "ColumnRef"
            and part.fields[len(part.fields) - 1].string.sval == old
        ):
            part.fields[len(part.fields) - 1].string.sval = new or _PLACE
    return copy


def _broken(
    at: At, table: Name, column: str, check: str, *, others: pb.Node | None = None
) -> Doubt:
    read = columns_in(others) - {column} if others is not None else set()
    return at.doubt(
        table,
        Kind.ROWS,
        _("will fail: {failing} of {rows} rows of {table} break {check}").replace(
            "{check}", _("the CHECK of {column}").format(column=column)
        ),
        failing=f"NOT ({check})",
        columns=tuple(sorted(read)),
    )
