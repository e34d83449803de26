"""A doubt: why a statement may fail on today's data, and the SQL that settles it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from wizards.migrate.review.names import Name
from wizards.migrate.review.sql import Parsed


class Kind(Enum):
    """How a doubt is settled."""

    ROWS = "rows"  # `failing` is a condition on the rows of the table
    DUPLICATES = "duplicates"  # `failing` restricts the rows; `columns` must be unique
    ANY_ROW = "any row"  # one row is enough to fail
    TRIES = "tries"  # `failing` is an expression that raises for a bad row
    CASTS = "casts"  # `failing` is "old\ttype": is there an automatic cast?
    ANSWER = "answer"  # `failing` is a query; its rows, if any, are why it fails
    CERTAIN = "certain"  # fails whatever the rows are
    UNCHECKED = "unchecked"  # depends on what an earlier statement of the plan does


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One question; ``message`` may name {failing}, {rows}, {table}, {groups} and {answer}."""

    statement: int
    parsed: Parsed
    table: Name
    kind: Kind
    message: str
    failing: str = ""
    columns: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    fix: str | None = None
