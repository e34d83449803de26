"""The one port to Google Cloud: everything Tarmac asks of it, in Tarmac's own words.

Every method blocks, has a time limit, retries what is retryable and raises
:class:`wizards.cloud.failing.CloudFailure`. Readers return None for what is not there. ``start_*``
methods return an operation to :meth:`Operations.wait` for; its name is worth a journal record
before the wait.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from wizards.cancel import Cancel
from wizards.cloud.build_port import Builds, Federation
from wizards.cloud.copies_port import Copies
from wizards.cloud.removal_port import Listings, Removals
from wizards.cloud.run_port import Jobs, Services
from wizards.cloud.storage_port import Storage
from wizards.cloud.things import (
    BillingAccount,
    BillingLink,
    ImageCleanup,
    Operation,
    OperationName,
    OrgPolicy,
    Policy,
    PolicyOf,
    Project,
    Repository,
    Secret,
    SecretVersion,
    ServiceAccount,
    SqlBackup,
    SqlInstance,
    SqlSettings,
    SqlTier,
)

Says = Callable[[str], None]


class Projects(Protocol):
    """Resource Manager."""

    def project(self, project: str) -> Project | None:
        """Return a project, or None when it is absent or hidden (Google does not tell which)."""
        ...

    def project_number(self, project: str) -> str:
        """Return a project's number as text, asked for once; "" while there is no project."""
        ...

    def projects(self) -> list[Project]:
        """Return the active projects that the credentials may see."""
        ...

    def start_project(
        self, project: str, *, name: str, parent: str, labels: Mapping[str, str]
    ) -> OperationName:
        """Create a project; 409 "project-taken" when the id is used by anybody in the world."""
        ...

    def allowed(self, of: PolicyOf, permissions: Sequence[str]) -> frozenset[str]:
        """Return which of the permissions the credentials have on a resource."""
        ...


class Billing(Protocol):
    """Cloud Billing."""

    def billing_accounts(self) -> list[BillingAccount]:
        """Return the billing accounts that the credentials may see."""
        ...

    def billing_allowed(self, account: str, permissions: Sequence[str]) -> frozenset[str]:
        """Return which of the permissions the credentials have on a billing account."""
        ...

    def billing_link(self, project: str) -> BillingLink:
        """Return which account pays for a project."""
        ...

    def link_billing(self, project: str, account: str) -> BillingLink:
        """Let an account pay for a project; "" means nobody."""
        ...


class Apis(Protocol):
    """Service Usage."""

    def enabled_apis(self, project: str, apis: Sequence[str]) -> frozenset[str]:
        """Return which of the APIs ("run.googleapis.com") are enabled."""
        ...

    def start_apis(self, project: str, apis: Sequence[str]) -> OperationName:
        """Enable at most 20 APIs in one operation."""
        ...


class Identities(Protocol):
    """Service accounts and IAM policies."""

    def service_account(self, project: str, account: str) -> ServiceAccount | None:
        """Return a service account by its short id."""
        ...

    def create_service_account(self, project: str, account: str, title: str) -> ServiceAccount:
        """Create a service account; no other caller knows it for some seconds."""
        ...

    def policy(self, of: PolicyOf) -> Policy:
        """Return the policy of a resource, version 3."""
        ...

    def set_policy(self, of: PolicyOf, policy: Policy) -> Policy:
        """Replace a policy; "policy-conflict" when somebody changed it since it was read."""
        ...


class Repositories(Protocol):
    """Artifact Registry."""

    def repository(self, project: str, region: str, repository: str) -> Repository | None:
        """Return a repository."""
        ...

    def start_repository(self, project: str, repository: Repository) -> OperationName:
        """Create a repository."""
        ...

    def label_repository(self, project: str, repository: Repository) -> None:
        """Write the labels of a repository and nothing else."""
        ...

    def clean_repository(
        self, project: str, region: str, repository: str, cleanup: ImageCleanup
    ) -> None:
        """Write our clean-up policies; those of other names stay."""
        ...


