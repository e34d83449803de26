"""The tables as a session found them, and whether anybody else wrote while it ran."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from wizards.migrate import backends, written
from wizards.migrate.backup import moment_now
from wizards.migrate.model import Backup, Moment
from wizards.migrate.own_work import OwnWork
from wizards.migrate.written import Place
from wizards.postgres.connection import server_major, value

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

_XIDS = 1 << 32
_EXACT_STATISTICS = 15  # the first server whose statistics are shared memory, not messages
_OTHERS = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
  and backend_type = 'client backend'
  and not starts_with(application_name, 'tarmac session ')
  and application_name not in ('tarmac look', 'tarmac restore', 'tarmac watch')
  and not (state = 'idle' and state_change < to_timestamp(%s))
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table when the session began: its rows and how many were written or deleted since the
    backup; ``oid``, ``filenode`` and ``changes`` as in :class:`Place`."""

    rows: int
    written: int
    oid: int
    filenode: int
    changes: int


@dataclass(frozen=True, slots=True)
class AtStart:
    """All tables by "schema.table", the moment (``at``: the server's clock, seconds), and the
    server that was asked."""

    moment: Moment
    at: float
    server: tuple[int, ...]
    tables: Mapping[str, Table]

    @property
    def written(self) -> dict[str, int]:
        """The tables that somebody wrote to between the backup and the session."""
        return {name: one.written for name, one in self.tables.items() if one.written}

    def touched(self, name: str, place: Place | None, ours: int, own: OwnWork) -> bool:
        """Say whether the session replaced rows of a table, so that they no longer tell."""
        before = self.tables[name]
        if place is None or (place.oid, place.filenode) != (before.oid, before.filenode):
            return True
        return ours > 0 or any(own.changes.get(name, ()))


def look(connection: Connection, backup: Backup | None, *, measure: bool = True) -> AtStart:
    """Measure every table, or none; without a backup nothing counts as written."""
    moment = moment_now(connection)
    at = float(str(value(connection, "select extract(epoch from clock_timestamp())")))
    tables = {}
    for name, place in written.places(connection).items() if measure else ():
        since = backup.moment if backup is not None else moment
        found = written.count(connection, place, since, ())
        before = backup.rows.get(name, 0) if backup is not None else found.rows
        changed = found.others + max(0, before - found.rows) if backup is not None else 0
        if backup is not None and name.endswith("." + backup.version_table.rpartition(".")[2]):
            changed = 0
        tables[name] = Table(found.rows, changed, place.oid, place.filenode, place.changes)
    return AtStart(moment, at, tuple(backends.identity(connection)), tables)


def since(connection: Connection, start: AtStart) -> dict[str, int]:
    """Return the tables with rows written or deleted since the session began, by whomever."""
    found = {}
    for name, place in written.places(connection).items():
        if name in start.tables:
            now = written.count(connection, place, start.moment, ())
            changed = now.others + max(0, start.tables[name].rows - now.rows)
            if changed:
                found[name] = changed
    return found


def unsure(
    connection: Connection, start: AtStart, own: OwnWork, application: str
) -> dict[str, int]:
    """Return the touched tables that others may have written to before the session did.

    The number is how many changes the server's statistics count beyond the session's own. Nobody
    wrote where every transaction id drawn since the start is the session's, or where statistics
    that are complete (nobody else is connected who did anything since) count nothing beyond.
    """
    _gone(connection, application)
    if _alone(connection, start, own):
        return {}
    complete = _complete(connection, start)
    places = written.places(connection)
    found = {}
    for name, before in start.tables.items():
        place = places.get(name)
        if not start.touched(name, place, 0, own) and not (
            place and written.count(connection, place, start.moment, own.transactions).ours
        ):
            continue
        same = place is not None and place.oid == before.oid
        beyond = place.changes - before.changes - sum(own.changes.get(name, ())) if place else 0
        if not (same and complete and beyond == 0):
            found[name] = max(0, beyond) if same else 0
    return found


def as_text(found: AtStart) -> str:
    """Return it as JSON, for the session's folder."""
    return json.dumps(asdict(found), ensure_ascii=False)


def of_text(text: str) -> AtStart | None:
    """Return what :func:`as_text` wrote; None for what an older release wrote."""
    said = json.loads(text)
    if not {"moment", "at", "server", "tables"} <= said.keys():
        return None
    return AtStart(
        Moment(said["moment"]["oldest_unseen"], tuple(said["moment"]["in_progress"])),
        said["at"],
        tuple(said["server"]),
        {name: Table(**one) for name, one in said["tables"].items()},
    )


def _alone(connection: Connection, start: AtStart, own: OwnWork) -> bool:
    if start.moment.in_progress or tuple(backends.identity(connection)) != start.server:
        return False
    drawn = (moment_now(connection).oldest_unseen - start.moment.oldest_unseen) % _XIDS
    return drawn == len(own.transactions)


def _complete(connection: Connection, start: AtStart) -> bool:
    same = tuple(backends.identity(connection)) == start.server
    exact = server_major(connection) >= _EXACT_STATISTICS
    return same and exact and value(connection, _OTHERS, start.at) == 0


def _gone(connection: Connection, application: str) -> None:
    """Wait a moment for the session's own backends: their statistics come with their end."""
    for _attempt in range(20):
        if not backends.named(connection, application):
            return
        time.sleep(0.05)
