"""The database in the instance, and the user that owns the service's connections."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from generators.language import _
from wizards.cloud.port import Cloud
from wizards.plan import Action, FieldDiff
from wizards.redaction import hide
from wizards.setup.resource import AS_WANTED, Made, Resource, Seen, new
from wizards.setup.secret import APPLIED
from wizards.setup.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlDatabaseResource(Resource):
    """One database; one that exists is used as it is."""

    instance: str
    database: str

    kind: ClassVar[str] = "sql.database"
    api: ClassVar[str] = "sqladmin.googleapis.com"
    seconds: ClassVar[float] = 5.0

    @property
    def name(self) -> str:
        """Instance and database."""
        return f"{self.instance}/{self.database}"

    @property
    def why(self) -> str:
        """What it is for and what breaks without it."""
        return _("the service's tables live here, apart from the instance's own database")

    @property
    def turn(self) -> str:
        """The instance: Google takes one operation on it at a time."""
        return f"sql.instance:{self.instance}"

    def look(self, cloud: Cloud) -> Seen:
        """Read the instance's databases."""
        found = cloud.sql_databases(self.project, self.instance)
        return AS_WANTED if self.database in found else self.absent()

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        return new({"name": self.database})

    def make(self, work: Work, seen: Seen) -> None:  # noqa: ARG002
        """Create the database."""
        work.finish(work.cloud.start_sql_database(self.project, self.instance, self.database))

    def remove(self, work: Work, made: Made) -> None:
        """Back the instance up, then drop the database; an instance that goes takes it along."""
        if not made.created or work.cloud.sql_instance(self.project, self.instance) is None:
            return
        if self.database in work.cloud.sql_databases(self.project, self.instance):
            work.says(_("backing the instance up first"))
            backup = f"tarmac undo: before {self.database} was dropped"
            work.finish(work.cloud.start_sql_backup(self.project, self.instance, backup))
            drop = work.cloud.start_sql_database_deletion
            work.finish(drop(self.project, self.instance, self.database))

    def undo_command(self, made: Made) -> str:  # noqa: ARG002
        """Return what a person would type to take it back."""
        where = f"--instance={self.instance} --project={self.project}"
        return (
            f"gcloud sql backups create {where}\n"
            f"gcloud sql databases delete {self.database} {where}"
        )

    def loses(self) -> str:
        """Return what goes with it."""
        return _("every table in it; the instance is backed up first")

    @property
    def inside(self) -> str:
        """The instance, which takes it along."""
        return f"sql.instance:{self.instance}"

    def command(self, seen: Seen) -> str:  # noqa: ARG002
        """Return what a person would type for the same."""
        return (
            f"gcloud sql databases create {self.database} --instance={self.instance} "
            f"--project={self.project}"
        )

    def permissions(self, seen: Seen) -> tuple[str, ...]:  # noqa: ARG002
        """Return the permissions on the project that making it takes."""
        return ("cloudsql.databases.create",)


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlUserResource(Resource):
    """One user whose password is a secret's newest version.

    Google cannot show a password, so the secret's annotation ``tarmac-applied`` says which version
    the user has. A secret without it is somebody else's, and then an existing user stays as it is.
    """

    instance: str
    user: str
    secret: str
    variable: str
    purpose: str = ""
    """What it is for, where that is not the service."""

    kind: ClassVar[str] = "sql.user"
    api: ClassVar[str] = "sqladmin.googleapis.com"
    seconds: ClassVar[float] = 4.0

    @property
    def name(self) -> str:
        """Instance and user."""
        return f"{self.instance}/{self.user}"

    @property
    def why(self) -> str:
        """What it is for and what breaks without it."""
        return _("{purpose}; its password stands in {where} only").format(
            purpose=self.purpose or _("the service connects as this user"), where=self.secret
        )

    @property
    def turn(self) -> str:
        """The instance: Google takes one operation on it at a time."""
        return f"sql.instance:{self.instance}"

    def look(self, cloud: Cloud) -> Seen:
        """Read the users, and which version of the secret is in use."""
        if self.user not in cloud.sql_users(self.project, self.instance):
            return self.absent()
        found = cloud.secret(self.project, self.secret)
        if found is None:
            return self._password("0", _("a new one"))
        if APPLIED not in found.annotations:
            return AS_WANTED
        newest = self._newest(cloud)
        applied = found.annotations[APPLIED]
        if newest == applied != "0":
            return AS_WANTED
        return self._password(applied, _("version {number}").format(number=newest))

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        return new({"name": self.user, "password": _("from secret {id}").format(id=self.secret)})

    def _password(self, applied: str, after: str) -> Seen:
        before = _("version {number}").format(number=applied) if applied != "0" else None
        return Seen(
            action=Action.UPDATE,
            diff=(FieldDiff("password", before, after),),
            breaks=_("connections with the old password are refused from then on"),
        )

    def _newest(self, cloud: Cloud) -> str:
        versions = cloud.secret_versions(self.project, self.secret)
        return next((str(part.number) for part in versions if part.state == "ENABLED"), "0")

    def make(self, work: Work, seen: Seen) -> None:
        """Create the user or change the password, then note which version it has."""
        newest = self._newest(work.cloud)
        password = work.cloud.secret_value(self.project, self.secret, newest)
        hide(password)
        start = (
            work.cloud.start_sql_user
            if seen.action is Action.CREATE
            else work.cloud.start_sql_password
        )
        work.finish(start(self.project, self.instance, self.user, password))
        found = work.cloud.secret(self.project, self.secret)
        if found is not None and APPLIED in found.annotations:
            annotations = {**found.annotations, APPLIED: newest}
            work.cloud.mark_secret(self.project, replace(found, annotations=annotations))

    def remove(self, work: Work, made: Made) -> None:
        """Drop the user that Tarmac created; a changed password cannot be brought back."""
        if not made.created or work.cloud.sql_instance(self.project, self.instance) is None:
            return
        if self.user in work.cloud.sql_users(self.project, self.instance):
            drop = work.cloud.start_sql_user_deletion
            work.finish(drop(self.project, self.instance, self.user))

    def undo_command(self, made: Made) -> str:  # noqa: ARG002
        """Return what a person would type to take it back."""
        where = f"--instance={self.instance} --project={self.project}"
        return f"gcloud sql users delete {self.user} {where}"

    def standing(self, cloud: Cloud, made: Made) -> tuple[FieldDiff, ...]:  # noqa: ARG002
        """Return nothing: Google never shows the password that was there before."""
        return ()

    @property
    def inside(self) -> str:
        """The instance, which takes it along."""
        return f"sql.instance:{self.instance}"

    @property
    def stays_with(self) -> tuple[str, ...]:
        """The databases in which it owns tables."""
        return tuple(need for need in self.needs if need.startswith("sql.database:"))

    def command(self, seen: Seen) -> str:
        """Return what a person would type for the same, the password by reference."""
        verb = "set-password" if seen.action is Action.UPDATE else "create"
        return (
            f"gcloud sql users {verb} {self.user} --instance={self.instance} "
            f"--prompt-for-password --project={self.project}"
            f"  # gcloud secrets versions access latest --secret={self.secret}"
        )

    def permissions(self, seen: Seen) -> tuple[str, ...]:
        """Return the permissions on the project that making it takes."""
        verb = "update" if seen.action is Action.UPDATE else "create"
        return (f"cloudsql.users.{verb}", "secretmanager.versions.access")
