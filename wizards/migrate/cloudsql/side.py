"""What a screen shows of a target on Cloud SQL: its backups of ours and clones left behind."""

from __future__ import annotations

from dataclasses import dataclass

from wizards.migrate.cloudsql.left import Clone
from wizards.migrate.cloudsql.listed import Listed


@dataclass(frozen=True, slots=True)
class CloudSide:
    """The backups that sessions made, and the clones that nobody deleted yet."""

    listed: Listed
    clones: tuple[Clone, ...]
