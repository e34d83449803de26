"""A database user that is a service account and logs in without any password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from generators.language import _
from wizards.cloud.port import Cloud
from wizards.setup.resource import AS_WANTED, Made, Resource, Seen, new
from wizards.setup.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlIamUserResource(Resource):
    """One service account as a user of an instance; its rights on tables are given in SQL."""

    instance: str
    email: str

    kind: ClassVar[str] = "sql.iam_user"
    api: ClassVar[str] = "sqladmin.googleapis.com"
    seconds: ClassVar[float] = 4.0

    @property
    def user(self) -> str:
        """The name in PostgreSQL, which may not end in .gserviceaccount.com."""
        return self.email.removesuffix(".gserviceaccount.com")

    @property
    def name(self) -> str:
        """Instance and user."""
        return f"{self.instance}/{self.user}"

    @property
    def why(self) -> str:
        """What it is for and what breaks without it."""
        return _("{account} logs in to the database without a password").format(account=self.email)

    @property
    def turn(self) -> str:
        """The instance: Google takes one operation on it at a time."""
        return f"sql.instance:{self.instance}"

    def look(self, cloud: Cloud) -> Seen:
        """Read the users."""
        known = self.user in cloud.sql_users(self.project, self.instance)
        return AS_WANTED if known else self.absent()

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        return new({"name": self.user, "type": "CLOUD_IAM_SERVICE_ACCOUNT"})

    def make(self, work: Work, seen: Seen) -> None:  # noqa: ARG002
        """Create the user."""
        work.finish(work.cloud.start_sql_iam_user(self.project, self.instance, self.user))

    def remove(self, work: Work, made: Made) -> None:
        """Drop the user that was made here."""
        if not made.created or work.cloud.sql_instance(self.project, self.instance) is None:
            return
        if self.user in work.cloud.sql_users(self.project, self.instance):
            drop = work.cloud.start_sql_user_deletion
            work.finish(drop(self.project, self.instance, self.user))

    def command(self, seen: Seen) -> str:  # noqa: ARG002
        """Return what a person would type for the same."""
        return (
            f"gcloud sql users create {self.user} {self._where()} --type=cloud_iam_service_account"
        )

    def undo_command(self, made: Made) -> str:  # noqa: ARG002
        """Return what a person would type to take it back."""
        return f"gcloud sql users delete {self.user} {self._where()} --quiet"

    def _where(self) -> str:
        return f"--instance={self.instance} --project={self.project}"

    @property
    def inside(self) -> str:
        """The instance, which takes it along."""
        return f"sql.instance:{self.instance}"

    def permissions(self, seen: Seen) -> tuple[str, ...]:  # noqa: ARG002
        """Return the permissions on the project that making it takes."""
        return ("cloudsql.users.create",)
