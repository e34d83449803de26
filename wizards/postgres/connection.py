"""Tarmac's own connections: one that only reads facts, one that watches, one that changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

from wizards.postgres import pooler
from wizards.postgres.address import Address
from wizards.postgres.connection_failures import connection_failure

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[object, ...]]

CONNECT_SECONDS = 10
FACTS_MILLISECONDS = 2000
_met: set[tuple[str, int]] = set()
"""Servers (host, port) of this process that are no transaction pooler."""


def connect(
    address: Address,
    application: str = "tarmac",
    *,
    settings: dict[str, str] | None = None,
) -> Connection:
    """Open an autocommit connection named ``application``; refused ones raise a card.

    ``settings`` are Postgres settings for the session, values as text ("2s"). A pooler that lends
    transactions is refused before anything is set.
    """
    connection = _opened(address, application)
    if (address.host, address.port) not in _met:
        try:
            pooler.refuse(connection, lambda: _opened(address, application))
        except BaseException:
            connection.close()
            raise
        _met.add((address.host, address.port))
    for name, value in (settings or {}).items():
        connection.execute("select set_config(%s, %s, false)", (name, value))
    return connection


def _opened(address: Address, application: str) -> Connection:
    import psycopg
    from psycopg.conninfo import make_conninfo

    try:
        conninfo = make_conninfo("", **parameters(address, application))
        return psycopg.connect(conninfo, autocommit=True)
    except psycopg.OperationalError as error:
        raise connection_failure(str(error), error.sqlstate or "", shown=address.shown) from error


def facts_connection(address: Address) -> Connection:
    """Open a connection that can only read and gives up on a statement after two seconds."""
    return connect(
        address,
        "tarmac facts",
        settings={
            "default_transaction_read_only": "on",
            "statement_timeout": f"{FACTS_MILLISECONDS}ms",
            "lock_timeout": "500ms",
        },
    )


def parameters(address: Address, application: str) -> dict[str, str | int]:
    """Return libpq's keywords of an address, with a limit on the time to connect."""
    found: dict[str, str | int] = {
        "application_name": application[:63],
        "host": address.host,
        "port": address.port,
        "user": address.user,
        "dbname": address.database,
        "connect_timeout": CONNECT_SECONDS,
        **address.options,
    }
    if address.password:
        found["password"] = address.password
    return found


def value(connection: Connection, sql: LiteralString, *arguments: object) -> object:
    """Return the first column of the first row, None without a row."""
    row = connection.execute(sql, arguments or None).fetchone()
    return None if row is None else row[0]


def server_major(connection: Connection) -> int:
    """Return the server's major version."""
    return connection.info.server_version // 10000
