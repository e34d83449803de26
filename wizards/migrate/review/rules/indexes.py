"""CREATE INDEX, DROP INDEX, REINDEX."""

from __future__ import annotations

from collections.abc import Iterable

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review import fixes, libpg
from wizards.migrate.review.case import Case
from wizards.migrate.review.catalogue import Index
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import AX, Lock
from wizards.migrate.review.made_indexes import MadeIndex
from wizards.migrate.review.names import Name, of_object, of_range, quoted


def create_index(case: Case, node: pb.IndexStmt) -> None:
    """Judge CREATE INDEX."""
    table = of_range(node.relation)
    columns = tuple(item.index_elem.name for item in node.index_params)
    redundant(case, table, node, columns)
    if node.concurrent:
        _concurrent(case, node, table)
    else:
        _blocking(case, node, table)
    if node.unique and case.context.facts is None:
        case.find(
            "add-unique",
            _(
                "fails where {table} holds duplicates; built CONCURRENTLY, an INVALID index stays"
            ).format(table=table.shown),
            on=(table,),
            severity=Severity.NOTICE,
        )
    if node.idxname:
        made = MadeIndex(table, columns, node.unique and not node.HasField("where_clause"))
        case.context.indexes.add(table.beside(node.idxname), made)


def _blocking(case: Case, node: pb.IndexStmt, table: Name) -> None:
    partitions = partitions_of(case, table)
    if node.if_not_exists and _is_there(case, table.beside(node.idxname)):
        case.touch(table, Lock.SHARE)
        _retry(case, node, table)
        return
    known = case.context.table(table) is not None
    if not node.relation.inh and (is_partitioned(case, table) or not known):
        case.touch(table, Lock.SHARE, scans=not is_partitioned(case, table))
        return
    for partition in partitions:
        case.touch(partition, Lock.SHARE, scans=True)
    if is_partitioned(case, table):
        case.find(
            "create-index-nonconcurrent",
            _("builds an index on {table} and each of its partitions: no writes until done").format(
                table=table.shown
            ),
            on=(table, *partitions),
            lock=Lock.SHARE,
            scans=True,
            fix=_per_partition(case, node) if node.idxname else None,
        )
        case.scans -= {table}
        return
    case.find(
        "create-index-nonconcurrent",
        _("blocks writes to {table} until the index is built").format(table=table.shown),
        on=(table,),
        lock=Lock.SHARE,
        scans=True,
        fix=fixes.concurrently(case.parsed.sql, node),
    )


def _is_there(case: Case, index: Name) -> bool:
    """Whether IF NOT EXISTS finds the index, as far as the catalogue and the plan know."""
    context = case.context
    if context.indexes.get(index) is not None:
        return True
    live = context.facts.indexes if context.facts else {}
    return index in live and index not in context.dropped_indexes


def _per_partition(case: Case, node: pb.IndexStmt) -> str | None:
    """ON ONLY the parent, CONCURRENTLY on each partition, then ATTACH."""
    table = of_range(node.relation)
    live = case.context.table(table)
    if live is not None and len(live.descendants) > len(live.partitions):
        return None
    parent = pb.IndexStmt()
    parent.CopyFrom(node)
    parent.relation.inh = False
    lines = [libpg.deparse(pb.Node(index_stmt=parent)) + ";"]
    for partition in partitions_of(case, table):
        part = pb.IndexStmt()
        part.CopyFrom(node)
        part.concurrent = True
        part.relation.schemaname, part.relation.relname = partition
        part.idxname = fixes.shortened(f"{partition.name}_{node.idxname}")
        lines.append(libpg.deparse(pb.Node(index_stmt=part)) + ";")
        child = partition.beside(part.idxname).sql
        index = table.beside(node.idxname).sql
        lines.append(f"ALTER INDEX {index} ATTACH PARTITION {child};")
    return fixes.steps(*lines)


def _per_partition_sql(case: Case, create_index: str) -> str | None:
    """The same for an index that nobody has written yet."""
    return _per_partition(case, libpg.parse(create_index.encode())[0].stmt.index_stmt)


