"""Triggers, policies, row security, owners, rules: who may and what runs beside."""

from __future__ import annotations

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import AX, Lock
from wizards.migrate.review.names import Name, of_range

SRX = Lock.SHARE_ROW_EXCLUSIVE
_DISABLED = frozenset({pb.AT_DisableTrig, pb.AT_DisableTrigAll, pb.AT_DisableTrigUser})


def switch_trigger(case: Case, table: Name, command: pb.AlterTableCmd) -> None:
    """Judge ENABLE and DISABLE TRIGGER."""
    disabled = command.subtype in _DISABLED
    case.find(
        "disable-trigger",
        _("blocks writes to {table}; until enabled again, what triggers check is not").format(
            table=table.shown
        )
        if disabled
        else _("blocks writes to {table} for a moment").format(table=table.shown),
        on=(table,),
        lock=SRX,
        severity=None if disabled else Severity.NOTICE,
    )


def create_trigger(case: Case, node: pb.CreateTrigStmt) -> None:
    """Judge CREATE TRIGGER."""
    table = of_range(node.relation)
    case.find(
        "create-trigger",
        _("blocks writes to {table} for a moment, then runs for every write").format(
            table=table.shown
        ),
        on=(table,),
        lock=SRX,
    )


def create_rule(case: Case, node: pb.RuleStmt) -> None:
    """Judge CREATE RULE: statements on the table do something else from then on."""
    table = of_range(node.relation)
    case.find(
        "create-trigger",
        _("blocks reads and writes of {table} for a moment, then rewrites statements on it").format(
            table=table.shown
        ),
        on=(table,),
        lock=AX,
    )


def row_security(case: Case, table: Name, command: pb.AlterTableCmd) -> None:
    """Judge ENABLE, DISABLE and FORCE ROW LEVEL SECURITY."""
    on = command.subtype in {pb.AT_EnableRowSecurity, pb.AT_ForceRowSecurity}
    case.find(
        "row-security",
        _("without a policy that lets them, users see no row of {table}").format(table=table.shown)
        if on
        else _("policies no longer limit who sees rows of {table}").format(table=table.shown),
        on=(table,),
        lock=AX,
    )


def create_policy(case: Case, node: pb.CreatePolicyStmt | pb.AlterPolicyStmt) -> None:
    """Judge CREATE and ALTER POLICY."""
    table = of_range(node.table)
    case.find(
        "row-security",
        _("changes who sees which rows of {table}; blocks it for a moment").format(
            table=table.shown
        ),
        on=(table,),
        lock=AX,
    )


def owner(case: Case, table: Name, command: pb.AlterTableCmd) -> None:
    """Judge OWNER TO."""
    case.find(
        "change-owner",
        _("{role} owns {table} from then on; the former owner loses its rights").format(
            role=command.newowner.rolename or _("another role"), table=table.shown
        ),
        on=(table,),
        lock=AX,
    )


def replica_identity(case: Case, table: Name, command: pb.AlterTableCmd) -> None:
    """Judge REPLICA IDENTITY."""
    identity = getattr(command, "def").replica_identity_stmt.identity_type
    message = {
        "f": _("FULL writes every old row of {table} to the log: heavy, and slow to replicate"),
        "n": _("NOTHING makes replicated updates and deletes of {table} fail"),
    }.get(identity, _("subscribers must know {table} by the same columns"))
    case.find("replica-identity", message.format(table=table.shown), on=(table,), lock=AX)
