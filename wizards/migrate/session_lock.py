"""One session at a time: an advisory lock on a connection of its own, polled, never waited for."""

from __future__ import annotations

import getpass
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from generators.language import _
from wizards.failures import Failure
from wizards.postgres.address import Address
from wizards.postgres.connection import connect, value

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

KEY = (0x7461726D, 1)  # "tarm"; advisory locks are per database already
_POLLS = 4
_PAUSE = 0.15  # seconds
_HOLDER = """
select a.application_name::text, a.pid, coalesce(host(a.client_addr), 'local')::text,
       to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC'
from pg_locks l join pg_stat_activity a on a.pid = l.pid
where l.locktype = 'advisory' and l.classid::bigint = %s and l.objid::bigint = %s
  and l.objsubid = 2 and l.granted
  and l.database = (select oid from pg_database where datname = current_database())
"""


@contextmanager
def session_lock(address: Address, session: str) -> Iterator[Connection]:
    """Hold the lock of the database; a Failure names the session that has it instead."""
    who = f"tarmac session {session} {getpass.getuser()}@{socket.gethostname()}"
    with connect(address, who) as connection:
        for attempt in range(_POLLS):
            if value(connection, "select pg_try_advisory_lock(%s, %s)", *KEY):
                break
            if attempt + 1 == _POLLS:
                raise _held(connection)
            time.sleep(_PAUSE)
        yield connection


def holder(connection: Connection) -> tuple[str, int] | None:
    """Return the application name and the pid of whoever holds the lock, or None."""
    row = connection.execute(_HOLDER, KEY).fetchone()
    return None if row is None else (str(row[0]), int(str(row[1])))


def _held(connection: Connection) -> Failure:
    row = connection.execute(_HOLDER, KEY).fetchone()
    who, pid, place, since = row or ("?", 0, "?", "?")
    return Failure(
        "session-running",
        _("Another migration session is running on this database."),
        why=_("{who}, from {place}, since {since} (backend {pid}).").format(
            who=who, place=place, since=since, pid=pid
        ),
        next=(_("wait for it, then try again"), "tarmac migrate sessions"),
    )
