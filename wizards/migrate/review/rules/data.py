"""UPDATE, DELETE, INSERT, TRUNCATE, LOCK, COPY, SELECT."""

from __future__ import annotations

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import AX, Lock
from wizards.migrate.review.names import Name, of_range, quoted, words
from wizards.migrate.review.rules.called import functions, with_queries
from wizards.migrate.review.rules.columns import expression_sql
from wizards.migrate.review.volatility import descend

RX = Lock.ROW_EXCLUSIVE
VERSION_TABLES = frozenset({"alembic_version", "_prisma_migrations", "django_migrations"})


def update(case: Case, node: pb.UpdateStmt) -> None:
    """Judge UPDATE."""
    with_queries(case, node)
    table = of_range(node.relation)
    case.touch(table, RX)
    if not _filtered(node):
        _unfiltered(case, table, "UPDATE", _update_batch(table, node))
    else:
        _unbatched(case, table, node.where_clause)


def delete(case: Case, node: pb.DeleteStmt) -> None:
    """Judge DELETE."""
    with_queries(case, node)
    table = of_range(node.relation)
    case.touch(table, RX)
    if not _filtered(node):
        alone = not (len(node.using_clause) or node.HasField("returning_clause"))
        batch = _batch(table, f"DELETE FROM {table.sql}", "")
        _unfiltered(case, table, "DELETE", batch if alone else None)
    else:
        _unbatched(case, table, node.where_clause)


def _filtered(node: pb.UpdateStmt | pb.DeleteStmt) -> bool:
    """A WHERE that is not a constant truth."""
    if not node.HasField("where_clause"):
        return False
    where = node.where_clause
    if where.WhichOneof("node") == "a_const":
        return not (where.a_const.HasField("boolval") and where.a_const.boolval.boolval)
    if where.WhichOneof("node") == "bool_expr" and where.bool_expr.boolop == pb.NOT_EXPR:
        inside = where.bool_expr.args[0]
        return not (inside.a_const.HasField("boolval") and not inside.a_const.boolval.boolval)
    if where.WhichOneof("node") == "a_expr":
        sides = (where.a_expr.lexpr, where.a_expr.rexpr)
        if all(side.WhichOneof("node") == "a_const" for side in sides):
            return bool(sides[0].a_const.ival != sides[1].a_const.ival)
        names = [words(side.column_ref.fields) for side in sides]
        if where.a_expr.name[0].string.sval == "=" and names[0] and names[0] == names[1]:
            return False
    return True


def _unfiltered(case: Case, table: Name, verb: str, fix: str | None) -> None:
    if table.name in VERSION_TABLES:
        return
    case.find(
        "unfiltered-dml",
        _("{verb} of every row of {table}: no WHERE").format(verb=verb, table=table.shown),
        on=(table,),
        lock=RX,
        fix=fix,
    )


def _unbatched(case: Case, table: Name, where: pb.Node) -> None:
    """A WHERE that names no row by its key may match most of a table."""
    named = any(
        part.DESCRIPTOR.name == "A_Expr"
        and part.kind in {pb.AEXPR_OP, pb.AEXPR_IN, pb.AEXPR_OP_ANY}
        and part.name[len(part.name) - 1].string.sval == "="
        for part in descend(where)
    )
    if named or "SelectStmt" in {part.DESCRIPTOR.name for part in descend(where)}:
        return
    case.find(
        "unfiltered-dml",
        _("one statement changes every row of {table} that matches, and keeps them locked").format(
            table=table.shown
        ),
        on=(table,),
        lock=RX,
        severity=Severity.NOTICE,
    )


def _batch(table: Name, head: str, where: str) -> str:
    """One batch of 10,000 rows; run it until it touches none."""
    inner = f"SELECT ctid FROM {table.sql}{where} LIMIT 10000"
    return f"{head} WHERE ctid = ANY (ARRAY({inner}));"


