"""ALTER COLUMN … SET NOT NULL and DROP NOT NULL."""

from __future__ import annotations

from generators.language import _
from wizards.migrate.review import fixes
from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import AX
from wizards.migrate.review.names import Name


def set_not_null(case: Case, table: Name, command: pb.AlterTableCmd) -> None:
    """Judge SET NOT NULL: it reads every row unless a valid CHECK already proves it."""
    scan_for_nulls(case, table, command.name)


def scan_for_nulls(case: Case, table: Name, column: str) -> None:
    """Report the scan that proves a column has no NULL, where one is needed."""
    context = case.context
    if is_proved(case, table, column):
        case.touch(table, AX)
        context.not_null.add((table, column))
        return
    context.not_null.add((table, column))
    case.find(
        "set-not-null",
        _("blocks reads and writes of {table} while every row is read for NULLs").format(
            table=table.shown
        ),
        on=(table,),
        lock=AX,
        scans=True,
        fix=fixes.set_not_null(table, column, context.postgres),
    )


def is_proved(case: Case, table: Name, column: str) -> bool:
    """Whether PostgreSQL can skip the scan: already NOT NULL, or a valid CHECK says so (12+)."""
    context = case.context
    live = context.table(table)
    known = live.columns.get(column) if live else None
    if (table, column) in context.not_null or (known and known.not_null):
        return (table, column) not in context.nullable
    if context.postgres < 12:
        return False
    if (table, column) in context.proved:
        return True
    if live is not None:
        validated = context.validated.get(table, set())
        return any(
            column in one.proves
            and (one.valid or one.name in validated)
            and (table, one.name) not in context.dropped_constraints
            for one in live.constraints.values()
        )
    return any(column in name for name in context.validated.get(table, ()))


def drop_not_null(case: Case, table: Name, command: pb.AlterTableCmd) -> None:
    """Judge DROP NOT NULL: brief, but readers may meet NULLs they never expected."""
    case.context.not_null.discard((table, command.name))
    case.context.nullable.add((table, command.name))
    case.find(
        "drop-not-null",
        _("{column} of {table} may now be NULL: code that reads it must expect that").format(
            column=command.name, table=table.shown
        ),
        on=(table,),
        lock=AX,
    )
