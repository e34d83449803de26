"""Rules about the database: what Cloud SQL refuses, and what a production database lacks."""

from __future__ import annotations

from dataclasses import replace

from generators.language import _
from wizards.blueprint import Blueprint, Database
from wizards.migrate.review.names import quoted
from wizards.plan import Check
from wizards.setup.prices import SHARED_CORE

_LOG_DAYS = {"ENTERPRISE": 7, "ENTERPRISE_PLUS": 35}
_SYSTEM_DATABASES = ("template0", "template1", "cloudsqladmin")
_SYSTEM_USERS = ("cloudsqladmin", "cloudsqlsuperuser", "cloudsqlreplica")
_ADMINISTRATOR = "postgres"


def edition(blueprint: Blueprint) -> Check | None:
    """ENTERPRISE_PLUS takes optimised machines only, ENTERPRISE all others only."""
    database = blueprint.database
    if database is None:
        return None
    plus = database.edition == "ENTERPRISE_PLUS"
    optimized = database.tier.startswith("db-perf-optimized")
    says = f"{database.tier} · {database.edition}"
    check = Check(
        id="edition",
        title=_("tier and edition"),
        level="ok",
        says=says,
        keys=("database.tier", "database.edition"),
    )
    if plus == optimized:
        return check
    other = "ENTERPRISE" if plus else "ENTERPRISE_PLUS"
    return replace(
        check,
        level="red",
        says=_("{what} do not go together").format(what=says),
        fix=f"tarmac init --set database.edition={other}",
    )


def standby_without_logs(blueprint: Blueprint) -> Check | None:
    """A standby copies a mistake as well; only the logs lead back to before it."""
    database = blueprint.database
    if database is None or not database.high_availability or database.point_in_time_recovery:
        return None
    return Check(
        id="standby",
        title=_("high availability without a way back"),
        level="warning",
        says=_(
            "a standby repeats every mistake at once; only point-in-time recovery leads back, and "
            "Google asks for both together"
        ),
        fix="tarmac init --set database.point_in_time_recovery=true",
        keys=("database.high_availability", "database.point_in_time_recovery"),
    )


def log_days(blueprint: Blueprint) -> Check | None:
    """Logs are kept 1 to 7 days (35 on ENTERPRISE_PLUS), and never longer than the backups."""
    database = blueprint.database
    if database is None or not database.point_in_time_recovery:
        return None
    most = _LOG_DAYS.get(database.edition, 7)
    check = Check(id="log-days", title=_("days of logs"), level="red", keys=("database.log_days",))
    if database.log_days > most:
        return replace(
            check,
            says=_("{edition} keeps logs for at most {most} days").format(
                edition=database.edition, most=most
            ),
            fix=f"tarmac init --set database.log_days={most}",
        )
    if database.log_days > database.backups:
        return replace(
            check,
            level="warning",
            says=_(
                "{days} days of logs, but only {backups} daily backups: a moment can only be "
                "restored from a backup before it"
            ).format(days=database.log_days, backups=database.backups),
            fix=f"tarmac init --set database.backups={database.log_days}",
            keys=("database.log_days", "database.backups"),
        )
    return None


def shared_core(blueprint: Blueprint) -> Check | None:
    """Shared-core machines are outside Google's service level agreement."""
    database = blueprint.database
    if database is None or database.tier not in SHARED_CORE or not _in_production(blueprint):
        return None
    return Check(
        id="shared-core",
        title=_("a shared machine in production"),
        level="warning",
        says=_(
            "{tier} shares its CPU and is outside Google's service level agreement; fine for "
            "trying out and small sites"
        ).format(tier=database.tier),
        fix="tarmac init --set database.tier=db-custom-1-3840",
        keys=("database.tier",),
    )


def unprotected(blueprint: Blueprint) -> Check | None:
    """A protected target whose instance one command deletes."""
    database = blueprint.database
    if database is None or database.deletion_protection or not _in_production(blueprint):
        return None
    return Check(
        id="deletion-protection",
        title=_("a production database that can be deleted"),
        level="warning",
        says=_("without deletion protection one command deletes instance and data"),
        fix="tarmac init --set database.deletion_protection=true",
        keys=("database.deletion_protection",),
    )


def system_names(blueprint: Blueprint) -> Check | None:
    """Names that PostgreSQL or Cloud SQL keep for themselves."""
    database = blueprint.database
    if database is None:
        return None
    taken = {
        "database.name": (database.name, _SYSTEM_DATABASES),
        "database.user": (database.user, _SYSTEM_USERS),
        "database.migration_user": (database.migration_user, _SYSTEM_USERS),
    }
    wrong = {key: name for key, (name, names) in taken.items() if name.lower() in names}
    if not wrong:
        return None
    return Check(
        id="system-names",
        title=_("names of the system"),
        level="red",
        says=_("Cloud SQL keeps these names for itself: {names}").format(
            names=", ".join(dict.fromkeys(wrong.values()))
        ),
        fix="tarmac init " + " ".join(f"--set {key}=app" for key in wrong),
        keys=tuple(wrong),
    )


def administrator(blueprint: Blueprint) -> Check | None:
    """A service that works as the instance's administrator."""
    database = blueprint.database
    if database is None or database.user != _ADMINISTRATOR:
        return None
    return Check(
        id="administrator",
        title=_("the administrator as the service's user"),
        level="warning",
        says=_("{user} may do everything in the instance; a user of its own loses less").format(
            user=_ADMINISTRATOR
        ),
        fix="tarmac init --set database.user=app",
        keys=("database.user",),
    )


def same_users(blueprint: Blueprint) -> Check | None:
    """A migration user that is the service's own user protects nothing."""
    database = blueprint.database
    if database is None or not database.migration_user:
        return None
    if database.migration_user != database.user and _apart(database):
        return None
    return Check(
        id="migration-user",
        title=_("a migration user of its own"),
        level="red",
        says=_("the service and its migrations would share one user or one password"),
        fix=f"tarmac init --set database.migration_user={database.user}_migrate",
        keys=("database.migration_user", "database.user"),
    )


def grants_inside(blueprint: Blueprint) -> Check | None:
    """What the service may do with the tables of a migration user: only what that one grants."""
    database = blueprint.database
    if database is None or not database.migrates_apart or not _apart(database):
        return None
    owner, user = quoted(database.migration_user), quoted(database.user)
    granted = {
        "TABLES": "SELECT, INSERT, UPDATE, DELETE",
        "SEQUENCES": "USAGE, SELECT",
    }
    return Check(
        id="grants-inside",
        title=_("rights inside the database"),
        level="ok",
        says=_(
            "tables belong to {owner}; before the first migration, let it say once in {database} "
            "that {user} may use them, for set-up writes nothing into a database"
        ).format(owner=database.migration_user, user=database.user, database=database.name),
        fix="\n".join(
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT {rights} ON {kind} TO {user};"
            for kind, rights in granted.items()
        ),
        keys=("database.migration_user",),
    )


def _apart(database: Database) -> bool:
    return database.migration_password_secret != database.password_secret


def _in_production(blueprint: Blueprint) -> bool:
    """Say whether a target that is kept in Cloud SQL is protected."""
    return any(one.cloud_sql and one.protected for one in blueprint.environments.values())


LINTS = (
    edition,
    standby_without_logs,
    log_days,
    shared_core,
    unprotected,
    system_names,
    administrator,
    same_users,
    grants_inside,
)
