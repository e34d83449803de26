"""Backends on the server, seen and stopped over a connection of Tarmac's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizards.postgres.address import Address
from wizards.postgres.connection import connect, value

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

Identity = list[int]  # database oid, start of the server in seconds

_IDENTITY = """
select oid::bigint, extract(epoch from pg_postmaster_start_time())::bigint
from pg_database where datname = current_database()
"""


def identity(connection: Connection) -> Identity:
    """Return what tells this database from every other one; the agent checks it."""
    row = connection.execute(_IDENTITY).fetchone()
    return [int(str(part)) for part in row or ()]


def origin(connection: Connection) -> str:
    """Return "server/database" as numbers that a restart keeps and a restore changes.

    The server's number is 0 where the role may not read it.
    """
    may = value(connection, "select has_function_privilege('pg_control_system()', 'execute')")
    server = value(connection, "select system_identifier from pg_control_system()") if may else 0
    return f"{server}/{identity(connection)[0]}"


def identity_at(address: Address) -> Identity:
    """Return the identity of the database at an address."""
    with connect(address, "tarmac look") as connection:
        return identity(connection)


def stop(address: Address, pids: list[int]) -> None:
    """Cancel what runs in an agent's backends: the newest, and older ones that still are its own.

    A revision may have opened a connection of its own, so that the newest is not the one at work.
    """
    with connect(address, "tarmac cancel") as connection:
        connection.execute(
            "select pg_cancel_backend(pid) from pg_stat_activity"
            " where pid = any(%s) and state = 'active'"
            " and (pid = %s or application_name like 'tarmac%%' and datname = current_database())",
            (pids, pids[-1] if pids else 0),
        )


def named(connection: Connection, application: str) -> list[int]:
    """Return the backends of this database whose application is called so."""
    rows = connection.execute(
        "select pid from pg_stat_activity where datname = current_database()"
        " and application_name = %s",
        (application[:63],),
    ).fetchall()
    return [int(str(pid)) for (pid,) in rows]


def end(connection: Connection, pids: list[int]) -> None:
    """Terminate backends and wait until they are gone (at most ten seconds)."""
    for pid in pids:
        value(connection, "select pg_terminate_backend(%s)", pid)
    for _attempt in range(200):
        left = value(connection, "select count(*) from pg_stat_activity where pid = any(%s)", pids)
        if left == 0:
            return
        connection.execute("select pg_sleep(0.05)")
