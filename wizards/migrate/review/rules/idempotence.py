"""Could the file be run again after it failed half way? Only asked outside a transaction."""

from __future__ import annotations

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.names import of_range

_OPTIONAL = {
    "create_stmt": "if_not_exists",
    "index_stmt": "if_not_exists",
    "create_schema_stmt": "if_not_exists",
    "create_seq_stmt": "if_not_exists",
    "create_extension_stmt": "if_not_exists",
    "drop_stmt": "missing_ok",
    "dropdb_stmt": "missing_ok",
}


def not_idempotent(case: Case) -> None:
    """Report DDL without IF [NOT] EXISTS where a second run would stop at it."""
    context = case.context
    kind, node = case.parsed.kind, case.parsed.node
    if context.transaction and not getattr(node, "concurrent", False):
        return
    if kind == "alter_table_stmt" and isinstance(node, pb.AlterTableStmt):
        repeatable = all(_repeats(case, node, item.alter_table_cmd) for item in node.cmds)
    elif kind in _OPTIONAL:
        repeatable = bool(getattr(node, _OPTIONAL[kind]))
    else:
        return
    if not repeatable:
        case.find(
            "not-idempotent",
            _("a second run stops here: add IF EXISTS or IF NOT EXISTS"),
            severity=Severity.NOTICE,
        )


def _repeats(case: Case, node: pb.AlterTableStmt, command: pb.AlterTableCmd) -> bool:
    table = of_range(node.relation)
    if command.subtype in {pb.AT_AddColumn, pb.AT_DropColumn, pb.AT_DropConstraint}:
        if command.subtype == pb.AT_DropConstraint:
            case.context.told.add(f"dropped {table.shown} {command.name}")
        return bool(command.missing_ok)
    if command.subtype == pb.AT_AddConstraint:
        name = getattr(command, "def").constraint.conname
        dropped = f"dropped {table.shown} {name}"
        if dropped in case.context.told:
            case.context.told.discard(dropped)
            return True
        return False
    return True
