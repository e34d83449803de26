"""ALTER COLUMN … TYPE: the verdict of wizards.migrate.review.coercion as a finding."""

from __future__ import annotations

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review import fixes
from wizards.migrate.review.case import Case
from wizards.migrate.review.coercion import Change, Cost, cost
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import AX
from wizards.migrate.review.names import Name, quoted
from wizards.migrate.review.proofs import column_name
from wizards.migrate.review.rules.columns import expression_sql
from wizards.migrate.review.rules.naming import name_type
from wizards.migrate.review.types import of_node


def alter_type(case: Case, table: Name, command: pb.AlterTableCmd) -> None:
    """Judge a type change by what PostgreSQL does with the rows and the indexes."""
    column: pb.ColumnDef = getattr(command, "def").column_def
    new = of_node(column.type_name)
    old, source = case.context.type_of(table, command.name)
    using = column.raw_default if column.HasField("raw_default") else None
    verdict = cost(
        Change(
            table=table,
            column=command.name,
            old=old,
            new=new,
            using=_using(using, command.name, column),
            collation=column.coll_clause.collname[-1].string.sval
            if column.HasField("coll_clause")
            else "",
        ),
        case.context,
    )
    name_type(case, table, command.name, new)
    case.context.know(table, command.name, new)
    _report(case, table, command, column, verdict, source)


def _using(expression: pb.Node | None, column: str, target: pb.ColumnDef) -> str:
    """ "" without USING or when it only names the cast that happens anyway; else "cast"/"real"."""
    if expression is None:
        return ""
    if column_name(expression) == column:
        return ""
    if expression.WhichOneof("node") == "type_cast":
        cast = expression.type_cast
        if column_name(cast.arg) == column and of_node(cast.type_name) == of_node(target.type_name):
            return "cast"
    return "real"


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
    new = of_node(column.type_name).shown
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
        else f"{quoted(command.name)}::{new}"
    )
    case.find(
        "alter-type",
        message.format(table=table.shown, why=verdict.why, known=known),
        on=(table,),
        lock=AX,
        rewrites=bool(verdict.rewrites) or (verdict.rewrites is None and severity.rank < 2),
        scans=verdict.scans,
        severity=severity,
        fix=fixes.expand_column(table, command.name, new, value),
        facts={"verdict_from": source},
    )
