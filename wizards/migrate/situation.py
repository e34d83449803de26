"""What goes on in a database right now: who would make a migration wait, and whom it would hurt.

Sources are ``pg_stat_activity``, ``pg_locks``, ``pg_stat_user_tables``, ``pg_stat_replication`` and
``pg_replication_slots``; what the role may not see is left out, never guessed.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from generators.language import _
from wizards.cancel import Cancel
from wizards.events import Json
from wizards.plan import Check
from wizards.postgres.address import Address
from wizards.postgres.connection import facts_connection
from wizards.quiet_hours import QuietHours

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

LONG_SECONDS = 60.0
"""A transaction that has been open longer makes every exclusive lock, and all behind it, wait."""

BUSY_WRITES = 100.0
LAG_SECONDS = 10.0

_OPEN = """
select a.pid, coalesce(a.usename::text, ''), coalesce(a.application_name, ''),
       coalesce(a.state, ''), extract(epoch from now() - a.xact_start)::float8,
       coalesce((select string_agg(distinct c.relname::text, ', ')
                 from pg_locks l join pg_class c on c.oid = l.relation
                 where l.pid = a.pid and l.locktype = 'relation' and c.relkind in ('r', 'p', 'm')
                   and c.relnamespace <> 'pg_catalog'::regnamespace), '')
from pg_stat_activity a
where a.datname = current_database() and a.xact_start is not null and a.pid <> pg_backend_pid()
  and a.backend_type = 'client backend'
order by a.xact_start limit 10
"""
_WRITES = """
select schemaname || '.' || relname, n_tup_ins + n_tup_upd + n_tup_del from pg_stat_user_tables
"""
_CONNECTIONS = """
select count(*)::int, current_setting('max_connections')::int from pg_stat_activity
where backend_type = 'client backend'
"""
_REPLICAS = """
select coalesce(application_name, ''), coalesce(extract(epoch from replay_lag), 0)::float8
from pg_stat_replication
"""
_SLOTS = """
select slot_name::text, active, coalesce(pg_wal_lsn_diff(
  case when pg_is_in_recovery() then pg_last_wal_receive_lsn() else pg_current_wal_lsn() end,
  restart_lsn), 0)::bigint
