"""The safe path of a constraint that is one of several commands, or of a partitioned table's."""

from __future__ import annotations

from generators.language import _
from wizards.migrate.review import fixes
from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.names import Name, words
from wizards.migrate.review.rules.indexes import is_partitioned, partitions_of

_KEYS = {"UNIQUE": "u", "PRIMARY KEY": "p"}


def needed(case: Case, constraint: pb.Constraint) -> list[pb.AlterTableCmd]:
    """The commands beside it without which it fails: columns it reads, the name it takes over."""
    return [
        command
        for command in _beside(case)
        if command.subtype == pb.AT_AddColumn
        or (command.subtype == pb.AT_DropConstraint and command.name == constraint.conname)
    ]


def alone(case: Case) -> str:
    """The statement's text when it is one ALTER TABLE with one command."""
    return case.parsed.sql if len(_beside(case)) == 1 else ""


def free_name(case: Case, table: Name, name: str) -> str:
    """The name that PostgreSQL chooses where a constraint has that name already."""
    live = case.context.table(table)
    taken = live.constraints if live else {}
    numbered = (f"{name}{number or ''}" for number in range(len(taken) + 1))
    return next((one for one in numbered if one not in taken), name)


def key(case: Case, table: Name, name: str, constraint: pb.Constraint, kind: str) -> str | None:
    """The steps to a UNIQUE or PRIMARY KEY constraint; None where there are none online."""
    columns = words(constraint.keys)
    if constraint.without_overlaps:
        return None
    if is_partitioned(case, table):
        return _of_partitions(case, table, name, constraint) if kind == "UNIQUE" else None
    added = [command for command in _beside(case) if command.subtype == pb.AT_AddColumn]
    names = {getattr(command, "def").column_def.colname for command in added} & set(columns)
    first = [command for command in added if getattr(command, "def").column_def.colname in names]
    relation = pb.RangeVar(schemaname=table.schema, relname=table.name, inh=True)
    return fixes.steps(
        fixes.alter(relation, *first) + ";" if first else "",
        fixes.unique_by_index(
            table,
            name,
            columns,
            kind,
            like=constraint,
            instead=_instead(case, table, name, kind),
        ),
    )


def _instead(case: Case, table: Name, name: str, kind: str) -> str:
    """The constraint that the same statement drops for the new one."""
    live = case.context.table(table)
    for command in _beside(case):
        if command.subtype == pb.AT_DropConstraint:
            known = live.constraints.get(command.name) if live else None
            if command.name == name or (known is not None and known.kind == _KEYS[kind]):
                return str(command.name)
    return ""


def _of_partitions(case: Case, table: Name, name: str, constraint: pb.Constraint) -> str | None:
    """ON ONLY the parent, which stays invalid until each partition's own is attached."""
    live = case.context.table(table)
    if live is not None and len(live.descendants) > len(live.partitions):
        return None
    columns = words(constraint.keys)
    named = pb.Constraint()
    named.CopyFrom(constraint)
    named.conname = name
    add = pb.AlterTableCmd(subtype=pb.AT_AddConstraint, behavior=pb.DROP_RESTRICT)
    getattr(add, "def").constraint.CopyFrom(named)
    only = pb.RangeVar(schemaname=table.schema, relname=table.name, inh=False)
    lines = [fixes.alter(only, add) + ";"]
    for partition in partitions_of(case, table):
        own = fixes.shortened(f"{partition.name}_{name}")
        lines.append(fixes.unique_by_index(partition, own, columns, "UNIQUE", like=constraint))
        lines.append(
            f"ALTER INDEX {table.beside(name).sql} ATTACH PARTITION {partition.beside(own).sql};"
        )
    if len(lines) == 1:
        lines.append(_("-- then the same for each partition, and ALTER INDEX … ATTACH PARTITION"))
    return fixes.steps(*lines)


def _beside(case: Case) -> list[pb.AlterTableCmd]:
    node = case.parsed.node
    if not isinstance(node, pb.AlterTableStmt):
        return []
    return [item.alter_table_cmd for item in node.cmds]
