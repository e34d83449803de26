"""Cloud SQL over REST: instances, databases, users; every write is an operation."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from wizards.cloud.calls import ONCE, Calls, name_of
from wizards.cloud.sql_settings import change_document, new_settings, settings_of
from wizards.cloud.things import (
    Operation,
    OperationName,
    SqlBackup,
    SqlInstance,
    SqlSettings,
    SqlTier,
)

if TYPE_CHECKING:
    from google.cloud import sqladmin_v1

SERVICE = "sqladmin"
_REMEMBERED = 100
"""The latest operations that are looked through for a deletion."""
_BACKUPS = 100
"""The latest backup runs that are listed."""


class SqlCalls(Calls):
    """The part of the port that is :class:`wizards.cloud.port.Sql`."""

    def _list(self, service: str, call: str, **request: str | int) -> Any:
        client = self._clients.sql(service)
        return self._read(call, lambda: client.list(request=request, **ONCE))

    def _start(self, service: str, method: str, call: str, **request: Any) -> OperationName:
        client = self._clients.sql(service)
        started = self._write(call, lambda: getattr(client, method)(request=request, **ONCE))
        return OperationName(service=SERVICE, project=request["project"], name=started.name)

    def sql_instance(self, project: str, instance: str) -> SqlInstance | None:
        """Return an instance."""
        client = self._clients.sql("SqlInstancesService")
        request = {"project": project, "instance": instance}
        found = self._find("sql_instance", lambda: client.get(request=request, **ONCE))
        return None if found is None else instance_of(found)

    def start_sql_instance(
        self, project: str, instance: str, settings: SqlSettings
    ) -> OperationName:
        """Create an instance with the settings and everything Tarmac always sets."""
        body = {
            "name": instance,
            "region": settings.region,
            "database_version": settings.version,
            "settings": new_settings(settings),
        }
        return self._start(
            "SqlInstancesService", "insert", "start_sql_instance", project=project, body=body
        )

    def start_sql_change(
        self, project: str, before: SqlInstance, wanted: SqlSettings
    ) -> OperationName:
        """Change only the fields that differ."""
        path = f"v1/projects/{project}/instances/{before.name}"
        body = change_document(before, wanted)
        started = self._write(
            "start_sql_change", lambda: self._clients.plain(SERVICE).patch(path, body)
        )
        return OperationName(service=SERVICE, project=project, name=str(started["name"]))

    def sql_operations(self, project: str, instance: str) -> list[Operation]:
        """Return the operations of an instance that still run, newest first."""
        found = self._list(
            "SqlOperationsService", "sql_operations", project=project, instance=instance
        )
        return [
            Operation(
                name=OperationName(service=SERVICE, project=project, name=part.name),
                done=False,
                kind=name_of(part.operation_type),
            )
            for part in found
            if name_of(part.status) != "DONE"
        ]

    def sql_deletion(self, project: str, instance: str) -> datetime | None:
        """Return when an instance of this name was deleted last, as far as Google remembers."""
        found = self._list(
            "SqlOperationsService", "sql_operations", project=project, max_results=_REMEMBERED
        )
        ended = [
            part.end_time
            for part in islice(found, _REMEMBERED)
            if part.target_id == instance
            and name_of(part.operation_type) == "DELETE"
            and name_of(part.status) == "DONE"
        ]
        return max(ended, default=None)

    def sql_databases(self, project: str, instance: str) -> frozenset[str]:
        """Return the names of an instance's databases."""
        found = self._list(
            "SqlDatabasesService", "sql_databases", project=project, instance=instance
        )
        return frozenset(part.name for part in found.items)

    def start_sql_database(self, project: str, instance: str, database: str) -> OperationName:
        """Create a database."""
        return self._start(
            "SqlDatabasesService",
            "insert",
            "start_sql_database",
            project=project,
            instance=instance,
            body={"name": database, "project": project, "instance": instance},
        )

    def sql_users(self, project: str, instance: str) -> frozenset[str]:
        """Return the names of an instance's users."""
        found = self._list("SqlUsersService", "sql_users", project=project, instance=instance)
        return frozenset(part.name for part in found.items)

    def start_sql_user(
        self, project: str, instance: str, user: str, password: str
    ) -> OperationName:
        """Create a user with a password."""
        return self._start(
            "SqlUsersService",
            "insert",
            "start_sql_user",
            project=project,
            instance=instance,
            body={"name": user, "password": password},
        )

    def start_sql_iam_user(self, project: str, instance: str, user: str) -> OperationName:
        """Create a user that is a service account, named without ".gserviceaccount.com"."""
        return self._start(
            "SqlUsersService",
            "insert",
            "start_sql_iam_user",
            project=project,
            instance=instance,
            body={"name": user, "type_": "CLOUD_IAM_SERVICE_ACCOUNT"},
        )

    def start_sql_password(
        self, project: str, instance: str, user: str, password: str
    ) -> OperationName:
        """Give a user another password."""
        return self._start(
            "SqlUsersService",
            "update",
            "start_sql_password",
            project=project,
            instance=instance,
            name=user,
            body={"name": user, "password": password},
        )

    def sql_tiers(self, project: str) -> list[SqlTier]:
        """Return the machine sizes a project may choose from."""
        found = self._list("SqlTiersService", "sql_tiers", project=project)
        return [
            SqlTier(name=part.tier, memory=part.RAM, regions=tuple(part.region))
            for part in found.items
        ]

    def sql_backups(self, project: str, instance: str) -> list[SqlBackup]:
        """Return the latest 100 backup runs, newest first."""
        found = self._list(
            "SqlBackupRunsService",
            "sql_backups",
            project=project,
            instance=instance,
            max_results=_BACKUPS,
        )
        return [
            SqlBackup(
                id=str(part.id),
                state=name_of(part.status),
                ended=part.end_time or None,
                kind=name_of(part.type_),
                description=part.description,
                started=part.enqueued_time or part.start_time or None,
            )
            for part in islice(found, _BACKUPS)
        ]


def instance_of(found: sqladmin_v1.DatabaseInstance) -> SqlInstance:
    """Return Google's instance as ours."""
    backup = found.settings.backup_configuration
    return SqlInstance(
        name=found.name,
        state=name_of(found.state),
        settings=settings_of(found),
        settings_version=found.settings.settings_version or 0,
        connection_name=found.connection_name,
        address=next((part.ip_address for part in found.ip_addresses), ""),
        created=found.create_time or None,
        backups=bool(backup.enabled),
        deletion_protected=bool(found.settings.deletion_protection_enabled),
        stopped=name_of(found.settings.activation_policy) == "NEVER",
    )
