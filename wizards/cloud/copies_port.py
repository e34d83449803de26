"""The part of the port that copies whole Cloud SQL instances and puts copies in their place."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from wizards.cloud.things import OperationName, SqlInstance


class Copies(Protocol):
    """Clones and restores; ``start_*`` returns an operation to wait for."""

    def start_sql_clone(
        self, project: str, instance: str, name: str, moment: datetime | None = None
    ) -> OperationName:
        """Make an instance ``name`` of what another holds, or held at a moment (its log allows).

        Google copies settings, databases, users and passwords; it takes minutes.
        """
        ...

    def start_sql_clone_release(self, project: str, clone: SqlInstance) -> OperationName:
        """Let a clone go with all it holds: no protection, no backups that outlive it."""
        ...

    def start_sql_restore(self, project: str, instance: str, backup: str) -> OperationName:
        """Put a backup run in the place of everything the instance holds, every database."""
        ...

    def start_sql_backup_deletion(self, project: str, instance: str, backup: str) -> OperationName:
        """Delete one backup run by its number."""
        ...
