"""ALTER TABLE … ADD COLUMN and DROP COLUMN."""

from __future__ import annotations

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review import fixes, libpg
from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import AX, Lock
from wizards.migrate.review.names import Name, literal, of_range, of_words, quoted, words
from wizards.migrate.review.rules.indexes import missing_index
from wizards.migrate.review.rules.naming import name_type
from wizards.migrate.review.types import SERIALS, of_node
from wizards.migrate.review.volatility import MOMENTS, descend, function_calls, volatile_calls

PG_FAST_DEFAULT = 11


def add_column(case: Case, table: Name, command: pb.AlterTableCmd) -> None:
    """Judge ADD COLUMN with everything written behind the type."""
    column: pb.ColumnDef = getattr(command, "def").column_def
    type_ = of_node(column.type_name)
    case.touch(table, AX)
    if command.missing_ok and _is_there(case, table, column.colname):
        return
    name_type(case, table, column.colname, type_)
    by_kind = {part.constraint.contype: part.constraint for part in column.constraints}
    serial = type_.name in SERIALS
    default = by_kind.get(pb.CONSTR_DEFAULT)
    filled = default is not None and not _is_null(default.raw_expr)
    if serial or pb.CONSTR_IDENTITY in by_kind:
        _sequence(case, table, column, serial, optional=command.missing_ok)
    elif pb.CONSTR_GENERATED in by_kind:
        _generated(case, table, column, by_kind[pb.CONSTR_GENERATED], optional=command.missing_ok)
        filled = True
    elif default is not None and filled:
        _default(case, table, column, default.raw_expr, optional=command.missing_ok)
    elif default is None and (usual := _domain_default(case, column)) is not None:
        _default(case, table, column, usual, optional=command.missing_ok)
        filled = True
    if not filled and not serial and pb.CONSTR_IDENTITY not in by_kind:
        _required(case, table, column, by_kind, optional=command.missing_ok)
    _domain(case, table, column)
    for part in column.constraints:
        _inline(case, table, column, part.constraint, filled=filled)
    case.context.know(table, column.colname, type_)
    _remember(case, table, column, required=serial or pb.CONSTR_NOTNULL in by_kind)


def _is_there(case: Case, table: Name, column: str) -> bool:
    """Whether IF NOT EXISTS finds the column, as far as the catalogue and the plan know."""
    if column in case.context.columns.get(table, {}):
        return True
    live = case.context.table(table)
    return live is not None and column in live.columns


def _domain_default(case: Case, column: pb.ColumnDef) -> pb.Node | None:
    """The default that a domain gives to a column without its own."""
    domain = case.context.domain(of_words(words(column.type_name.names)))
    if domain is None or not domain.default or len(column.type_name.array_bounds):
        return None
    return libpg.expression(domain.default)


def _remember(case: Case, table: Name, column: pb.ColumnDef, *, required: bool) -> None:
    if required:
        case.context.not_null.add((table, column.colname))
    else:
        case.context.nullable.add((table, column.colname))


def _is_null(expression: pb.Node) -> bool:
    """DEFAULT NULL, with or without a cast, fills nothing."""
    while expression.WhichOneof("node") == "type_cast":
        expression = expression.type_cast.arg
    return bool(expression.WhichOneof("node") == "a_const" and expression.a_const.isnull)


def _sequence(
    case: Case, table: Name, column: pb.ColumnDef, serial: bool, *, optional: bool
) -> None:
    col = quoted(column.colname)
    sequence = table.beside(fixes.shortened(f"{table.name}_{column.colname}_seq")).sql
    following = f"nextval({literal(sequence)})"
    type_ = "bigint" if serial else of_node(column.type_name).shown
    there = "IF NOT EXISTS " if optional else ""
    case.find(
        "add-serial",
        _("{kind} numbers every row: {table} is rewritten and blocked until done").format(
            kind="serial" if serial else "IDENTITY", table=table.shown
        ),
        on=(table,),
        lock=AX,
        rewrites=True,
        fix=fixes.steps(
            f"CREATE SEQUENCE {there}{sequence};",
            f"ALTER TABLE {table.sql} ADD COLUMN {there}{col} {type_};",
            f"ALTER SEQUENCE {sequence} OWNED BY {table.sql}.{col};",
            f"ALTER TABLE {table.sql} ALTER COLUMN {col} SET DEFAULT {following};",
            _("-- then, in batches until 0 rows:"),
            fixes.backfill(table, column.colname, following),
            _("-- then:"),
            fixes.set_not_null(table, column.colname, case.context.postgres),
        ),
    )


