"""Whether statements take data away for good, by reading the SQL; what is unclear counts."""

from __future__ import annotations

from collections.abc import Iterable

from wizards.migrate.model import Statement

_LOSING_RULES = frozenset(
    {
        "drop-column",
        "drop-table",
        "drop-schema",
        "drop-database",
        "drop-cascade",
        "truncate",
        "truncate-cascade",
    }
)


def drops_data(statements: Iterable[Statement]) -> bool:
    """Return whether any statement drops tables, columns or rows."""
    return any(_drops(statement) for statement in statements)


def _drops(statement: Statement) -> bool:
    if any(finding.rule in _LOSING_RULES for finding in statement.findings):
        return True
    first = statement.sql.lstrip().split(None, 1)
    return bool(first) and first[0].upper() in {"DELETE", "TRUNCATE", "MERGE"}