def _concurrent(case: Case, node: pb.IndexStmt, table: Name) -> None:
    case.touch(table, Lock.SHARE_UPDATE_EXCLUSIVE, scans=True)
    not_in_transaction(case, "CREATE INDEX CONCURRENTLY", table)
    if is_partitioned(case, table) and node.relation.inh:
        case.find(
            "concurrently-in-transaction",
            _("fails: {table} is partitioned, and its index cannot be built CONCURRENTLY").format(
                table=table.shown
            ),
            on=(table,),
            even_new=True,
            fix=_per_partition(case, node) if node.idxname else None,
        )
    if node.if_not_exists and node.idxname:
        _retry(case, node, table)


def _retry(case: Case, node: pb.IndexStmt, table: Name) -> None:
    """IF NOT EXISTS is satisfied by the INVALID index that a failed build left behind."""
    name = table.beside(node.idxname)
    facts = case.context.facts
    index = facts.indexes.get(name) if facts else None
    if (facts and (index is None or index.valid)) or name in case.context.dropped_indexes:
        return
    case.find(
        "invalid-index-retry",
        _("{index} is INVALID and stays so: IF NOT EXISTS skips the build").format(index=name.shown)
        if index
        else _("if an earlier build of {index} failed, IF NOT EXISTS keeps it INVALID").format(
            index=name.shown
        ),
        on=(table,),
        severity=Severity.DANGER if index else Severity.CAUTION,
        fix=f"DROP INDEX CONCURRENTLY IF EXISTS {name.sql};\n{fixes.ended(case.parsed.sql)}",
    )


def missing_index(case: Case, table: Name, columns: list[str]) -> None:
    """Notice a foreign key whose columns no index starts with: deletes in the parent scan."""
    wanted = frozenset(columns)
    if not wanted:
        return
    live = case.context.table(table)
    if case.context.indexes.covers(table, wanted):
        return
    leading = [index.columns for index in (live.indexes if live else ()) if not index.partial]
    if any(set(columns_[: len(wanted)]) == wanted for columns_ in leading):
        return
    listed = ", ".join(quoted(column) for column in columns)
    index = quoted(fixes.shortened(f"{table.name}_{'_'.join(columns)}_idx"))
    concurrently = "" if table in case.context.new else "CONCURRENTLY "
    fix: str | None = f"CREATE INDEX {concurrently}{index} ON {table.sql} ({listed});"
    if concurrently and is_partitioned(case, table):
        fix = _per_partition_sql(case, f"CREATE INDEX {index} ON {table.sql} ({listed})")
    case.pending_keys += ((table, wanted, len(case.findings)),)
    case.find(
        "fk-missing-index",
        _("no index starts with {columns}: deleting from the parent scans {table}").format(
            columns=", ".join(columns), table=table.shown
        ),
        on=(table,),
        even_new=True,
        fix=fix,
    )


def redundant(case: Case, table: Name, node: pb.IndexStmt, columns: tuple[str, ...]) -> None:
    """Notice an index whose columns another index starts with."""
    if not all(columns) or node.HasField("where_clause") or node.unique:
        return
    if node.access_method not in {"", "btree"}:
        return
    live = case.context.table(table)
    starts = [
        index.name
        for index in (live.indexes if live else ())
        if index.valid and not index.partial and index.columns[: len(columns)] == columns
    ]
    made = case.context.indexes.starting_with(table, columns)
    for name in [*starts, *([made] if made else [])]:
        if name.name != node.idxname:
            case.find(
                "redundant-index",
                _("{index} already starts with these columns").format(index=name.shown),
                on=(table,),
                even_new=True,
            )
            return


def drop_index(case: Case, node: pb.DropStmt) -> None:
    """Judge DROP INDEX."""
    for item in node.objects:
        name = of_object(item)
        case.context.dropped_indexes.add(name)
        table = table_of_index(case, name)
        made = case.context.indexes.drop(name)
        on = (table,) if table else ()
        if node.concurrent:
            if table:
                case.touch(table, Lock.SHARE_UPDATE_EXCLUSIVE)
            not_in_transaction(case, "DROP INDEX CONCURRENTLY", table)
            if table and is_partitioned(case, table):
                _whole_only(case, table)
        elif made is None or table not in case.context.new:
            case.find(
                "drop-index-nonconcurrent",
                _("blocks reads and writes of its table, and waits for every query on it"),
                on=on,
                lock=AX,
                fix=f"DROP INDEX CONCURRENTLY {'IF EXISTS ' if node.missing_ok else ''}{name.sql};"
                if table is None or not is_partitioned(case, table)
                else None,
            )


