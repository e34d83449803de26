"""The part of the port that takes things away, and that lists what is there before it does."""

from __future__ import annotations

from typing import Protocol

from wizards.cloud.things import OperationName, Repository, Secret, ServiceAccount, SqlInstance


class Removals(Protocol):
    """Deletions; ``start_*`` returns an operation to wait for. A 404 is raised as "absent"."""

    def start_project_deletion(self, project: str) -> OperationName:
        """Mark a project for deletion: everything in it stops, and can come back for 30 days."""
        ...

    def start_api_off(self, project: str, api: str, *, check_usage: bool) -> OperationName:
        """Disable one API; with ``check_usage`` "api-used" when anybody used it in 30 days."""
        ...

    def disable_service_account(self, project: str, account: str) -> None:
        """Take an identity out of use; it can be enabled again."""
        ...

    def delete_service_account(self, project: str, account: str) -> None:
        """Delete an identity by its short id."""
        ...

    def start_repository_deletion(
        self, project: str, region: str, repository: str
    ) -> OperationName:
        """Delete a repository with every image in it."""
        ...

    def delete_secret(self, project: str, secret: Secret) -> None:
        """Delete a secret with all its versions, unless it changed since it was read (etag)."""
        ...

    def destroy_secret_version(self, project: str, secret: str, number: int) -> None:
        """Destroy one value for good; the version stays as a number."""
        ...

    def start_sql_unprotection(self, project: str, before: SqlInstance) -> OperationName:
        """Switch the protection from deletion off."""
        ...

    def start_sql_deletion(self, project: str, instance: str, backup_days: int) -> OperationName:
        """Delete an instance after a final backup that is kept for so many days; 0 = without."""
        ...

    def start_sql_backup(self, project: str, instance: str, description: str) -> OperationName:
        """Back an instance up now."""
        ...

    def start_sql_database_deletion(
        self, project: str, instance: str, database: str
    ) -> OperationName:
        """Drop a database."""
        ...

    def start_sql_user_deletion(self, project: str, instance: str, user: str) -> OperationName:
        """Drop a user; "role-in-use" while it owns anything."""
        ...


class Listings(Protocol):
    """What a project holds, of the kinds that Tarmac makes."""

    def secrets(self, project: str) -> list[Secret]:
        """Return every secret, without values."""
        ...

    def sql_instances(self, project: str) -> list[SqlInstance]:
        """Return every Cloud SQL instance."""
        ...

    def repositories(self, project: str, region: str) -> list[Repository]:
        """Return the repositories of one region."""
        ...

    def has_images(self, project: str, region: str, repository: str) -> bool:
        """Say whether a repository holds any image."""
        ...

    def run_names(self, project: str) -> list[tuple[str, str, bool]]:
        """Return ("service" or "job", name, labelled by Tarmac) of everything on Cloud Run."""
        ...

    def build_triggers(self, project: str, region: str) -> list[str]:
        """Return the names of one region's build triggers."""
        ...

    def service_accounts(self, project: str) -> list[ServiceAccount]:
        """Return every service account of a project."""
        ...