def _update_batch(table: Name, node: pb.UpdateStmt) -> str | None:
    """The update over rows that do not have the value yet, where that can be written."""
    if len(node.from_clause) or node.HasField("returning_clause"):
        return None
    targets = [item.res_target for item in node.target_list]
    if any(_depends_on_row(target.val) for target in targets):
        return None
    pairs = [(quoted(target.name), expression_sql(target.val)) for target in targets]
    sets = ", ".join(f"{column} = {value}" for column, value in pairs)
    missing = " OR ".join(f"{column} IS DISTINCT FROM {value}" for column, value in pairs)
    return _batch(table, f"UPDATE {table.sql} SET {sets}", f" WHERE {missing}")


def _depends_on_row(value: pb.Node) -> bool:
    """A value made of the row itself would be made again by every batch."""
    bound = {"ColumnRef", "MultiAssignRef", "SubLink"}
    return any(part.DESCRIPTOR.name in bound for part in descend(value))


def insert(case: Case, node: pb.InsertStmt) -> None:
    """Rows make a new table a table with rows."""
    with_queries(case, node)
    table = of_range(node.relation)
    case.touch(table, RX)
    if table in case.context.new:
        case.context.filled.add(table)


def merge(case: Case, node: pb.MergeStmt) -> None:
    """MERGE writes rows of one table."""
    with_queries(case, node)
    case.touch(of_range(node.relation), RX)


def copy(case: Case, node: pb.CopyStmt) -> None:
    """COPY FROM writes, COPY TO reads; a program is run on the server."""
    if node.HasField("relation"):
        table = of_range(node.relation)
        case.touch(table, RX if node.is_from else Lock.ACCESS_SHARE)
        if node.is_from and table in case.context.new:
            case.context.filled.add(table)
    if node.is_program:
        case.find("not-understood", _("COPY … PROGRAM runs a command on the server"))


def select(case: Case, node: pb.SelectStmt) -> None:
    """SELECT reads, and runs functions; SELECT INTO makes a table."""
    made = with_queries(case, node)
    lock = Lock.ROW_SHARE if len(node.locking_clause) else Lock.ACCESS_SHARE
    alone = True
    calls = []
    for part in descend(node):
        kind = part.DESCRIPTOR.name
        if kind == "RangeVar":
            table = of_range(part)
            alone = False
            if table.schema or table.name not in made:
                case.touch(table, lock)
        elif kind == "FuncCall":
            calls.append(part)
    functions(case, calls, alone=alone)
    if node.HasField("into_clause"):
        case.context.new.add(of_range(node.into_clause.rel))


def truncate(case: Case, node: pb.TruncateStmt) -> None:
    """Judge TRUNCATE, alone and with CASCADE."""
    tables = [of_range(item.range_var) for item in node.relations]
    tables = [name for name in tables if name not in case.context.new]
    if not tables:
        return
    cascade = node.behavior == pb.DROP_CASCADE
    children = _referencing(case, tables) if cascade else []
    shown = ", ".join(name.shown for name in tables)
    case.find(
        "truncate",
        _("loses every row of {tables}").format(tables=shown),
        on=tables,
        lock=AX,
        rewrites=True,
    )
    if cascade:
        case.find(
            "truncate-cascade",
            _("also empties {children}").format(children=", ".join(name.shown for name in children))
            if children
            else _("also empties every table that references {tables}").format(tables=shown),
            on=(*tables, *children),
            lock=AX,
            rewrites=True,
        )


def _referencing(case: Case, tables: list[Name]) -> list[Name]:
    """Tables that reference these, directly or through others."""
    found: list[Name] = []
    todo = list(tables)
    while todo:
        live = case.context.table(todo.pop())
        for child in live.children if live else ():
            if child not in found and child not in tables:
                found.append(child)
                todo.append(child)
    return found


_LOCK_MODES = {int(lock): lock for lock in Lock}


def lock_table(case: Case, node: pb.LockStmt) -> None:
    """Judge LOCK TABLE."""
    tables = [of_range(item.range_var) for item in node.relations]
    lock = _LOCK_MODES.get(node.mode, AX)
    case.find(
        "lock-table",
        _("locks {tables} until the transaction ends").format(
            tables=", ".join(name.shown for name in tables)
        ),
        on=tables,
        lock=lock,
        severity=None if lock >= Lock.SHARE else Severity.NOTICE,
    )
