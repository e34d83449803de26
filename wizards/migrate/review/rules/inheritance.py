"""A statement about a parent locks, reads and rewrites its partitions and inheritance children."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import AX, Lock
from wizards.migrate.review.names import Name, of_object, of_range, words
from wizards.migrate.review.rules.indexes import is_partitioned

_BY_ALL = frozenset(
    {pb.AT_AddColumn, pb.AT_DropColumn, pb.AT_SetNotNull, pb.AT_DropNotNull}
    | {pb.AT_AlterColumnType, pb.AT_ColumnDefault, pb.AT_DropConstraint, pb.AT_ValidateConstraint}
    | {pb.AT_SetStatistics, pb.AT_SetStorage, pb.AT_SetExpression}
    | {pb.AT_DropExpression}
)
_BY_PARTITIONS = frozenset(
    {pb.AT_EnableTrig, pb.AT_EnableAlwaysTrig, pb.AT_EnableReplicaTrig, pb.AT_DisableTrig}
    | {pb.AT_EnableTrigAll, pb.AT_DisableTrigAll, pb.AT_EnableTrigUser, pb.AT_DisableTrigUser}
)
_OF_CONSTRAINTS = frozenset({pb.AT_DropConstraint, pb.AT_ValidateConstraint})
_HANDED_DOWN = frozenset("cn")
_WRITES = frozenset({"update_stmt", "delete_stmt", "merge_stmt"})
LOCKED_BY_CONSTRAINTS = 16
_INDEXED = frozenset({pb.CONSTR_UNIQUE, pb.CONSTR_EXCLUSION})
_INHERITED = frozenset({pb.CONSTR_CHECK, pb.CONSTR_NOTNULL})


def join(case: Case, table: Name, command: pb.AlterTableCmd) -> None:
    """INHERIT: the parent must stay as it is meanwhile."""
    case.touch(table, AX)
    case.touch(of_range(getattr(command, "def").range_var), Lock.SHARE_UPDATE_EXCLUSIVE)


def spread(case: Case) -> None:
    """Carry what a statement does to a parent on to every table below it."""
    if case.context.facts is None:
        return
    keys = case.parsed.kind in {"alter_table_stmt", "create_stmt", "drop_stmt"}
    down = set(_recursing(case))
    stays = set(_not_recursing(case))
    for table, lock in list(case.locks.items()):
        live = case.context.table(table)
        if live is None or not live.descendants:
            continue
        beside = keys and live.kind == "p" and lock >= Lock.SHARE_ROW_EXCLUSIVE
        beside = beside and table not in stays
        if table not in down and not beside:
            continue
        _below(case, table, min(lock, _own_index(case, live.kind == "p") or lock))


def _own_index(case: Case, partitioned: bool) -> Lock | None:
    """Before the constraint took it (measured on 15), each partition's index locked for itself."""
    node: Any = case.parsed.node
    if case.parsed.kind != "alter_table_stmt" or case.context.postgres >= LOCKED_BY_CONSTRAINTS:
        return None
    unique = partitioned and all(
        item.alter_table_cmd.subtype == pb.AT_AddConstraint
        and getattr(item.alter_table_cmd, "def").constraint.contype in _INDEXED
        for item in node.cmds
    )
    return Lock.SHARE if unique else None


def _below(case: Case, table: Name, lock: Lock) -> None:
    live = case.context.table(table)
    rewrites = table in case.rewrites
    scans = table in case.scans and (rewrites or _read_below(case))
    for name in live.descendants if live else ():
        below = case.context.table(name)
        stored = below is None or below.kind != "p"
        if name not in case.locks:
            case.inherited |= {name}
        case.touch(name, lock, rewrites=rewrites and stored, scans=scans and stored)
    if live is not None and live.kind == "p":
        case.rewrites -= {table}
        case.scans -= {table}


