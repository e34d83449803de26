"""ATTACH, DETACH and CREATE … PARTITION OF."""

from __future__ import annotations

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review import fixes, libpg
from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import AX, Lock
from wizards.migrate.review.names import Name, of_range, quoted
from wizards.migrate.review.rules.columns import expression_sql
from wizards.migrate.review.rules.indexes import not_in_transaction

_AS_THE_PARENT = 1 << 2 | 1 << 3 | 1 << 4
"""CREATE_TABLE_LIKE_CONSTRAINTS, _DEFAULTS and _GENERATED of PostgreSQL's parsenodes.h."""

SUX = Lock.SHARE_UPDATE_EXCLUSIVE


def attach(case: Case, parent: Name, command: pb.AlterTableCmd) -> None:
    """Judge ATTACH PARTITION: the child is read unless a CHECK proves its bounds."""
    child = of_range(getattr(command, "def").partition_cmd.name)
    case.touch(parent, SUX)
    default = _default_partition(case, parent)
    if default:
        case.touch(default, AX, scans=True)
    live = case.context.table(child)
    proved = _has_check(case, parent, child)
    if child in case.context.new and not default:
        case.touch(child, AX)
        return
    if proved and not default:
        case.touch(child, AX)
        return
    scanned = [name for name in (None if proved else child, default) if name]
    case.find(
        "attach-partition",
        _("reads all of {scanned} while nobody can use it").format(
            scanned=", ".join(name.shown for name in scanned)
        ),
        on=(child, default) if default else (child,),
        lock=AX,
        fix=None if proved else _bounds_check(case, parent, child, command),
        severity=Severity.NOTICE if live is not None and not live.rows and not default else None,
    )
    if not proved:
        case.touch(child, AX, scans=True)


def _bounds_check(case: Case, parent: Name, child: Name, command: pb.AlterTableCmd) -> str | None:
    """A CHECK that proves a range of one column, which only the catalogue can name."""
    live = case.context.table(parent)
    bound = getattr(command, "def").partition_cmd.bound
    if live is None or len(live.partition_columns) != 1 or len(bound.lowerdatums) != 1:
        return None
    column = quoted(live.partition_columns[0])
    low, high = expression_sql(bound.lowerdatums[0]), expression_sql(bound.upperdatums[0])
    name = quoted(fixes.shortened(f"{child.name}_bounds"))
    return fixes.steps(
        f"ALTER TABLE {child.sql} ADD CONSTRAINT {name} CHECK "
        f"({column} IS NOT NULL AND {column} >= {low} AND {column} < {high}) NOT VALID;",
        f"ALTER TABLE {child.sql} VALIDATE CONSTRAINT {name};",
        fixes.ended(case.parsed.sql),
        f"ALTER TABLE {child.sql} DROP CONSTRAINT {name};",
    )


def _has_check(case: Case, parent: Name, child: Name) -> bool:
    """Whether a CHECK on the child proves its bounds: PostgreSQL says it, of the plan we hope."""
    context = case.context
    proved = context.facts is not None and (parent, child) in context.facts.proved_bounds
    return proved or child in context.checked


def _default_partition(case: Case, parent: Name) -> Name | None:
    live = case.context.table(parent)
    return live.default_partition if live else None


def detach(case: Case, parent: Name, command: pb.AlterTableCmd) -> None:
    """Judge DETACH PARTITION."""
    partition = getattr(command, "def").partition_cmd
    child = of_range(partition.name)
    default = _default_partition(case, parent)
    if partition.concurrent:
        case.touch(parent, SUX)
        case.touch(child, SUX)
        not_in_transaction(case, "DETACH PARTITION CONCURRENTLY", parent)
        return
    if command.subtype == pb.AT_DetachPartitionFinalize:
        case.touch(parent, SUX)
        case.touch(child, AX)
        return
    live = case.context.table(child)
    for below in live.descendants if live else ():
        case.touch(below, AX)
    online = case.context.postgres >= 14 and default is None
    case.find(
        "detach-partition",
        _("blocks reads and writes of {parent} and {child}").format(
            parent=parent.shown, child=child.shown
        ),
        on=(parent, child, default) if default else (parent, child),
        lock=AX,
        severity=None if case.context.postgres >= 14 else Severity.NOTICE,
        fix=f"ALTER TABLE {parent.sql} DETACH PARTITION {child.sql} CONCURRENTLY;"
        if online
        else None,
    )


def create_partition(case: Case, parent: Name) -> None:
    """Judge CREATE TABLE … PARTITION OF: it locks the parent, and reads the DEFAULT partition."""
    default = _default_partition(case, parent)
    if default:
        case.touch(default, AX, scans=True)
    above = case.context.table(parent)
    for child_table in above.children if above else ():
        case.touch(child_table, Lock.SHARE_ROW_EXCLUSIVE)
    case.find(
        "create-partition-of",
        _("blocks reads and writes of {parent}, and reads its DEFAULT partition {default}").format(
            parent=parent.shown, default=default.shown
        )
        if default
        else _("blocks reads and writes of {parent} for a moment").format(parent=parent.shown),
        on=(parent, default) if default else (parent,),
        lock=AX,
        severity=None if default else Severity.NOTICE,
        fix=_attached_later(case),
    )


def _attached_later(case: Case) -> str | None:
    """The partition as a table of its own, then ATTACH, which blocks the parent's writes less."""
    node = case.parsed.node
    if not isinstance(node, pb.CreateStmt) or len(node.table_elts):
        return None
    made = pb.CreateStmt()
    made.CopyFrom(node)
    del made.inh_relations[:]
    made.ClearField("partbound")
    like = pb.TableLikeClause(relation=node.inh_relations[0].range_var, options=_AS_THE_PARENT)
    made.table_elts.append(pb.Node(table_like_clause=like))
    attach = pb.AlterTableCmd(subtype=pb.AT_AttachPartition, behavior=pb.DROP_RESTRICT)
    partition = pb.PartitionCmd(name=node.relation, bound=node.partbound)
    getattr(attach, "def").partition_cmd.CopyFrom(partition)
    return fixes.steps(
        libpg.deparse(pb.Node(create_stmt=made)) + ";",
        fixes.alter(node.inh_relations[0].range_var, attach) + ";",
    )