class Secrets(Protocol):
    """Secret Manager."""

    def secret(self, project: str, secret: str) -> Secret | None:
        """Return a secret without values."""
        ...

    def create_secret(self, project: str, secret: Secret) -> Secret:
        """Create an empty secret, replicated in its regions only."""
        ...

    def mark_secret(self, project: str, secret: Secret) -> Secret:
        """Write labels and annotations with the etag they were read with."""
        ...

    def secret_versions(self, project: str, secret: str) -> list[SecretVersion]:
        """Return the versions, newest first."""
        ...

    def add_secret_version(self, project: str, secret: str, value: str) -> SecretVersion:
        """Add a value; every call adds a version, so this is never repeated blindly."""
        ...

    def secret_value(self, project: str, secret: str, version: str = "latest") -> str:
        """Return a value; it must go nowhere but to whoever needs it."""
        ...


class Sql(Protocol):
    """Cloud SQL."""

    def sql_instance(self, project: str, instance: str) -> SqlInstance | None:
        """Return an instance."""
        ...

    def start_sql_instance(
        self, project: str, instance: str, settings: SqlSettings
    ) -> OperationName:
        """Create an instance with the settings and everything Tarmac always sets."""
        ...

    def start_sql_change(
        self, project: str, before: SqlInstance, wanted: SqlSettings
    ) -> OperationName:
        """Change only the fields that differ; "stale-data" when the instance changed since."""
        ...

    def sql_operations(self, project: str, instance: str) -> list[Operation]:
        """Return the operations of an instance that still run, newest first."""
        ...

    def sql_deletion(self, project: str, instance: str) -> datetime | None:
        """Return when an instance of this name was deleted last, as far as Google remembers."""
        ...

    def sql_databases(self, project: str, instance: str) -> frozenset[str]:
        """Return the names of an instance's databases."""
        ...

    def start_sql_database(self, project: str, instance: str, database: str) -> OperationName:
        """Create a database."""
        ...

    def sql_users(self, project: str, instance: str) -> frozenset[str]:
        """Return the names of an instance's users."""
        ...

    def start_sql_user(
        self, project: str, instance: str, user: str, password: str
    ) -> OperationName:
        """Create a user with a password."""
        ...

    def start_sql_iam_user(self, project: str, instance: str, user: str) -> OperationName:
        """Create a user that is a service account, named without ".gserviceaccount.com"."""
        ...

    def start_sql_password(
        self, project: str, instance: str, user: str, password: str
    ) -> OperationName:
        """Give a user another password."""
        ...

    def sql_tiers(self, project: str) -> list[SqlTier]:
        """Return the machine sizes a project may choose from."""
        ...

    def sql_backups(self, project: str, instance: str) -> list[SqlBackup]:
        """Return the latest backup runs, newest first."""
        ...


class OrgPolicies(Protocol):
    """Organization Policy."""

    def org_policy(self, scope: str, constraint: str) -> OrgPolicy:
        """Return what is in force for "projects/p", "folders/1" or "organizations/1"."""
        ...


class Operations(Protocol):
    """Long-running operations of every service, found by name."""

    def operation(self, name: OperationName) -> Operation:
        """Look once; raises the operation's own failure when it failed."""
        ...

    def wait(self, name: OperationName) -> None:
        """Wait until done, at most one look per 2 seconds (scaled)."""
        ...


class Cloud(
    Projects,
    Billing,
    Apis,
    Identities,
    Repositories,
    Secrets,
    Sql,
    Copies,
    Builds,
    Federation,
    OrgPolicies,
    Services,
    Jobs,
    Removals,
    Listings,
    Storage,
    Operations,
    Protocol,
):
    """All of it."""

    @property
    def calls(self) -> int:
        """How many requests were sent so far."""
        ...

    @property
    def writes(self) -> int:
        """How many writes were done since :meth:`until`, or may have been."""
        ...

    @property
    def world(self) -> str:
        """Which cloud this is: "google", or "sandbox:" and its state folder."""
        ...

    @property
    def speed(self) -> float:
        """How many of the cloud's seconds pass in one of ours; 1 with Google."""
        ...

    def until(self, cancel: Cancel, says: Says) -> Cloud:
        """Return this cloud bound to a cancel: waits raise Cancelled, retries are told."""
        ...

    def pause(self, seconds: float) -> None:
        """Wait scaled seconds; raises Cancelled when asked to stop."""
        ...

    def quota_project(self) -> str:
        """Return the project that requests of these credentials count against, "" for none."""
        ...

    def whoami(self) -> str:
        """Return whose credentials these are, as far as they say."""
        ...

    def close(self) -> None:
        """Close every session."""
        ...