def _recursing(case: Case) -> Iterator[Name]:
    """The tables whose children the statement itself goes down to."""
    node: Any = case.parsed.node
    kind = case.parsed.kind
    if kind == "alter_table_stmt" and node.relation.inh:
        table = of_range(node.relation)
        live = case.context.table(table)
        partitioned = live is not None and live.kind == "p"
        if any(_goes_down(case, item.alter_table_cmd, partitioned) for item in node.cmds):
            yield table
    elif kind in _WRITES and node.relation.inh:
        yield of_range(node.relation)
    elif kind == "lock_stmt":
        yield from (of_range(one.range_var) for one in node.relations if one.range_var.inh)
    elif kind == "create_trig_stmt" and node.row:
        yield from (one for one in (of_range(node.relation),) if is_partitioned(case, one))
    elif kind == "rename_stmt" and node.rename_type == pb.OBJECT_COLUMN:
        yield of_range(node.relation)
    elif kind == "rename_stmt" and node.rename_type == pb.OBJECT_TABCONSTRAINT:
        live = case.context.table(of_range(node.relation))
        known = live.constraints.get(node.subname) if live else None
        yield from (of_range(node.relation),) if known and known.kind in _HANDED_DOWN else ()
    elif kind == "vacuum_stmt":
        named = [of_range(one.vacuum_relation.relation) for one in node.rels]
        yield from (one for one in named if is_partitioned(case, one))
    elif kind == "index_stmt" and node.relation.inh and not node.concurrent:
        yield from (one for one in (of_range(node.relation),) if is_partitioned(case, one))
    elif kind == "truncate_stmt":
        yield from (of_range(one.range_var) for one in node.relations if one.range_var.inh)
    elif kind == "drop_stmt" and node.behavior == pb.DROP_CASCADE:
        yield from map(of_object, node.objects)


def _read_below(case: Case) -> bool:
    """Whether children are read as well: not for what only the parent's own rows must fulfil."""
    node: Any = case.parsed.node
    if case.parsed.kind != "alter_table_stmt":
        return True
    live = case.context.table(of_range(node.relation))
    return (live is not None and live.kind == "p") or any(
        item.alter_table_cmd.subtype != pb.AT_AddConstraint
        or _is_inherited(case, getattr(item.alter_table_cmd, "def").constraint)
        for item in node.cmds
    )


def _is_inherited(case: Case, constraint: pb.Constraint) -> bool:
    """CHECK and NOT NULL go down to children, and with a primary key its NOT NULL."""
    if constraint.contype == pb.CONSTR_PRIMARY:
        live = case.context.table(of_range(case.parsed.node.relation)) if case.parsed.node else None
        known = [live.columns.get(one) for one in words(constraint.keys)] if live else []
        return any(one is not None and not one.not_null for one in known)
    return constraint.contype in _INHERITED and not constraint.is_no_inherit


def _goes_down(case: Case, command: pb.AlterTableCmd, partitioned: bool) -> bool:
    if command.subtype == pb.AT_AddConstraint:
        constraint = getattr(command, "def").constraint
        by_version = case.context.postgres >= LOCKED_BY_CONSTRAINTS
        key = constraint.contype == pb.CONSTR_PRIMARY
        return partitioned or by_version or key or _is_inherited(case, constraint)
    if command.subtype in _OF_CONSTRAINTS and not partitioned:
        return _is_handed_down(case, command)
    return command.subtype in _BY_ALL or (partitioned and command.subtype in _BY_PARTITIONS)


def _is_handed_down(case: Case, command: pb.AlterTableCmd) -> bool:
    """Children have the CHECK and NOT NULL of a parent, and prove them only once."""
    live = case.context.table(of_range(case.parsed.node.relation)) if case.parsed.node else None
    known = live.constraints.get(command.name) if live else None
    if known is None:
        return True
    proved = command.subtype == pb.AT_ValidateConstraint and known.valid
    return known.kind in _HANDED_DOWN and not proved


def _not_recursing(case: Case) -> Iterator[Name]:
    """The parents that a statement locks alone: of ALTER TABLE, and of a new partition."""
    node: Any = case.parsed.node
    kind = case.parsed.kind
    if kind == "alter_table_stmt":
        yield of_range(node.relation)
    elif kind == "create_stmt":
        yield from (of_range(one.range_var) for one in node.inh_relations)
    elif kind == "drop_stmt":
        for item in node.objects:
            live = case.context.table(of_object(item))
            if live is not None and live.partition_of:
                yield live.partition_of
