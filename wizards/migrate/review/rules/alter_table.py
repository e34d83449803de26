"""ALTER TABLE: each of its commands to the rule that knows it, every other to its lock."""

from __future__ import annotations

from collections.abc import Callable

from generators.language import _
from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import AX, Lock
from wizards.migrate.review.names import Name, of_range
from wizards.migrate.review.rules import (
    access,
    columns,
    composite_types,
    constraints,
    drops,
    inheritance,
    not_null,
    partitions,
    storage,
)
from wizards.migrate.review.rules.type_change import alter_type

Rule = Callable[[Case, Name, pb.AlterTableCmd], None]

_TABLES = frozenset({pb.OBJECT_TABLE, pb.OBJECT_MATVIEW, pb.OBJECT_FOREIGN_TABLE, pb.OBJECT_VIEW})
_SUX = frozenset(
    {
        pb.AT_SetStatistics,
        pb.AT_SetOptions,
        pb.AT_ResetOptions,
        pb.AT_ClusterOn,
        pb.AT_DropCluster,
    }
)
_TRIGGERS = (
    pb.AT_EnableTrig,
    pb.AT_EnableAlwaysTrig,
    pb.AT_EnableReplicaTrig,
    pb.AT_DisableTrig,
    pb.AT_EnableTrigAll,
    pb.AT_DisableTrigAll,
    pb.AT_EnableTrigUser,
    pb.AT_DisableTrigUser,
)
_ROW_SECURITY = (
    pb.AT_EnableRowSecurity,
    pb.AT_DisableRowSecurity,
    pb.AT_ForceRowSecurity,
    pb.AT_NoForceRowSecurity,
)
_RULES: dict[int, Rule] = {
    pb.AT_DropColumn: drops.drop_column,
    pb.AT_SetExpression: columns.set_expression,
    pb.AT_AlterConstraint: constraints.alter_constraint,
    pb.AT_SetNotNull: not_null.set_not_null,
    pb.AT_DropNotNull: not_null.drop_not_null,
    pb.AT_AlterColumnType: alter_type,
    pb.AT_ValidateConstraint: lambda case, table, cmd: constraints.validate(case, table, cmd.name),
    pb.AT_DropConstraint: constraints.drop_constraint,
    pb.AT_AttachPartition: partitions.attach,
    pb.AT_DetachPartition: partitions.detach,
    pb.AT_DetachPartitionFinalize: partitions.detach,
    pb.AT_SetLogged: storage.set_logged,
    pb.AT_SetUnLogged: storage.set_logged,
    pb.AT_SetTableSpace: storage.set_tablespace,
    pb.AT_SetAccessMethod: storage.set_access_method,
    pb.AT_SetRelOptions: storage.set_options,
    pb.AT_ResetRelOptions: storage.set_options,
    pb.AT_ChangeOwner: access.owner,
    pb.AT_ReplicaIdentity: access.replica_identity,
    pb.AT_AddInherit: inheritance.join,
    **dict.fromkeys(_TRIGGERS, access.switch_trigger),
    **dict.fromkeys(_ROW_SECURITY, access.row_security),
}
_FIRST = frozenset({pb.AT_DropColumn, pb.AT_DropConstraint})
_COMBINABLE = frozenset(
    {pb.AT_AddColumn, pb.AT_DropColumn, pb.AT_SetNotNull, pb.AT_DropNotNull, pb.AT_ColumnDefault}
    | {pb.AT_AlterColumnType, pb.AT_AddConstraint}
)


def alter_table(case: Case, node: pb.AlterTableStmt) -> None:
    """Judge every command of an ALTER TABLE."""
    table = of_range(node.relation)
    if node.objtype not in _TABLES:
        _not_a_table(case, table, node)
        return
    known = case.context.table(table) is not None or table in case.context.new
    if node.missing_ok and case.context.facts and not known:
        return
    if len(node.cmds) > 1:
        _made_again(case, table, node)
    for command in _in_order(node):
        subtype = command.subtype
        if subtype == pb.AT_AddColumn:
            columns.add_column(case, table, command)
        elif subtype == pb.AT_AddConstraint:
            constraints.add_constraint(case, node.relation, table, command)
        elif subtype in _RULES:
            _RULES[subtype](case, table, command)
        else:
            case.touch(table, Lock.SHARE_UPDATE_EXCLUSIVE if subtype in _SUX else AX)
    _combine(case, table, node)


def _not_a_table(case: Case, name: Name, node: pb.AlterTableStmt) -> None:
    """ALTER TYPE of a composite type and ALTER INDEX share the grammar of ALTER TABLE."""
    for item in node.cmds:
        command = item.alter_table_cmd
        if node.objtype == pb.OBJECT_TYPE:
            composite_types.alter_attribute(case, name, command)
        elif node.objtype == pb.OBJECT_INDEX and command.subtype == pb.AT_SetTableSpace:
            storage.move_index(case, name, command)


def _made_again(case: Case, table: Name, node: pb.AlterTableStmt) -> None:
    """A constraint that the same statement drops and adds was mostly of the same kind before."""
    dropped = {
        item.alter_table_cmd.name
        for item in node.cmds
        if item.alter_table_cmd.subtype == pb.AT_DropConstraint
    }
    for item in node.cmds if dropped and case.context.table(table) is None else ():
        if item.alter_table_cmd.subtype == pb.AT_AddConstraint:
            added = getattr(item.alter_table_cmd, "def").constraint
            if added.conname in dropped and added.contype == pb.CONSTR_FOREIGN:
                case.context.foreign_keys[(table, added.conname)] = of_range(added.pktable)


def _in_order(node: pb.AlterTableStmt) -> list[pb.AlterTableCmd]:
    """The commands as PostgreSQL runs them: what is dropped goes first, wherever it is written."""
    commands = [item.alter_table_cmd for item in node.cmds]
    if len(commands) == 1:
        return commands
    return sorted(commands, key=lambda command: command.subtype not in _FIRST)


def _combine(case: Case, table: Name, node: pb.AlterTableStmt) -> None:
    """Two ALTER TABLE of one table in a row could be one, with one lock and one scan."""
    combinable = all(item.alter_table_cmd.subtype in _COMBINABLE for item in node.cmds)
    before = case.context.altered
    case.context.altered = (table, case.index) if combinable else None
    if before != (table, case.index - 1) or not combinable or not case.context.by_hand:
        return
    case.find(
        "multi-alter",
        _("follows another ALTER TABLE of {table}: one statement takes the lock once").format(
            table=table.shown
        ),
        on=(table,),
        even_new=True,
    )
