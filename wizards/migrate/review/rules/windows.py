"""What one transaction does to several statements: locks held while others work."""

from __future__ import annotations

from itertools import islice

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review import fixes
from wizards.migrate.review.case import Case
from wizards.migrate.review.context import Held
from wizards.migrate.review.locks import AX, Lock
from wizards.migrate.review.names import Name
from wizards.migrate.review.rules.data import VERSION_TABLES

_ROWS = frozenset({"update_stmt", "delete_stmt", "merge_stmt", "copy_stmt", "create_table_as_stmt"})
_MOST_SHOWN = 5
_READS = frozenset({"select_stmt", "insert_stmt", "refresh_mat_view_stmt"})


def follow(case: Case) -> None:
    """Judge the statement against the locks its transaction already holds; then add its own."""
    context = case.context
    if not context.transaction:
        return
    blocked = context.blocked
    if blocked:
        _work_while_blocked(case, blocked)
        _wide(case, blocked)
    for table, lock in case.locks.items():
        held = context.held.get(table)
        if held is None or lock > held.lock:
            context.held[table] = Held(lock, case.index)
            if lock is AX and table not in context.new and table not in case.inherited:
                context.blocked[table] = context.held[table]


def _work_while_blocked(case: Case, blocked: dict[Name, Held]) -> None:
    kind = case.parsed.kind
    touched = [table for table in case.locks if table.name not in VERSION_TABLES]
    if not touched:
        return
    old = [table for table in touched if table not in case.context.new]
    slow = kind in _ROWS or any(table in case.scans for table in old)
    if not slow and kind not in _READS:
        return
    if kind == "create_stmt" or (kind not in _ROWS | _READS and not old):
        return
    first = next(iter(blocked))
    shown = list(islice(blocked, _MOST_SHOWN))
    blocks_anyway = len(blocked) <= len(case.locks) and all(
        case.locks.get(table) is AX for table in blocked
    )
    case.find(
        "stmt-after-access-exclusive",
        _(
            "{table} stays blocked for reads and writes while this runs (since statement {n})"
        ).format(table=", ".join(table.shown for table in shown), n=blocked[first].statement + 1),
        on=shown,
        lock=AX,
        severity=Severity.NOTICE
        if blocks_anyway
        else Severity.DANGER
        if slow
        else Severity.CAUTION,
        fix=f"COMMIT;\n{fixes.ended(case.parsed.sql)}",
    )


def _wide(case: Case, blocked: dict[Name, Held]) -> None:
    context = case.context
    mine = [
        table
        for table, lock in case.locks.items()
        if lock is AX
        and table not in context.new
        and table not in context.held
        and table not in case.inherited
    ]
    if not mine or context.wide_reported or case.parsed.kind in _READS:
        return
    context.wide_reported = True
    tables = (*islice(blocked, _MOST_SHOWN), *mine)
    case.find(
        "wide-lock-window",
        _("one transaction blocks {tables} together: wider, and open to deadlock").format(
            tables=", ".join(table.shown for table in tables)
        ),
        on=tables,
        lock=Lock.ACCESS_EXCLUSIVE,
        fix=f"COMMIT;\n{fixes.ended(case.parsed.sql)}",
    )