from pg_replication_slots
"""


@dataclass(frozen=True, slots=True)
class OpenTransaction:
    """Somebody's transaction: open for ``seconds``, holding locks on ``tables`` (in words)."""

    pid: int
    user: str
    application: str
    state: str
    seconds: float
    tables: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One look: transactions oldest first, rows written a second by table, lag in seconds.

    ``now`` (aware) is when it was; ``quiet`` are the hours that a change should wait for, if any.
    """

    transactions: tuple[OpenTransaction, ...] = ()
    writes: Mapping[str, float] = field(default_factory=dict)
    connections: int = 0
    most_connections: int = 0
    replicas: Mapping[str, float] = field(default_factory=dict)
    slots: Mapping[str, int] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    quiet: QuietHours | None = None

    def as_json(self) -> dict[str, Json]:
        """Return the object of ``data.situation``."""
        return {
            "transactions": [
                {
                    "pid": one.pid,
                    "user": one.user,
                    "application": one.application,
                    "state": one.state,
                    "seconds": round(one.seconds, 1),
                    "tables": one.tables,
                }
                for one in self.transactions
            ],
            "writes_per_second": {name: round(rate, 1) for name, rate in self.writes.items()},
            "connections": self.connections,
            "max_connections": self.most_connections,
            "replica_lag_seconds": {name: round(lag, 1) for name, lag in self.replicas.items()},
            "slots_behind_bytes": dict(self.slots),
            "quiet_hours": self.quiet.hold(self.now) if self.quiet is not None else None,
        }

    def checks(self) -> list[Check]:
        """Return a verdict for everything that a careful person would wait for."""
        found = [_waiting(one) for one in self.transactions if one.seconds >= LONG_SECONDS]
        found += [_writing(self.writes)] if sum(self.writes.values()) >= BUSY_WRITES else []
        found += [_lag(name, lag) for name, lag in self.replicas.items() if lag >= LAG_SECONDS]
        room = self.most_connections - self.connections
        if self.most_connections and room < max(5, self.most_connections // 20):
            found.append(_full(self.connections, self.most_connections))
        if self.quiet is not None and not self.quiet.hold(self.now):
            found.append(_loud(self.quiet, self.now))
        return found


def now_at(address: Address, cancel: Cancel, quiet: QuietHours | None) -> Situation:
    """Look at a database through a connection that only reads."""
    with facts_connection(address) as connection:
        return look(connection, cancel, quiet=quiet)


def look(
    connection: Connection,
    cancel: Cancel,
    *,
    seconds: float = 0.5,
    quiet: QuietHours | None = None,
) -> Situation:
    """Look twice, ``seconds`` apart, so that the pace of writes is measured and not remembered."""
    before, begun = _writes(connection), time.monotonic()
    transactions = tuple(
        OpenTransaction(
            int(str(r[0])), str(r[1]), str(r[2]), str(r[3]), float(str(r[4])), str(r[5])
        )
        for r in connection.execute(_OPEN).fetchall()
    )
    row = connection.execute(_CONNECTIONS).fetchone() or (0, 0)
    replicas = {str(n): float(str(lag)) for n, lag in connection.execute(_REPLICAS).fetchall()}
    slots = {
        str(name): int(str(behind))
        for name, active, behind in connection.execute(_SLOTS).fetchall()
        if not active
    }
    cancel.wait(max(0.0, seconds - (time.monotonic() - begun)))
    spent = time.monotonic() - begun
    after = _writes(connection)
    rates = {name: (after[name] - was) / spent for name, was in before.items() if name in after}
    return Situation(
        transactions=transactions,
        writes={name: rate for name, rate in rates.items() if rate > 0},
        connections=int(str(row[0])),
        most_connections=int(str(row[1])),
        replicas=replicas,
        slots=slots,
        quiet=quiet,
    )


def _writes(connection: Connection) -> dict[str, int]:
    return {str(name): int(str(n)) for name, n in connection.execute(_WRITES).fetchall()}


def _waiting(one: OpenTransaction) -> Check:
    who = one.application or one.user
    says = _("{who} (pid {pid}) has had a transaction open for {minutes:.0f} min").format(
        who=who, pid=one.pid, minutes=one.seconds / 60
    )
    if one.tables:
        says += " · " + _("it holds {tables}").format(tables=one.tables)
    return Check(
        id=f"transaction-{one.pid}",
        title=_("Open transaction"),
        level="warning",
        says=says,
        fix=f"SELECT pg_terminate_backend({one.pid});",
    )


def _writing(writes: Mapping[str, float]) -> Check:
    busiest = sorted(writes.items(), key=lambda one: -one[1])[:3]
    says = _("{rate:.0f} rows a second are written, most to {tables}").format(
        rate=sum(writes.values()), tables=", ".join(name for name, _rate in busiest)
    )
    return Check(id="writes", title=_("Busy"), level="warning", says=says)


def _lag(name: str, lag: float) -> Check:
    says = _("{name} is {seconds:.0f} s behind").format(name=name or _("a replica"), seconds=lag)
    return Check(id=f"replica-{name}", title=_("Replica"), level="warning", says=says)


def _full(now: int, most: int) -> Check:
    says = _("{now} of {most} connections are taken").format(now=now, most=most)
    return Check(id="connections", title=_("Connections"), level="warning", says=says)


def _loud(quiet: QuietHours, now: datetime) -> Check:
    says = _("the quiet hours are {begins:%H:%M}–{ends:%H:%M}; it is {now:%H:%M %Z} there").format(
        begins=quiet.begins, ends=quiet.ends, now=quiet.there(now)
    )
    return Check(id="quiet-hours", title=_("Quiet hours"), level="warning", says=says)
