"""Copies of whole Cloud SQL instances: clones, and backups put back over an instance."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wizards.cloud.calls import ONCE, Calls
from wizards.cloud.retrying import Effect
from wizards.cloud.things import OperationName, SqlInstance


class CopyCalls(Calls):
    """The part of the port that is :class:`wizards.cloud.copies_port.Copies`."""

    def start_sql_clone(
        self, project: str, instance: str, name: str, moment: datetime | None = None
    ) -> OperationName:
        """Make an instance of what another holds, or held at a moment."""
        context: dict[str, Any] = {"destination_instance_name": name}
        if moment is not None:
            context["point_in_time"] = moment
        return self._copy(
            "SqlInstancesService",
            "clone",
            "start_sql_clone",
            project=project,
            instance=instance,
            body={"clone_context": context},
        )

    def start_sql_clone_release(self, project: str, clone: SqlInstance) -> OperationName:
        """Switch off what would keep a clone, or backups of it, once it is deleted."""
        settings = {
            "settings_version": clone.settings_version,
            "deletion_protection_enabled": False,
            "retain_backups_on_delete": False,
        }
        return self._copy(
            "SqlInstancesService",
            "patch",
            "start_sql_clone_release",
            project=project,
            instance=clone.name,
            body={"settings": settings},
        )

    def start_sql_restore(self, project: str, instance: str, backup: str) -> OperationName:
        """Put a backup run in the place of everything the instance holds."""
        context = {"backup_run_id": int(backup), "instance_id": instance, "project": project}
        return self._copy(
            "SqlInstancesService",
            "restore_backup",
            "start_sql_restore",
            project=project,
            instance=instance,
            body={"restore_backup_context": context},
        )

    def start_sql_backup_deletion(self, project: str, instance: str, backup: str) -> OperationName:
        """Delete one backup run."""
        return self._copy(
            "SqlBackupRunsService",
            "delete",
            "start_sql_backup_deletion",
            project=project,
            instance=instance,
            id=int(backup),
        )

    def _copy(self, service: str, method: str, call: str, **request: Any) -> OperationName:
        client = self._clients.sql(service)
        started = self._write(
            call, lambda: getattr(client, method)(request=request, **ONCE), Effect.ADDS
        )
        return OperationName(service="sqladmin", project=request["project"], name=started.name)
