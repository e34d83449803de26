"""Who holds what, who blocks us and who queues behind us, seen while a migration runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from wizards.events import Emit, Event, Json
from wizards.postgres.address import Address
from wizards.postgres.connection import connect

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

INTERVAL = 0.15  # seconds
_SEEN = """
with ours as (select unnest(%(pids)s::int[]) as pid),
locks as (
  select l.granted, jsonb_build_object('relation', n.nspname || '.' || c.relname,
                                       'mode', l.mode) as shown
  from pg_locks l join ours using (pid) join pg_class c on c.oid = l.relation
  join pg_namespace n on n.oid = c.relnamespace
  where l.locktype = 'relation' and n.nspname !~ '^pg_'
    and n.nspname <> 'information_schema'),
people as (
  select a.pid, jsonb_build_object('pid', a.pid, 'user', a.usename, 'application',
    a.application_name, 'state', a.state, 'seconds',
    round(extract(epoch from clock_timestamp() - coalesce(a.xact_start, a.query_start)), 1),
    'query', left(regexp_replace(a.query, '\\s+', ' ', 'g'), 120)) as shown
  from pg_stat_activity a where a.backend_type = 'client backend')
select jsonb_build_object(
 'held', coalesce((select jsonb_agg(distinct shown) from locks where granted), '[]'),
 'waiting', coalesce((select jsonb_agg(distinct shown) from locks where not granted), '[]'),
 'blockers', coalesce((select jsonb_agg(p.shown order by p.pid) from people p where p.pid in
   (select unnest(pg_blocking_pids(pid)) from ours)), '[]'),
 'victims', coalesce((select jsonb_agg(p.shown order by p.pid) from people p
   join pg_stat_activity a on a.pid = p.pid where a.wait_event_type = 'Lock'
   and p.pid not in (select pid from ours)
   and pg_blocking_pids(p.pid) && (select array_agg(pid) from ours)), '[]'),
 'progress', (select jsonb_build_object('phase', i.phase, 'done', i.blocks_done,
   'total', i.blocks_total) from pg_stat_progress_create_index i join ours using (pid) limit 1))
"""


class Monitor:
    """A thread with a connection of its own; ``migrate.locks`` events tell changes only."""

    def __init__(self, address: Address, pids: Callable[[], list[int]], emit: Emit) -> None:
        self._address = address
        self._pids = pids
        self._emit = emit
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="locks", daemon=True)
        self._last: object = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join(5)

    def _watch(self) -> None:
        import psycopg

        from wizards.failures import Failure

        try:
            with connect(
                self._address, "tarmac monitor", settings={"statement_timeout": "2s"}
            ) as connection:
                while not self._ended.wait(INTERVAL):
                    self._look(connection)
        except (Failure, psycopg.Error) as error:
            # The migration does not depend on being watched; that nobody watches is said.
            self._say({"lost": str(error).strip()})

    def _say(self, seen: Mapping[str, Json]) -> None:
        """Tell; where nobody can take it in (a full disk) the session's own next word says so."""
        from wizards.failures import Failure

        try:
            self._emit(Event("migrate.locks", seen))
        except Failure:
            self._ended.set()

    def _look(self, connection: Connection) -> None:
        pids = self._pids()
        if not pids:
            return
        row = connection.execute(_SEEN.encode(), {"pids": pids}).fetchone()
        seen = cast(Mapping[str, Json], row[0]) if row else {}
        essence = _without_time(seen)
        if essence != self._last:
            self._last = essence
            self._say(seen)


def _without_time(seen: Json) -> Json:
    """Return what was seen without the numbers that always grow."""
    if isinstance(seen, Mapping):
        return {key: _without_time(part) for key, part in seen.items() if key != "seconds"}
    if isinstance(seen, list):
        return [_without_time(part) for part in seen]
    return seen