def _generated(
    case: Case,
    table: Name,
    column: pb.ColumnDef,
    constraint: pb.Constraint,
    *,
    optional: bool,
) -> None:
    if constraint.generated_kind == "v":
        if any(part.constraint.contype == pb.CONSTR_NOTNULL for part in column.constraints):
            _computed_not_null(case, table)
        return
    value = expression_sql(constraint.raw_expr)
    case.find(
        "add-generated-stored",
        _("computes {column} for every row: {table} is rewritten and blocked until done").format(
            column=column.colname, table=table.shown
        ),
        on=(table,),
        lock=AX,
        rewrites=True,
        fix=fixes.steps(
            fixes.bare_column(table, column, optional=optional),
            _("-- keep it with a trigger, then fill in batches until 0 rows:"),
            fixes.backfill(table, column.colname, value),
        ),
    )


def _computed_not_null(case: Case, table: Name) -> None:
    """A virtual column stores nothing, so NOT NULL computes it for every row."""
    case.find(
        "add-column-constraint",
        _("{what} behind the column: every row of {table} is read under the lock").format(
            what="NOT NULL", table=table.shown
        ),
        on=(table,),
        lock=AX,
        scans=True,
    )


def _default(
    case: Case, table: Name, column: pb.ColumnDef, value: pb.Node, *, optional: bool
) -> None:
    old = case.context.postgres < PG_FAST_DEFAULT
    if not old and value.WhichOneof("node") == "a_const":
        return
    sure, unknown = volatile_calls(value, case.context)
    whole = _by_the_catalogue(case, value)
    if whole is not None:
        sure, unknown = ([*sure, *unknown] or [expression_sql(value)] if whole else []), []
    if not sure and not unknown and not old:
        _same_moment(case, table, column.colname, value)
        return
    calls = ", ".join(name if "(" in name else f"{name}()" for name in sure or unknown)
    if sure:
        message = _("{calls} differs per row: {table} is rewritten and blocked until done")
    elif unknown:
        message = _("if {calls} is VOLATILE, {table} is rewritten and blocked until done")
    else:
        message = _("before PostgreSQL 11 every default rewrites {table}")
    col = quoted(column.colname)
    text = expression_sql(value)
    case.find(
        "volatile-default",
        message.format(calls=calls, table=table.shown),
        on=(table,),
        lock=AX,
        rewrites=True,
        fix=fixes.steps(
            fixes.bare_column(table, column, optional=optional),
            f"ALTER TABLE {table.sql} ALTER COLUMN {col} SET DEFAULT {text};",
            _("-- then, in batches until 0 rows:"),
            fixes.backfill(table, column.colname, text),
            *_then_required(case, table, column),
        ),
    )


def _then_required(case: Case, table: Name, column: pb.ColumnDef) -> list[str]:
    """The steps to the NOT NULL that stood behind the column."""
    if all(part.constraint.contype != pb.CONSTR_NOTNULL for part in column.constraints):
        return []
    return [_("-- then:"), fixes.set_not_null(table, column.colname, case.context.postgres)]


def _by_the_catalogue(case: Case, value: pb.Node) -> bool | None:
    """What PostgreSQL itself makes of the expression, where the plan changes none of its parts."""
    facts = case.context.facts
    changed = any(
        of_words(words(call.funcname)) in case.context.functions for call in function_calls(value)
    )
    return None if facts is None or changed else facts.volatile.get(expression_sql(value))


def _same_moment(case: Case, table: Name, column: str, value: pb.Node) -> None:
    """now() rewrites nothing: it is computed once, for all rows that exist."""
    kinds = {part.DESCRIPTOR.name for part in descend(value)}
    called = {words(call.funcname)[-1] for call in function_calls(value)}
    if "SQLValueFunction" not in kinds and not called & MOMENTS:
        return
    case.find(
        "volatile-default",
        _("every row of {table} that exists gets the same {column}: the migration's moment").format(
            table=table.shown, column=column
        ),
        on=(table,),
        severity=Severity.NOTICE,
    )


def _required(
    case: Case,
    table: Name,
    column: pb.ColumnDef,
    by_kind: dict[int, pb.Constraint],
    *,
    optional: bool,
) -> None:
    if pb.CONSTR_NOTNULL not in by_kind and pb.CONSTR_PRIMARY not in by_kind:
        return
    live = case.context.table(table)
    filled = table in case.context.filled
    if live is not None and live.rows_known and live.rows == 0 and not filled:
        return
    type_ = of_node(column.type_name).shown
    case.find(
        "add-required-column",
        _("fails if {table} has a row: {column} is NOT NULL and has no default").format(
            table=table.shown, column=column.colname
        ),
        on=(table,),
        lock=AX,
        even_new=filled,
        fix=fixes.steps(
            fixes.bare_column(table, column, optional=optional),
            _("-- fill it, with the value that is right, in batches until 0 rows; then:"),
            fixes.backfill(table, column.colname, fixes.zero(type_)) if fixes.zero(type_) else "",
            fixes.set_not_null(table, column.colname, case.context.postgres),
        ),
    )


