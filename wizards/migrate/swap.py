"""Restore beside and swap: the backup becomes the database, the old one stays as the undo."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generators.language import _
from wizards.cancel import Cancel
from wizards.events import Json
from wizards.failures import Failure
from wizards.migrate import databases
from wizards.migrate.extensions import not_remade
from wizards.migrate.model import Backup
from wizards.migrate.restore import restore_beside
from wizards.postgres.address import Address
from wizards.postgres.connection import connect, server_major, value
from wizards.postgres.connection_failures import connection_failure

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

Record = Callable[[Mapping[str, Json]], None]

_MAINTENANCE = ("postgres", "template1")
_MAY = """
select r.rolsuper or (r.rolcreatedb and pg_has_role(current_user, d.datdba, 'USAGE'))
from pg_roles r, pg_database d where r.rolname = current_user and d.datname = %s
"""
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Swapped:
    """The name under which the replaced database stays, and how long it was closed (seconds)."""

    kept: str
    closed: float


def allowed(address: Address) -> bool:
    """Whether the role may make a database like this one beside it and rename both."""
    return not _forbidden(address)


def preflight(address: Address, file: str = "FILE") -> None:
    """Raise a card when the role cannot make, fill and rename databases."""
    forbidden = _forbidden(address)
    if forbidden:
        raise Failure(
            "restore-not-allowed",
            forbidden,
            why=_(
                "A restore is made beside the database and swapped in. Without that right it "
                "can be made in place: everything is dropped and restored in one transaction."
            ),
            next=(
                f'ALTER ROLE "{address.user}" CREATEDB',
                f"tarmac migrate restore {file} --in-place",
            ),
        )


def _forbidden(address: Address) -> str:
    """What the role may not do, "" if nothing."""
    with connect(address, "tarmac restore") as connection:
        if not value(connection, _MAY, address.database):
            return _("The role {role} may not create and rename databases.").format(
                role=address.user
            )
        extensions = not_remade(connection)
    if not extensions:
        return ""
    return _("The role {role} may not create the extensions of the database: {names}.").format(
        role=address.user, names=", ".join(extensions)
    )


def restore_and_swap(
    address: Address,
    backup: Backup,
    *,
    still_allowed: Callable[[Connection], None],
    record: Record,
    cancel: Cancel,
) -> Swapped:
    """Restore a backup beside the database at ``address``, verify it, and swap the names.

    ``still_allowed`` looks once more after everybody was shut out and raises to stop; until then
    a cancel stops too. ``record`` journals each step before it happens.
    """
    preflight(address, backup.path.name)
    token = secrets.token_hex(3)
    fresh = _name(address.database, "new", token)
    kept = _name(address.database, "before", token)
    record({"step": "restore", "database": address.database, "fresh": fresh, "kept": kept})
    with maintenance(address) as server:
        databases.create_like(server, address.database, fresh)
        try:
            major = server_major(server)
            restore_beside(backup, address.of(fresh), major, backup.version_table, cancel)
            cancel.check()
            closed = _swap(server, address, fresh, kept, still_allowed, record)
        except BaseException as stopped:
            _undone(server, address, lambda there: databases.drop(there, fresh))
            card = _card(stopped, address)
            if card is stopped:
                raise
            raise card from stopped
    return Swapped(kept, closed)


def _undone(server: Connection, address: Address, undo: Callable[[Connection], None]) -> None:
    """Undo what we did ourselves, on a new connection where the old one is gone."""
    from psycopg import OperationalError

    try:
        undo(server)
    except OperationalError:
        with maintenance(address) as again:
            undo(again)


def _card(stopped: BaseException, address: Address) -> BaseException:
    """Return what is raised: a card where a connection was lost."""
    from psycopg import OperationalError

    if isinstance(stopped, OperationalError):
        return connection_failure(str(stopped), stopped.sqlstate or "", shown=address.shown)
    return stopped


def _swap(
    server: Connection,
    address: Address,
    fresh: str,
    kept: str,
    still_allowed: Callable[[Connection], None],
    record: Record,
) -> float:
    import time

    from psycopg.sql import SQL, Identifier

    name = address.database
    belongings = databases.belongings(server, name)
    inside = connect(address, "tarmac restore")
    record({"step": "fence", "database": name, "fresh": fresh, "kept": kept})
    begun = time.monotonic()
    accept(server, name, yes=False)
    try:
        _shut_out(server, name, but=inside.info.backend_pid)
        still_allowed(inside)
        inside.close()
        record({"step": "swap", "database": name, "fresh": fresh, "kept": kept})
        _shut_out(server, name, but=0)
        with server.transaction():
            rename = SQL("alter database {} rename to {}")
            server.execute(rename.format(Identifier(name), Identifier(kept)))
            server.execute(rename.format(Identifier(fresh), Identifier(name)))
            databases.hand_over(server, name, belongings)
    except BaseException:
        inside.close()
        _undone(server, address, lambda there: accept(there, name, yes=True))
        raise
    accept(server, kept, yes=True)
    return time.monotonic() - begun


def _shut_out(server: Connection, name: str, *, but: int) -> None:
    """End every connection to a database but one, and see that they are gone."""
    for _attempt in range(_TRIES):
        server.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = %s and pid <> %s",
            (name, but),
        )
        left = value(
            server,
            "select count(*) from pg_stat_activity where datname = %s and pid <> %s",
            name,
            but,
        )
        if left == 0:
            return
        server.execute("select pg_sleep(0.05)")


def accept(server: Connection, name: str, *, yes: bool) -> None:
    """Let a database accept connections, or no more."""
    from psycopg.sql import SQL, Identifier

    word = SQL("true" if yes else "false")
    server.execute(
        SQL("alter database {} with allow_connections {}").format(Identifier(name), word)
    )


def maintenance(address: Address) -> Connection:
    """Connect to a database beside the one that is swapped."""
    failure: Failure | None = None
    for name in _MAINTENANCE:
        if name != address.database:
            try:
                return connect(address.of(name), "tarmac restore")
            except Failure as error:
                failure = error
    assert failure is not None
    raise failure


def _name(database: str, what: str, token: str) -> str:
    """Return a name of at most 63 bytes that says what it is."""
    base = re.sub(r"_tarmac_(new|before)_[0-9a-f]{6}$", "", database)
    return f"{base[:40]}_tarmac_{what}_{token}"
