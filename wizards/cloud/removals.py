"""Taking things away, through the clients that made them."""

from __future__ import annotations

from typing import Any

from wizards.cloud.calls import ONCE, Calls
from wizards.cloud.identities import email_of
from wizards.cloud.repositories import repository_name
from wizards.cloud.secrets import secret_name
from wizards.cloud.things import OperationName, Secret, SqlInstance


class RemovalCalls(Calls):
    """The part of the port that is :class:`wizards.cloud.removal_port.Removals`."""

    def start_project_deletion(self, project: str) -> OperationName:
        """Mark a project for deletion."""
        from google.cloud.resourcemanager_v3 import ProjectsClient

        client = self._clients.native("cloudresourcemanager", ProjectsClient)
        started = self._write(
            "start_project_deletion",
            lambda: client.delete_project(name=f"projects/{project}", **ONCE),
        )
        return OperationName(service="cloudresourcemanager", name=started.operation.name)

    def start_api_off(self, project: str, api: str, *, check_usage: bool) -> OperationName:
        """Disable one API; what depends on it must be disabled before."""
        from google.cloud.service_usage_v1 import DisableServiceRequest, ServiceUsageClient

        usage = DisableServiceRequest.CheckIfServiceHasUsage
        client = self._clients.native("serviceusage", ServiceUsageClient)
        request = DisableServiceRequest(
            name=f"projects/{project}/services/{api}",
            check_if_service_has_usage=usage.CHECK if check_usage else usage.SKIP,
        )
        started = self._write(
            "start_api_off", lambda: client.disable_service(request=request, **ONCE)
        )
        return OperationName(service="serviceusage", name=started.operation.name)

    def disable_service_account(self, project: str, account: str) -> None:
        """Take an identity out of use."""
        request = {"name": _account_name(project, account)}
        self._write(
            "disable_service_account",
            lambda: self._clients.iam().disable_service_account(request=request, **ONCE),
        )

    def delete_service_account(self, project: str, account: str) -> None:
        """Delete an identity."""
        request = {"name": _account_name(project, account)}
        self._write(
            "delete_service_account",
            lambda: self._clients.iam().delete_service_account(request=request, **ONCE),
        )

    def start_repository_deletion(
        self, project: str, region: str, repository: str
    ) -> OperationName:
        """Delete a repository with every image in it."""
        from google.cloud.artifactregistry_v1 import ArtifactRegistryClient

        client = self._clients.native("artifactregistry", ArtifactRegistryClient)
        name = repository_name(project, region, repository)
        started = self._write(
            "start_repository_deletion", lambda: client.delete_repository(name=name, **ONCE)
        )
        return OperationName(service="artifactregistry", name=started.operation.name)

    def delete_secret(self, project: str, secret: Secret) -> None:
        """Delete a secret with all its versions, unless it changed since it was read."""
        from google.cloud.secretmanager_v1 import SecretManagerServiceClient

        client = self._clients.native("secretmanager", SecretManagerServiceClient)
        request = {"name": secret_name(project, secret.id), "etag": secret.etag}
        self._write("delete_secret", lambda: client.delete_secret(request=request, **ONCE))

    def destroy_secret_version(self, project: str, secret: str, number: int) -> None:
        """Destroy one value for good."""
        from google.cloud.secretmanager_v1 import SecretManagerServiceClient

        client = self._clients.native("secretmanager", SecretManagerServiceClient)
        name = f"{secret_name(project, secret)}/versions/{number}"
        self._write(
            "destroy_secret_version",
            lambda: client.destroy_secret_version(request={"name": name}, **ONCE),
        )

    def start_sql_unprotection(self, project: str, before: SqlInstance) -> OperationName:
        """Switch the protection from deletion off."""
        settings = {
            "settings_version": before.settings_version,
            "deletion_protection_enabled": False,
        }
        return self._sql(
            "SqlInstancesService",
            "patch",
            "start_sql_unprotection",
            project=project,
            instance=before.name,
            body={"settings": settings},
        )

    def start_sql_deletion(self, project: str, instance: str, backup_days: int) -> OperationName:
        """Delete an instance, after a final backup unless it is to be kept for 0 days."""
        final: dict[str, Any] = {
            "enable_final_backup": True,
            "final_backup_ttl_days": backup_days,
            "final_backup_description": "tarmac undo",
        }
        return self._sql(
            "SqlInstancesService",
            "delete",
            "start_sql_deletion",
            project=project,
            instance=instance,
            **(final if backup_days else {}),
        )

    def start_sql_backup(self, project: str, instance: str, description: str) -> OperationName:
        """Back an instance up now."""
        return self._sql(
            "SqlBackupRunsService",
            "insert",
            "start_sql_backup",
            project=project,
            instance=instance,
            body={"instance": instance, "description": description},
        )

    def start_sql_database_deletion(
        self, project: str, instance: str, database: str
    ) -> OperationName:
        """Drop a database."""
        return self._sql(
            "SqlDatabasesService",
            "delete",
            "start_sql_database_deletion",
            project=project,
            instance=instance,
            database=database,
        )

    def start_sql_user_deletion(self, project: str, instance: str, user: str) -> OperationName:
        """Drop a user."""
        return self._sql(
            "SqlUsersService",
            "delete",
            "start_sql_user_deletion",
            project=project,
            instance=instance,
            name=user,
        )

    def _sql(self, service: str, method: str, call: str, **request: Any) -> OperationName:
        client = self._clients.sql(service)
        started = self._write(call, lambda: getattr(client, method)(request=request, **ONCE))
        return OperationName(service="sqladmin", project=request["project"], name=started.name)


def _account_name(project: str, account: str) -> str:
    return f"projects/{project}/serviceAccounts/{email_of(project, account)}"
