"""Where a doubt arises: the statement, and what the plan has made true until then."""

from __future__ import annotations

from typing import NamedTuple

from wizards.migrate.review.checks.doubt import Doubt, Kind
from wizards.migrate.review.checks.state import State
from wizards.migrate.review.names import Name
from wizards.migrate.review.sql import Parsed


class At(NamedTuple):
    """The statement being doubted and what is known when it runs."""

    statement: int
    parsed: Parsed
    state: State

    def doubt(self, table: Name, kind: Kind, message: str, **more: object) -> Doubt:
        """Make a doubt about this statement."""
        return Doubt(
            statement=self.statement,
            parsed=self.parsed,
            table=table,
            kind=kind,
            message=message,
            **more,  # type: ignore[arg-type]
        )
