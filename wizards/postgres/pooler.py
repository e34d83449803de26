"""Connection poolers: what must not be sent through one, and the way past it.

A pooler that lends a server's session for one transaction at a time hands settings to whoever comes
next and takes session locks away from whoever holds them (PgBouncer documentation, "Features").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from generators.language import _
from wizards.failures import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    Connection = psycopg.Connection[tuple[object, ...]]

_NEON = re.compile(r"^(ep-[a-z0-9-]+)-pooler(\..+)$")
_SUPABASE = ".pooler.supabase.com"
_ROUNDS = 3


def direct(url: str) -> str:
    """Return the URL of the server itself where its provider's naming tells it, else ``url``.

    Neon's pooler is the host's first label with ``-pooler``; Supabase lends whole sessions on port
    5432 and transactions on 6543.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return url
    neon = _NEON.match(host)
    if neon is not None:
        found = parts.netloc[::-1].replace(host[::-1], (neon[1] + neon[2])[::-1], 1)[::-1]
    elif host.endswith(_SUPABASE) and port == 6543:
        found = parts.netloc.removesuffix("6543") + "5432"
    else:
        return url
    return parts._replace(netloc=found).geturl()


def refuse(connection: Connection, another: Callable[[], Connection]) -> None:
    """Raise ``pooled-connection`` where sessions are lent for one transaction at a time.

    Behind any pooler the process id that the handshake named is not the server's. Whether whole
    sessions are lent shows when a second connection (``another``) is in a transaction meanwhile.
    """
    if connection.info.backend_pid == _backend(connection) or not _lends_transactions(
        connection, another
    ):
        return
    raise Failure(
        "pooled-connection",
        _("The database URL goes through a connection pooler."),
        why=_(
            "It lends a session for one transaction at a time: locks would be lost, and settings"
            " made here would reach your application. Nothing was changed."
        ),
        next=(
            _("give the server's own address (PgBouncer: not its port 6432, but the server's)"),
            _('or name another variable: [environments.NAME] database_url_env = "DIRECT_URL"'),
        ),
    )


def _lends_transactions(connection: Connection, another: Callable[[], Connection]) -> bool:
    with another() as second:
        for _round in range(_ROUNDS):
            mine = _backend(connection)
            with second.transaction():
                theirs = _backend(second)
                if theirs == mine or _backend(connection) != mine:
                    return True
    return False


def _backend(connection: Connection) -> object:
    row = connection.execute("select pg_backend_pid()", prepare=False).fetchone()
    return row[0] if row else None
