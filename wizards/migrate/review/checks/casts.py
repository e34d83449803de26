"""Doubts about ALTER COLUMN … TYPE: casts that do not exist, values that do not fit."""

from __future__ import annotations

from collections.abc import Iterator

from generators.language import _
from wizards.migrate.review.catalogue import Column
from wizards.migrate.review.checks import rows
from wizards.migrate.review.checks.at import At
from wizards.migrate.review.checks.doubt import Doubt, Kind
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.names import Name, literal, quoted
from wizards.migrate.review.proofs import column_name
from wizards.migrate.review.rules.columns import expression_sql
from wizards.migrate.review.types import Type, of_node, of_text

_TEXTS = frozenset({"text", "character varying", "character"})
_INTEGERS = {
    "smallint": (-(2**15), 2**15 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}
_NUMBERS = frozenset({*_INTEGERS, "numeric", "real", "double precision"})
_PATTERNS = {
    **dict.fromkeys(_INTEGERS, r"^\s*[-+]?\d+\s*$"),
    "numeric": r"^\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*$|^\s*(NaN|[-+]?Infinity)\s*$",
    "uuid": r"^\{?([0-9a-fA-F]{4}-?){7}[0-9a-fA-F]{4}\}?$",
    "boolean": r"^\s*(t(r(u(e)?)?)?|f(a(l(s(e)?)?)?)?|y(e(s)?)?|n(o)?|on|off?|1|0)\s*$",
}


def change(at: At, table: Name, command: pb.AlterTableCmd) -> Iterator[Doubt]:
    """Every way in which a type change can fail on today's rows."""
    live = at.state.table(table)
    known = live.columns.get(command.name) if live else None
    if live is None or known is None:
        return
    if command.name in live.view_columns and not any(view in at.state.gone for view in live.views):
        yield at.doubt(
            table,
            Kind.CERTAIN,
            _("will fail: {views} uses the column, and its type cannot change under a view").format(
                views=", ".join(view.shown for view in live.views)
            ),
            fix="\n".join(f"DROP VIEW {view.sql};" for view in live.views),
        )
        return
    column: pb.ColumnDef = getattr(command, "def").column_def
    old, new = of_text(known.base or known.type), of_node(column.type_name)
    using = column.raw_default if column.HasField("raw_default") else None
    yield from _domain(at, table, command.name, new, using)
    yield from _castable(at, table, command.name, known, new, using)
    if using is not None and not _is_plain_cast(using, command.name):
        yield _tries(at, table, command.name, expression_sql(using))
        return
    condition = failing_rows(command.name, old, new, at.state.facts.postgres, using is not None)
    if condition:
        yield at.doubt(
            table,
            Kind.ROWS,
            _("will fail: {failing} of {rows} rows of {table} do not fit {type}").replace(
                "{type}", new.shown
            ),
            failing=condition,
            columns=(command.name,),
            fix=f"SELECT * FROM {table.sql} AS r WHERE {condition};",
        )
    elif old.name != new.name and old.name in _TEXTS and new.name not in _TEXTS:
        yield _tries(at, table, command.name, f"{quoted(command.name)}::{new.shown}")


def _domain(at: At, table: Name, column: str, new: Type, using: pb.Node | None) -> Iterator[Doubt]:
    """The values that a domain's own conditions refuse, where the cast itself changes nothing."""
    domain = None if new.array else at.state.facts.domains.get(new.key)
    if domain is None or (using is not None and not _is_plain_cast(using, column)):
        return
    if domain.required:
        yield from rows.nulls(at, table, column)
    value = f"(r.{quoted(column)}::{domain.base})"
    for check in domain.checks:
        yield at.doubt(
            table,
            Kind.ROWS,
            _("will fail: {failing} of {rows} rows of {table} do not fit {type}").replace(
                "{type}", new.shown
            ),
            failing=f"NOT ({check.replace('VALUE', value)})",
            columns=(column,),
        )


def _tries(at: At, table: Name, column: str, expression: str) -> Doubt:
    return at.doubt(
        table,
        Kind.TRIES,
        _("will fail: {error}"),
        failing=expression,
        columns=(column,),
        fix=None,
    )


def _is_plain_cast(using: pb.Node, column: str) -> bool:
    if column_name(using) == column:
        return True
    return bool(
        using.WhichOneof("node") == "type_cast" and column_name(using.type_cast.arg) == column
    )


def _castable(
    at: At, table: Name, column: str, known: Column, new: Type, using: pb.Node | None
) -> Iterator[Doubt]:
    """Without USING there must be an automatic cast; a default needs one in any case."""
    pair = f"{known.base or known.type}\t{new.shown}"
    col = quoted(column)
    if using is None:
        yield at.doubt(
            table,
            Kind.CASTS,
            _(
                "will fail: {column} cannot be cast automatically to {type}; say how with USING"
            ).format(column=column, type=new.shown),
            failing=pair,
            fix=f"ALTER TABLE {table.sql} ALTER COLUMN {col} TYPE {new.shown} "
            f"USING {col}::{new.shown};",
        )
    elif known.default:
        yield at.doubt(
            table,
            Kind.CASTS,
            _("will fail: the default of {column} cannot be cast to {type}").format(
                column=column, type=new.shown
            ),
            failing=pair,
            fix=f"ALTER TABLE {table.sql} ALTER COLUMN {col} DROP DEFAULT;",
        )


def failing_rows(column: str, old: Type, new: Type, postgres: int, explicit: bool) -> str:
    """A condition for values the new type refuses, "" when none can be written."""
    col = f"r.{quoted(column)}"
    if old.array or new.array:
        return ""
    if new.name in {"character varying", "character"} and new.mods:
        return "" if explicit else f"char_length(rtrim({col}::text, ' ')) > {new.mods[0]}"
    if new.name in {"bit", "bit varying"} and old.name in {"bit", "bit varying"} and not explicit:
        size = new.mods[0] if new.mods else 1 if new.name == "bit" else None
        sign = "<>" if new.name == "bit" else ">"
        return f"length({col}) {sign} {size}" if size is not None else ""
    if old.name in _NUMBERS:
        return _number(col, new)
    if old.name in _TEXTS and new.name not in _TEXTS:
        if postgres >= 16:
            return f"NOT pg_input_is_valid({col}::text, {literal(new.shown)})"
        pattern = _PATTERNS.get(new.name)
        if pattern:
            return f"{col}::text !~* {literal(pattern)}"
    return ""


def _number(col: str, new: Type) -> str:
    if new.name in _INTEGERS:
        low, high = _INTEGERS[new.name]
        return f"round({col}::numeric) NOT BETWEEN {low} AND {high}"
    if new.name == "numeric" and new.mods:
        precision, scale = new.mods[0], (new.mods[1] if len(new.mods) > 1 else 0)
        return f"abs(round({col}::numeric, {scale})) >= 10::numeric ^ {precision - scale}"
    return ""