def _whole_only(case: Case, table: Name) -> None:
    case.find(
        "concurrently-in-transaction",
        _(
            "fails: an index of {table}, which is partitioned, cannot be dropped CONCURRENTLY"
        ).format(table=table.shown),
        on=(table,),
        even_new=True,
    )


def reindex(case: Case, node: pb.ReindexStmt) -> None:
    """Judge REINDEX."""
    concurrent = option_is_on(node.params, "concurrently")
    table: Name | None = None
    if node.kind == pb.REINDEX_OBJECT_TABLE:
        table = of_range(node.relation)
    elif node.kind == pb.REINDEX_OBJECT_INDEX:
        table = table_of_index(case, of_range(node.relation))
    on = (table,) if table else ()
    if concurrent:
        if table:
            case.touch(table, Lock.SHARE_UPDATE_EXCLUSIVE, scans=True)
        not_in_transaction(case, "REINDEX CONCURRENTLY", table)
        return
    many = node.kind not in {pb.REINDEX_OBJECT_TABLE, pb.REINDEX_OBJECT_INDEX}
    if many or (table is not None and is_partitioned(case, table)):
        not_in_transaction(case, _("REINDEX of several tables"), table)
    what = table.shown if table else (node.name or of_range(node.relation).shown)
    case.find(
        "reindex-nonconcurrent",
        _("blocks writes to {what}, and every query that would use the index").format(what=what),
        on=on,
        lock=Lock.SHARE,
        scans=True,
        fix=_reindex_concurrently(node) if case.context.postgres >= 12 else None,
    )


def _reindex_concurrently(node: pb.ReindexStmt) -> str | None:
    words = {
        pb.REINDEX_OBJECT_INDEX: "INDEX",
        pb.REINDEX_OBJECT_TABLE: "TABLE",
        pb.REINDEX_OBJECT_SCHEMA: "SCHEMA",
        pb.REINDEX_OBJECT_DATABASE: "DATABASE",
    }
    word = words.get(node.kind)
    if word is None:
        return None
    target = quoted(node.name) if node.name else of_range(node.relation).sql
    return f"REINDEX {word} CONCURRENTLY {target};"


def option_is_on(options: Iterable[pb.Node], name: str) -> bool:
    """Whether a parenthesised option is given and not switched off: (FULL), (FULL false)."""
    for item in options:
        option = item.def_elem
        if option.defname == name:
            if not option.HasField("arg"):
                return True
            if option.arg.WhichOneof("node") == "integer":
                return bool(option.arg.integer.ival)
            return str(option.arg.string.sval).lower() not in {"off", "false", "0", "no"}
    return False


def not_in_transaction(case: Case, what: str, table: Name | None = None) -> None:
    """Report a statement that PostgreSQL refuses inside a transaction block."""
    if case.context.transaction:
        case.find(
            "concurrently-in-transaction",
            _("fails: {what} cannot run inside a transaction").format(what=what),
            on=(table,) if table else (),
            even_new=True,
            fix=f"COMMIT;\n{fixes.ended(case.parsed.sql)}\nBEGIN;"
            if case.context.opened is not None
            else None,
        )


def table_of_index(case: Case, index: Name) -> Name | None:
    """The table of an index, from the plan or the catalogue."""
    made = case.context.indexes.get(index)
    if made is not None:
        return made.table
    live: Index | None = case.context.facts.indexes.get(index) if case.context.facts else None
    return live.table if live else case.context.index_tables.get(index)


def is_partitioned(case: Case, table: Name) -> bool:
    """Whether a table is a partitioned parent."""
    live = case.context.table(table)
    return table in case.context.partitioned or (live is not None and live.kind == "p")


def partitions_of(case: Case, table: Name) -> tuple[Name, ...]:
    """The leaf partitions the catalogue knows of."""
    live = case.context.table(table)
    return live.partitions if live else ()
