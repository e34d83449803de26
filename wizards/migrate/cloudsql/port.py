"""The narrow port to Cloud SQL: all that migrations ask of it (``wizards.cloud`` fulfils it)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from wizards.cancel import Cancel
from wizards.cloud.things import Operation, OperationName, SqlBackup, SqlInstance


class CloudSqlPort(Protocol):
    """Methods as in :mod:`wizards.cloud.port`; they block and raise ``CloudFailure``."""

    @property
    def world(self) -> str:
        """Which cloud this is: "google", or "sandbox:" and its state folder."""
        ...

    def until(self, cancel: Cancel, says: Callable[[str], None]) -> CloudSqlPort:
        """Return this port bound to a cancel: waits raise Cancelled, retries are told."""
        ...

    def pause(self, seconds: float) -> None:
        """Wait so many of the cloud's seconds."""
        ...

    def operation(self, name: OperationName) -> Operation:
        """Look once; raises the operation's own failure when it failed."""
        ...

    def sql_instance(self, project: str, instance: str) -> SqlInstance | None:
        """Return an instance, None when it is not there."""
        ...

    def sql_operations(self, project: str, instance: str) -> list[Operation]:
        """Return the operations of an instance that still run, newest first."""
        ...

    def sql_databases(self, project: str, instance: str) -> frozenset[str]:
        """Return the names of an instance's databases."""
        ...

    def sql_backups(self, project: str, instance: str) -> list[SqlBackup]:
        """Return the latest backup runs, newest first."""
        ...

    def start_sql_backup(self, project: str, instance: str, description: str) -> OperationName:
        """Back an instance up now."""
        ...

    def start_sql_backup_deletion(self, project: str, instance: str, backup: str) -> OperationName:
        """Delete one backup run."""
        ...

    def start_sql_clone(
        self, project: str, instance: str, name: str, moment: datetime | None = None
    ) -> OperationName:
        """Make an instance of what another holds, or held at a moment."""
        ...

    def start_sql_clone_release(self, project: str, clone: SqlInstance) -> OperationName:
        """Let a clone go with all it holds once it is deleted."""
        ...

    def start_sql_deletion(self, project: str, instance: str, backup_days: int) -> OperationName:
        """Delete an instance; with 0 days without a final backup."""
        ...

    def start_sql_restore(self, project: str, instance: str, backup: str) -> OperationName:
        """Put a backup run in the place of everything the instance holds."""
        ...

    def close(self) -> None:
        """Close every session."""
        ...
