"""The database that a blueprint wants: an instance, one database in it, and its users."""

from __future__ import annotations

from collections.abc import Sequence

from generators.language import _
from wizards.blueprint import Blueprint, Database
from wizards.cloud.things import SqlSettings
from wizards.setup.account import AccountResource
from wizards.setup.naming import Names
from wizards.setup.resource import LABELS, Resource
from wizards.setup.secret import SecretResource
from wizards.setup.sql_comparing import decided_fields
from wizards.setup.sql_database import SqlDatabaseResource, SqlUserResource
from wizards.setup.sql_iam_user import SqlIamUserResource
from wizards.setup.sql_instance import SqlInstanceResource


def database_resources(
    blueprint: Blueprint,
    names: Names,
    secrets: Sequence[SecretResource],
    accounts: Sequence[AccountResource],
    ready: tuple[str, ...],
) -> list[Resource]:
    """Return the resources of the database; nothing where the blueprint has none."""
    wanted = blueprint.database
    if wanted is None:
        return []
    settings = sql_settings(wanted, names)
    instance = SqlInstanceResource(
        project=names.project,
        instance=wanted.instance,
        settings=settings,
        decided=decided_fields(settings, blueprint.named, iam_login=wanted.iam_login),
        needs=ready,
    )
    database = SqlDatabaseResource(
        project=names.project,
        instance=wanted.instance,
        database=wanted.name,
        needs=(instance.id,),
    )
    by_variable = {secret.variable: secret for secret in secrets}
    logins = {wanted.user: (by_variable[wanted.password_secret], "")}
    if wanted.migrates_apart:
        own = by_variable[wanted.migration_password_secret]
        logins[wanted.migration_user] = (own, _("migrations connect as this user"))
    users = [
        SqlUserResource(
            project=names.project,
            instance=wanted.instance,
            user=user,
            secret=secret.secret,
            variable=secret.variable,
            purpose=purpose,
            needs=(database.id, secret.id),
        )
        for user, (secret, purpose) in logins.items()
    ]
    return [instance, database, *users, *_without_password(wanted, names, accounts, instance.id)]


def sql_settings(wanted: Database, names: Names) -> SqlSettings:
    """Return the settings of a blueprint's instance; in a network it has no public address."""
    network = wanted.network
    if network and "/" not in network:
        network = f"projects/{names.project}/global/networks/{network}"
    return SqlSettings(
        version=wanted.version,
        tier=wanted.tier,
        edition=wanted.edition,
        region=names.region,
        storage_gb=wanted.storage_gb,
        high_availability=wanted.high_availability,
        point_in_time_recovery=wanted.point_in_time_recovery,
        log_days=wanted.log_days,
        backups=wanted.backups,
        deletion_protection=wanted.deletion_protection,
        network=network,
        public_address=not network,
        labels=LABELS,
    )


def _without_password(
    wanted: Database, names: Names, accounts: Sequence[AccountResource], instance: str
) -> list[Resource]:
    if not wanted.iam_login:
        return []
    emails = {"run": names.runtime_email, "migrate": names.migration_email}
    return [
        SqlIamUserResource(
            project=names.project,
            instance=wanted.instance,
            email=emails[account.purpose],
            needs=(instance, account.id),
        )
        for account in accounts
        if account.purpose in emails
    ]
