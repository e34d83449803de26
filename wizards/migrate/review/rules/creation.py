"""CREATE TABLE, VIEW, MATERIALIZED VIEW, SCHEMA, FUNCTION: what the plan makes new."""

from __future__ import annotations

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review.case import Case
from wizards.migrate.review.catalogue import Index
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import AX, Lock
from wizards.migrate.review.made_indexes import MadeIndex
from wizards.migrate.review.names import Name, of_range, of_words, quoted, words
from wizards.migrate.review.rules.indexes import missing_index
from wizards.migrate.review.rules.naming import name_type
from wizards.migrate.review.rules.partitions import create_partition
from wizards.migrate.review.types import of_node

_KEYS = {pb.CONSTR_PRIMARY, pb.CONSTR_UNIQUE}


def create_table(case: Case, node: pb.CreateStmt) -> None:
    """Judge CREATE TABLE: nobody uses it yet, but it may lock a parent."""
    table = of_range(node.relation)
    context = case.context
    if node.if_not_exists and context.table(table) is not None:
        return
    partition_of = node.HasField("partbound")
    parents = [of_range(item.range_var) for item in node.inh_relations]
    context.new.add(table)
    case.touch(table, AX)
    for parent in parents:
        if partition_of:
            create_partition(case, parent)
        else:
            case.touch(parent, Lock.SHARE_UPDATE_EXCLUSIVE)
    if node.HasField("partspec"):
        context.partitioned.add(table)
    has_key = partition_of or bool(parents)
    for element in node.table_elts:
        kind = element.WhichOneof("node")
        if kind == "column_def":
            has_key |= _column(case, table, element.column_def)
        elif kind == "constraint":
            has_key |= _constraint(case, table, element.constraint, [])
        else:
            has_key = True
    if not has_key and node.relation.relpersistence == "p":
        _without_key(case, table)
    elif has_key:
        context.keys.add(table)


def _column(case: Case, table: Name, column: pb.ColumnDef) -> bool:
    type_ = of_node(column.type_name)
    case.context.know(table, column.colname, type_)
    name_type(case, table, column.colname, type_)
    keyed = False
    for part in column.constraints:
        keyed |= _constraint(case, table, part.constraint, [column.colname])
    return keyed


def _constraint(case: Case, table: Name, constraint: pb.Constraint, column: list[str]) -> bool:
    kind = constraint.contype
    columns = column or words(constraint.keys)
    if kind == pb.CONSTR_FOREIGN:
        parent = of_range(constraint.pktable)
        if parent != table:
            case.touch(parent, Lock.SHARE_ROW_EXCLUSIVE)
        keys = column or words(constraint.fk_attrs)
        if constraint.conname:
            case.context.foreign_keys[(table, constraint.conname)] = parent
        missing_index(case, table, keys)
    elif kind in _KEYS:
        primary = kind == pb.CONSTR_PRIMARY
        made_name = f"{table.name}_pkey" if primary else f"{table.name}_{'_'.join(columns)}_key"
        name = constraint.conname or made_name
        case.context.indexes.add(table.beside(name), MadeIndex(table, tuple(columns), True))
    elif kind == pb.CONSTR_NOTNULL:
        case.context.not_null.update((table, name) for name in columns)
    if kind == pb.CONSTR_PRIMARY:
        case.context.not_null.update((table, name) for name in columns)
    return bool(kind == pb.CONSTR_PRIMARY)


def _without_key(case: Case, table: Name) -> None:
    case.pending_tables += ((table, len(case.findings)),)
    case.find(
        "table-without-pk",
        _("{table} has no primary key: rows cannot be told apart or replicated").format(
            table=table.shown
        ),
        on=(table,),
        even_new=True,
        fix=f"ALTER TABLE {table.sql} ADD PRIMARY KEY (id);"
        if "id" in case.context.columns.get(table, {})
        else f"ALTER TABLE {table.sql} ADD COLUMN {quoted('id')} "
        "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;",
    )


