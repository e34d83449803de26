"""What a screen shows of a target on Cloud SQL: its backups of ours and clones left behind."""

from __future__ import annotations

from dataclasses import dataclass

from wizards.migrate.cloudsql.left import Clone
from wizards.migrate.cloudsql.listed import Listed


@dataclass(frozen=True, slots=True)
class CloudSide:
    """The backups that sessions made, the clones that nobody deleted yet, what one costs.

    ``usd_hour`` is 0 where nobody knows.
    """

    listed: Listed
    clones: tuple[Clone, ...]
    usd_hour: float = 0.0
