"""Databases and roles inside an instance's real server; every function bears being run twice."""

from __future__ import annotations

import contextlib

from sandbox.cloudsql.clusters import SUPERUSER, Clusters
from sandbox.cloudsql.refusals import invalid

IAM_GROUPS = {
    "CLOUD_IAM_SERVICE_ACCOUNT": "cloudsqliamserviceaccount",
    "CLOUD_IAM_USER": "cloudsqliamuser",
}


CONTENTS = {
    "databases": "SELECT datname, '' FROM pg_database WHERE NOT datistemplate ORDER BY oid",
    "users": """
        SELECT rolname, coalesce((
            SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
            WHERE m.member = r.oid AND g.rolname LIKE 'cloudsqliam%' LIMIT 1), '')
        FROM pg_roles r
        WHERE rolcanlogin AND rolname NOT IN ('cloudsqladmin') AND rolname NOT LIKE 'pg\\_%'
        ORDER BY oid
    """,
}


def contents(clusters: Clusters, project: str, instance: str) -> dict[str, list[dict[str, str]]]:
    """Return ``{"databases": [{"name"}], "users": [{"name", "type"}]}`` of the real server."""
    kinds = {group: kind for kind, group in IAM_GROUPS.items()}
    with clusters.connected(project, instance) as connection:
        databases = connection.execute(CONTENTS["databases"]).fetchall()
        users = connection.execute(CONTENTS["users"]).fetchall()
    return {
        "databases": [{"name": name} for name, _none in databases],
        "users": [{"name": name, "type": kinds.get(group, "BUILT_IN")} for name, group in users],
    }


def create_database(clusters: Clusters, project: str, instance: str, name: str) -> None:
    """Make a database that every user of Cloud SQL may work in."""
    from psycopg import errors, sql

    statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'")
    with clusters.connected(project, instance) as connection:
        try:
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(SUPERUSER)))
        except errors.DuplicateDatabase:
            return


def drop_database(clusters: Clusters, project: str, instance: str, name: str) -> None:
    """Drop a database; refused while somebody is connected to it."""
    from psycopg import errors, sql

    with clusters.connected(project, instance) as connection:
        try:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        except errors.ObjectInUse as used:
            raise invalid(
                f'failed to delete database "{name}". Detail: pq: {used.diag.message_primary}.'
            ) from None


def keep_role(
    clusters: Clusters, project: str, instance: str, name: str, kind: str, verifier: str
) -> None:
    """Make a role or change its password; ``verifier`` is a SCRAM verifier or ""."""
    from psycopg import errors, sql

    group = IAM_GROUPS.get(kind, SUPERUSER)
    abilities = "LOGIN CREATEDB CREATEROLE" if group == SUPERUSER else "LOGIN"
    create = sql.SQL("CREATE ROLE {} " + abilities + " IN ROLE {}")
    with clusters.connected(project, instance) as connection:
        with contextlib.suppress(errors.DuplicateObject):
            connection.execute(create.format(sql.Identifier(name), sql.Identifier(group)))
        if verifier:
            change = sql.SQL("ALTER ROLE {} PASSWORD {}")
            connection.execute(change.format(sql.Identifier(name), sql.Literal(verifier)))


def drop_role(clusters: Clusters, project: str, instance: str, name: str) -> None:
    """Drop a role; refused while it owns anything."""
    from psycopg import errors, sql

    with clusters.connected(project, instance) as connection:
        try:
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))
        except errors.DependentObjectsStillExist as used:
            detail = used.diag.message_detail or ""
            raise invalid(
                f"failed to delete user {name}: . {used.diag.message_primary} Details: {detail}."
            ) from None
