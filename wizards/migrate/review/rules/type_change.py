"""ALTER COLUMN … TYPE: the verdict of wizards.migrate.review.coercion as a finding."""

from __future__ import annotations

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review import fixes
from wizards.migrate.review.case import Case
from wizards.migrate.review.coercion import Change, Cost, cost
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import AX
from wizards.migrate.review.names import Name
from wizards.migrate.review.proofs import column_name
from wizards.migrate.review.rules.columns import expression_sql
from wizards.migrate.review.rules.constraints import referencing
from wizards.migrate.review.rules.naming import name_type
from wizards.migrate.review.types import Type, of_node


def alter_type(case: Case, table: Name, command: pb.AlterTableCmd) -> None:
    """Judge a type change by what PostgreSQL does with the rows and the indexes."""
    column: pb.ColumnDef = getattr(command, "def").column_def
    new = of_node(column.type_name)
    old, source = case.context.type_of(table, command.name)
    using = column.raw_default if column.HasField("raw_default") else None
    through = _casts(using, command.name)
    verdict = cost(
        Change(
            table=table,
            column=command.name,
            old=old,
            new=new,
            using="real" if through is None else "cast" if through else "",
            collation=column.coll_clause.collname[-1].string.sval
            if column.HasField("coll_clause")
            else "",
            through=through or (),
        ),
        case.context,
    )
    name_type(case, table, command.name, new)
    _neighbours(case, table, command.name, verdict)
    case.context.know(table, command.name, new)
    _report(case, table, command, column, verdict, source)


def _casts(expression: pb.Node | None, column: str) -> tuple[Type, ...] | None:
    """The types through which USING casts the column, innermost first; None: it computes."""
    if expression is None or column_name(expression) == column:
        return ()
    kind = expression.WhichOneof("node")
    if kind == "collate_clause":
        return _casts(expression.collate_clause.arg, column)
    if kind != "type_cast":
        return None
    below = _casts(expression.type_cast.arg, column)
    return None if below is None else (*below, of_node(expression.type_cast.type_name))


def _cast(column: str, type_: pb.TypeName) -> str:
    whole = pb.Node()
    whole.type_cast.arg.column_ref.fields.add().string.sval = column
    whole.type_cast.type_name.CopyFrom(type_)
    return expression_sql(whole)


def _neighbours(case: Case, table: Name, column: str, verdict: Cost) -> None:
    """A foreign key at the column is made again: that takes the other table's lock as well."""
    live = case.context.table(table)
    if live is None or column in case.context.columns.get(table, {}):
        return
    others: dict[Name, bool] = {}
    for one in live.constraints.values():
        if one.kind == "f" and column in one.columns and one.references:
            others[one.references] = one.valid
    for child in referencing(case, table, column):
        known = case.context.table(child)
        keys = known.constraints.values() if known else ()
        others[child] = any(one.valid for one in keys if one.references == table)
    others.pop(table, None)
    if not others:
        return
    for other, valid in others.items():
        case.touch(other, AX, scans=bool(verdict.rewrites) and valid)
    case.find(
        "alter-type",
        _("the foreign key is made again: {tables} cannot be read or written meanwhile").format(
            tables=", ".join(name.shown for name in others)
        ),
        on=tuple(others),
        lock=AX,
        severity=Severity.DANGER if verdict.rewrites else Severity.CAUTION,
    )


def _report(
    case: Case,
    table: Name,
    command: pb.AlterTableCmd,
    column: pb.ColumnDef,
    verdict: Cost,
    source: str,
) -> None:
    case.touch(table, AX)
    if verdict.rewrites is False and not verdict.scans:
        return
    known = _("by the catalogue") if source == "catalogue" else _("by the text alone")
    if verdict.rewrites:
        message = _("rewrites {table} and its indexes while nobody can use it ({why}; {known})")
        severity = Severity.DANGER
    elif verdict.rewrites is None:
        message = _("may rewrite {table} while nobody can use it ({why}; {known})")
        severity = verdict.severity or Severity.CAUTION
    else:
        message = _("reads all of {table} under the lock ({why}; {known})")
        severity = Severity.CAUTION
    value = (
        expression_sql(column.raw_default)
        if column.HasField("raw_default")
        else _cast(command.name, column.type_name)
    )
    case.find(
        "alter-type",
        message.format(table=table.shown, why=verdict.why, known=known),
        on=(table,),
        lock=AX,
        rewrites=bool(verdict.rewrites) or (verdict.rewrites is None and severity.rank < 2),
        scans=verdict.scans,
        severity=severity,
        fix=fixes.expand_column(table, command.name, column, value),
        facts={"verdict_from": source},
    )
