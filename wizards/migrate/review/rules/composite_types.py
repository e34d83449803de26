"""Composite types: their attributes are columns of tables OF the type, and parts of values."""

from __future__ import annotations

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import AX
from wizards.migrate.review.names import Name, of_range, of_words, words


def create(case: Case, node: pb.CompositeTypeStmt | pb.CreateRangeStmt) -> None:
    """A type of the plan may be changed by the plan."""
    if isinstance(node, pb.CompositeTypeStmt):
        case.context.new_types.add(of_range(node.typevar))
    else:
        case.context.new_types.add(of_words(words(node.type_name)))


def alter_attribute(case: Case, name: Name, command: pb.AlterTableCmd) -> None:
    """Judge ALTER TYPE … DROP ATTRIBUTE and ALTER ATTRIBUTE … TYPE."""
    if name in case.context.new_types:
        return
    attribute = f"{name.shown}.{command.name}"
    if command.subtype == pb.AT_DropColumn:
        case.find(
            "drop-column",
            _(
                "every value of {type} loses {column}; code of the last release still reads it"
            ).format(type=name.shown, column=attribute),
        )
    elif command.subtype == pb.AT_AlterColumnType:
        cascade = command.behavior == pb.DROP_CASCADE
        case.find(
            "alter-type",
            _("rewrites every table OF {type} while nobody can use it").format(type=name.shown)
            if cascade
            else _("fails where a column of a table is of type {type}").format(type=name.shown),
            lock=AX if cascade else None,
            rewrites=cascade,
            severity=None if cascade else Severity.CAUTION,
        )


def rename_attribute(case: Case, node: pb.RenameStmt) -> None:
    """Judge ALTER TYPE … RENAME ATTRIBUTE."""
    name = of_range(node.relation)
    if name in case.context.new_types:
        return
    case.find(
        "rename-column",
        _("running code still says {old}, and fails until it says {new}").format(
            old=f"{name.shown}.{node.subname}", new=node.newname
        ),
    )
