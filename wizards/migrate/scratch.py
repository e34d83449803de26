"""A disposable database: beside the target where the role may fill one, else a server of ours."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, LiteralString

from generators.language import _
from wizards.disk import writing
from wizards.failures import Failure
from wizards.migrate.databases import begin_with, create_like, drop, session_settings
from wizards.migrate.extensions import not_remade
from wizards.postgres.address import Address
from wizards.postgres.connection import connect, server_major, value

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

PREFIX = "tarmac_scratch_"
_ROOM = 1.2  # free space wanted, as a multiple of the database
_IN_USE = 0x7461726E  # class of the advisory locks whose holders use a scratch of that name
# Our own server is thrown away too: what is loaded into new tables need not be written twice.
_FILLED_FAST = {
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "maintenance_work_mem": "256MB",
}
_EMPTY: LiteralString = "create database scratch template template0 encoding 'UTF8'"
_COPIED: LiteralString = f"{_EMPTY} strategy file_copy"  # nothing of it goes into the WAL
_MAY_CREATE = "select rolcreatedb or rolsuper from pg_roles where rolname = current_user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scratch:
    """A database to work on; ``same_server`` says whether its words compare with ours.

    ``name`` is what people call the place, where it is not the scratch of a server.
    """

    address: Address
    same_server: bool
    major: int
    name: str = ""

    @property
    def where(self) -> str:
        """The words for the place."""
        if self.name:
            return self.name
        if self.same_server:
            return _("a scratch database on the same server")
        return _("a local PostgreSQL {major}").format(major=self.major)

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Let commits in this database not wait for the disk meanwhile: it is thrown away anyhow.

        Nothing of the server is changed, and what runs afterwards is as slow as it really is.
        """
        from psycopg.sql import SQL, Identifier

        name = Identifier(self.address.database)
        with connect(self.address, "tarmac scratch") as connection:
            connection.execute(SQL("alter database {} set synchronous_commit = off").format(name))
        yield
        with connect(self.address, "tarmac scratch") as connection:
            connection.execute(SQL("alter database {} reset synchronous_commit").format(name))


@contextmanager
def scratch(address: Address, folder: Path) -> Iterator[Scratch]:
    """Make an empty database like the one at ``address`` and drop it at the end.

    ``folder`` holds the cluster when the server does not let us create one. What earlier
    processes left behind is cleared first.
    """
    with connect(address, "tarmac scratch") as connection:
        if value(connection, _MAY_CREATE) and not not_remade(connection):
            clear_old(connection)
            name = f"{PREFIX}{int(time.time())}_{secrets.token_hex(4)}"
            value(connection, "select pg_advisory_lock(%s, hashtext(%s))", _IN_USE, name)
            create_like(connection, address.database, name)
            begin_with(connection, name, session_settings(connection))
            try:
                yield Scratch(
                    address=address.of(name), same_server=True, major=server_major(connection)
                )
            finally:
                with connect(address, "tarmac scratch") as fresh:
                    drop(fresh, name)
            return
        size = int(str(value(connection, "select pg_database_size(current_database())")))
        settings = session_settings(connection)
    with _own_server(folder, size, settings) as found:
        yield found


def _make_room(folder: Path, size: int) -> None:
    """Raise a card when a copy of a database would not fit beside us."""
    with writing(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < size * _ROOM:
        raise Failure(
            "no-room-for-scratch",
            _("There is too little room for a scratch copy in {folder}.").format(folder=folder),
            why=_("The database has {size} MB, {free} MB are free; {factor} × is wanted.").format(
                size=size >> 20, free=free >> 20, factor=_ROOM
            ),
            next=(_("make room, or let the role create databases: the copy is made there then"),),
        )


@contextmanager
def _own_server(
    folder: Path, size: int, settings: tuple[tuple[str, str], ...]
) -> Iterator[Scratch]:
    from wizards.postgres.cluster import Cluster

    _clear_dead(folder)
    _make_room(folder, size)
    cluster = Cluster(folder / f"{os.getpid()}-{secrets.token_hex(4)}")
    cluster.create(disposable=True, settings=_FILLED_FAST)
    try:
        cluster.start()
        server = Address.from_url(cluster.url())
        with connect(server, "tarmac scratch") as connection:
            major = server_major(connection)
            connection.execute(_COPIED if major >= 15 else _EMPTY)
            begin_with(connection, "scratch", settings)
        yield Scratch(address=server.of("scratch"), same_server=False, major=major)
    finally:
        cluster.destroy()


def clear_old(connection: Connection) -> None:
    """Drop the scratch databases whose makers are gone: nobody holds their lock, or is inside."""
    found = connection.execute(
        "select datname::text from pg_database d where starts_with(datname::text, %s)"
        " and not exists (select 1 from pg_stat_activity a where a.datid = d.oid)"
        " and not exists (select 1 from pg_locks l where l.locktype = 'advisory'"
        " and l.objsubid = 2 and l.classid::bigint = %s"
        " and l.objid::bigint::bit(32) = hashtext(d.datname::text)::bit(32))",
        (PREFIX, _IN_USE),
    ).fetchall()
    for (name,) in found:
        drop(connection, str(name))


def _clear_dead(folder: Path) -> None:
    from wizards.postgres.cluster import Cluster

    for left in folder.glob("*-*") if folder.is_dir() else ():
        owner = left.name.partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists() and not _alive(int(owner)):
            Cluster(left).destroy()


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