def _domain(case: Case, table: Name, column: pb.ColumnDef) -> None:
    """A column of a domain with a CHECK is checked row by row, through a rewrite."""
    context = case.context
    name = of_words(words(column.type_name.names))
    domain = context.domain(name)
    if domain is None or not domain.checked or len(column.type_name.array_bounds):
        return
    case.find(
        "add-checked-domain-column",
        _("domain {domain} has a constraint: {table} is rewritten and blocked until done").format(
            domain=name.shown, table=table.shown
        ),
        on=(table,),
        lock=AX,
        rewrites=True,
    )


def _inline(
    case: Case, table: Name, column: pb.ColumnDef, constraint: pb.Constraint, *, filled: bool
) -> None:
    """Constraints written behind the column: they are checked while the lock is held."""
    kind = constraint.contype
    if kind == pb.CONSTR_FOREIGN:
        parent = of_range(constraint.pktable)
        case.touch(parent, Lock.SHARE_ROW_EXCLUSIVE)
        missing_index(case, table, [column.colname])
        name = constraint.conname or fixes.shortened(f"{table.name}_{column.colname}_fkey")
        case.context.foreign_keys[(table, name)] = parent
        given = any(part.constraint.contype == pb.CONSTR_DEFAULT for part in column.constraints)
        if filled or given:
            case.touch(parent, Lock.SHARE_ROW_EXCLUSIVE, scans=filled)
            _report_inline(case, table, column, constraint, _("foreign key"))
        elif parent != table and not (table in case.context.new or parent in case.context.new):
            _locks_parent(case, table, parent)
    elif kind == pb.CONSTR_CHECK:
        _report_inline(case, table, column, constraint, "CHECK")
    elif kind == pb.CONSTR_UNIQUE:
        _unique(case, table, column, constraint)
    elif kind == pb.CONSTR_PRIMARY:
        case.context.keys.add(table)
        case.find(
            "add-pk",
            _("builds the key's index on {table} while nobody can use it").format(
                table=table.shown
            ),
            on=(table,),
            lock=AX,
            scans=True,
        )


def _unique(case: Case, table: Name, column: pb.ColumnDef, constraint: pb.Constraint) -> None:
    name = constraint.conname or fixes.shortened(f"{table.name}_{column.colname}_key")
    case.find(
        "add-unique",
        _("builds an index on {table} while nobody can use it").format(table=table.shown),
        on=(table,),
        lock=AX,
        scans=True,
        fix=fixes.steps(
            fixes.bare_column(table, column),
            fixes.unique_by_index(table, name, [column.colname], "UNIQUE", like=constraint),
        ),
    )


def _locks_parent(case: Case, table: Name, parent: Name) -> None:
    """No row has a value yet, so nothing is read; but the parent is locked as well."""
    case.find(
        "fk-not-valid",
        _("blocks writes to {parent} too, until {table} has its lock and is done").format(
            parent=parent.shown, table=table.shown
        ),
        on=(parent,),
        lock=Lock.SHARE_ROW_EXCLUSIVE,
        severity=Severity.NOTICE,
    )


def _report_inline(
    case: Case, table: Name, column: pb.ColumnDef, constraint: pb.Constraint, what: str
) -> None:
    case.find(
        "add-column-constraint",
        _("{what} behind the column: every row of {table} is read under the lock").format(
            what=what, table=table.shown
        ),
        on=(table,),
        lock=AX,
        scans=True,
        fix=fixes.split_column(table, column, constraint),
    )


def set_expression(case: Case, table: Name, command: pb.AlterTableCmd) -> None:
    """Judge SET EXPRESSION (17+): a stored column is computed again for every row."""
    live = case.context.table(table)
    known = live.columns.get(command.name) if live else None
    if known is not None and known.generated == "v":
        case.touch(table, AX)
        return
    case.find(
        "add-generated-stored",
        _("computes {column} for every row: {table} is rewritten and blocked until done").format(
            column=command.name, table=table.shown
        ),
        on=(table,),
        lock=AX,
        rewrites=True,
    )


def expression_sql(expression: pb.Node) -> str:
    """Write an expression back as SQL."""
    select = pb.SelectStmt(limit_option=pb.LIMIT_OPTION_DEFAULT, op=pb.SETOP_NONE)
    select.target_list.append(pb.Node(res_target=pb.ResTarget(val=expression)))
    return libpg.deparse(pb.Node(select_stmt=select)).removeprefix("SELECT ")
