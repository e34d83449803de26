"""Which secrets a program reads: the service, and its migrations, which load the same settings."""

from __future__ import annotations

from collections.abc import Mapping

from wizards.blueprint import Blueprint
from wizards.setup.naming import secrets_of


def read_by_service(blueprint: Blueprint) -> dict[str, str]:
    """Return variable → the ``[secrets]`` table behind it: all but a migration user's password."""
    hidden = _own_password(blueprint)
    return {variable: variable for variable in secrets_of(blueprint) if variable != hidden}


def read_by_migrations(
    blueprint: Blueprint, environment: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return what the service reads, with the password of whoever migrates in place of its own.

    A program's settings want every variable before the first revision runs: Django's SECRET_KEY, a
    settings class that env.py imports. What the stream's ``environment`` gives is no secret there.
    """
    found = read_by_service(blueprint)
    database = blueprint.database
    if database is not None:
        found[database.password_secret] = _own_password(blueprint) or database.password_secret
    return {name: table for name, table in found.items() if name not in (environment or {})}


def migration_secrets(blueprint: Blueprint) -> frozenset[str]:
    """Return the ``[secrets]`` tables that any stream of migrations reads."""
    streams = [stream.environment for stream in blueprint.migrations.values()] or [{}]
    return frozenset(
        table for each in streams for table in read_by_migrations(blueprint, each).values()
    )


def _own_password(blueprint: Blueprint) -> str:
    database = blueprint.database
    return database.migration_password_secret if database and database.migrates_apart else ""