def create_table_as(case: Case, node: pb.CreateTableAsStmt) -> None:
    """CREATE TABLE AS and CREATE MATERIALIZED VIEW make a new relation with rows."""
    table = of_range(node.into.rel)
    case.context.new.add(table)
    case.context.filled.add(table)
    case.touch(table, AX)


def create_view(case: Case, node: pb.ViewStmt) -> None:
    """CREATE OR REPLACE VIEW locks the view it replaces."""
    view = of_range(node.view)
    if not node.replace:
        case.context.new.add(view)
    case.context.views.add(view)
    case.touch(view, AX)
    if node.query.WhichOneof("node") == "select_stmt":
        for item in node.query.select_stmt.from_clause:
            if item.WhichOneof("node") == "range_var":
                case.touch(of_range(item.range_var), Lock.ACCESS_SHARE)


def create_foreign_table(case: Case, node: pb.CreateForeignTableStmt) -> None:
    """Judge CREATE FOREIGN TABLE as the table that it is."""
    create_table(case, node.base_stmt)


def create_sequence(case: Case, node: pb.CreateSeqStmt) -> None:
    """A sequence of the plan may be changed by the plan."""
    case.context.new.add(of_range(node.sequence))


def create_schema(case: Case, node: pb.CreateSchemaStmt) -> None:
    """A schema of the plan may be dropped by the plan; what it is made with is in it."""
    case.context.made_schemas.add(Name("", node.schemaname))
    for element in node.schema_elts:
        if element.WhichOneof("node") == "create_stmt":
            inside = pb.CreateStmt()
            inside.CopyFrom(element.create_stmt)
            inside.relation.schemaname = node.schemaname
            create_table(case, inside)


def create_function(case: Case, node: pb.CreateFunctionStmt) -> None:
    """Remember whether a function of the plan is volatile: it may become a default."""
    volatile = True
    for item in node.options:
        option = item.def_elem
        if option.defname == "volatility":
            volatile = option.arg.string.sval == "volatile"
    name = of_words(words(node.funcname))
    case.context.functions[name] = volatile
    case.context.bodies[name] = node


def refresh(case: Case, node: pb.RefreshMatViewStmt) -> None:
    """Judge REFRESH MATERIALIZED VIEW."""
    view = of_range(node.relation)
    live = case.context.table(view)
    for source in live.sources if live and not node.skip_data else ():
        case.touch(source, Lock.ACCESS_SHARE, scans=True)
    if node.concurrent:
        case.find(
            "refresh-matview-concurrent",
            _("readers go on, but nobody else can write or refresh {view}").format(view=view.shown),
            on=(view,),
            lock=Lock.EXCLUSIVE,
            scans=True,
            severity=Severity.NOTICE,
        )
        return
    case.find(
        "refresh-matview",
        _("{view} is emptied, and reading it fails until it is filled").format(view=view.shown)
        if node.skip_data
        else _("nobody can read {view} until it is filled again").format(view=view.shown),
        on=(view,),
        lock=AX,
        rewrites=True,
        severity=Severity.NOTICE if node.skip_data else None,
        fix=f"REFRESH MATERIALIZED VIEW CONCURRENTLY {view.sql};"
        if live is None or any(_tells_rows_apart(one) for one in live.indexes)
        else None,
    )


def _tells_rows_apart(index: Index) -> bool:
    """What REFRESH … CONCURRENTLY asks of one index: UNIQUE, of columns alone, of every row."""
    return index.unique and index.valid and not index.partial and all(index.columns)


def weak_lock(
    case: Case, node: pb.CreateStatsStmt | pb.CreatePublicationStmt | pb.AlterPublicationStmt
) -> None:
    """CREATE STATISTICS, CREATE and ALTER PUBLICATION take a weak lock on their tables."""
    if isinstance(node, pb.CreateStatsStmt):
        tables = [of_range(item.range_var) for item in node.relations]
    else:
        tables = [
            of_range(item.publication_obj_spec.pubtable.relation)
            for item in node.pubobjects
            if item.publication_obj_spec.HasField("pubtable")
        ]
    for table in tables:
        case.touch(table, Lock.SHARE_UPDATE_EXCLUSIVE)
