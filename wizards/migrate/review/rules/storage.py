"""ALTER TABLE … SET LOGGED, TABLESPACE, ACCESS METHOD, and VACUUM FULL, CLUSTER."""

from __future__ import annotations

from generators.language import _
from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import AX, Lock
from wizards.migrate.review.names import Name, of_range, quoted
from wizards.migrate.review.rules.indexes import not_in_transaction, option_is_on

_SHARE_UPDATE = frozenset(
    [
        "fillfactor",
        "autovacuum_enabled",
        "toast_tuple_target",
        "parallel_workers",
        "vacuum_truncate",
        "vacuum_index_cleanup",
        "n_distinct",
        "n_distinct_inherited",
        "log_autovacuum_min_duration",
        "vacuum_max_eager_freeze_failure_rate",
    ]
)


def set_logged(case: Case, table: Name, command: pb.AlterTableCmd) -> None:
    """Judge SET LOGGED and SET UNLOGGED."""
    logged = command.subtype == pb.AT_SetLogged
    live = case.context.table(table)
    if live is not None and live.logged == logged:
        case.touch(table, AX)
        return
    case.find(
        "set-logged",
        _("rewrites {table} while nobody can use it").format(table=table.shown)
        if logged
        else _("rewrites {table}, which is then emptied by a crash and not replicated").format(
            table=table.shown
        ),
        on=(table,),
        lock=AX,
        rewrites=True,
    )


def set_tablespace(case: Case, table: Name, command: pb.AlterTableCmd) -> None:
    """Judge SET TABLESPACE."""
    live = case.context.table(table)
    if live is not None and (live.tablespace or "pg_default") == command.name:
        case.touch(table, AX)
        return
    case.find(
        "set-tablespace",
        _("copies {table} to another disk while nobody can use it").format(table=table.shown),
        on=(table,),
        lock=AX,
        rewrites=True,
    )


def move_all(case: Case, node: pb.AlterTableMoveAllStmt) -> None:
    """Judge ALTER TABLE ALL IN TABLESPACE … SET TABLESPACE."""
    case.find(
        "set-tablespace",
        _("copies everything in {tablespace} to another disk while nobody can use it").format(
            tablespace=node.orig_tablespacename
        ),
        lock=AX,
        rewrites=True,
    )


def move_index(case: Case, index: Name, command: pb.AlterTableCmd) -> None:
    """Judge ALTER INDEX … SET TABLESPACE: planning a query on the table waits for the index."""
    case.find(
        "set-tablespace",
        _("copies {table} to another disk while nobody can use it").format(table=index.shown),
        lock=AX,
        rewrites=True,
        fix=f"REINDEX (TABLESPACE {quoted(command.name)}, CONCURRENTLY) INDEX {index.sql};"
        if case.context.postgres >= 14
        else None,
    )


def set_access_method(case: Case, table: Name, command: pb.AlterTableCmd) -> None:
    """Judge SET ACCESS METHOD."""
    live = case.context.table(table)
    if live is not None and (live.kind == "p" or live.access_method == command.name):
        case.touch(table, AX)
        return
    case.find(
        "set-access-method",
        _("rewrites {table} while nobody can use it").format(table=table.shown),
        on=(table,),
        lock=AX,
        rewrites=True,
    )


def set_options(case: Case, table: Name, command: pb.AlterTableCmd) -> None:
    """SET (fillfactor, autovacuum_…) takes a weak lock; other options do not."""
    options = [item.def_elem.defname for item in getattr(command, "def").list.items]
    weak = all(name in _SHARE_UPDATE or name.startswith("autovacuum_") for name in options)
    case.touch(table, Lock.SHARE_UPDATE_EXCLUSIVE if weak else AX)


def vacuum(case: Case, node: pb.VacuumStmt) -> None:
    """Judge VACUUM FULL; plain VACUUM and ANALYZE block nobody."""
    tables = [of_range(item.vacuum_relation.relation) for item in node.rels]
    full = option_is_on(node.options, "full")
    if node.is_vacuumcmd:
        not_in_transaction(case, "VACUUM")
    if not full:
        for table in tables:
            case.touch(table, Lock.SHARE_UPDATE_EXCLUSIVE)
        return
    case.find(
        "vacuum-full",
        _("rewrites {tables} while nobody can use it; pg_repack does it online").format(
            tables=", ".join(table.shown for table in tables) or _("every table")
        ),
        on=tables,
        lock=AX,
        rewrites=True,
        fix="\n".join(f"VACUUM (ANALYZE) {table.sql};" for table in tables) or "VACUUM (ANALYZE);",
    )


def cluster(case: Case, node: pb.ClusterStmt) -> None:
    """Judge CLUSTER."""
    table = of_range(node.relation) if node.HasField("relation") else None
    case.find(
        "cluster",
        _("rewrites {table} in index order while nobody can use it").format(
            table=table.shown if table else _("every clustered table")
        ),
        on=(table,) if table else (),
        lock=AX,
        rewrites=True,
    )
    if table is None:
        not_in_transaction(case, "CLUSTER")
