"""What a statement locked, rewrote and scanned, of the tables that were there before it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from wizards.events import Json
from wizards.migrate.sql_files.channel import Channel

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection


class Sample(NamedTuple):
    """One table at one moment: its file, its scans in this transaction, the locks held on it."""

    name: str
    filenode: int | None
    scans: int
    modes: tuple[str, ...]


class Held(NamedTuple):
    """A lock since when, and which statement took it."""

    statement: int
    relation: str
    mode: str
    since: float


@dataclass
class Measuring:
    """Samples around statements; ``sql`` is the request's measure, "" measures nothing."""

    connection: Connection
    channel: Channel
    sql: str
    known: dict[int, Sample] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)

    def settle(self) -> None:
        """Take the first sample: what was there before the plan."""
        self.known = self._sample()

    def after(self, number: int) -> dict[str, Json]:
        """Return what a statement rewrote and scanned, and remember the locks it took."""
        if not self.sql:
            return {}
        now = self._sample()
        before, self.known = self.known, {**self.known, **now}
        rewrote: list[Json] = []
        scanned: list[Json] = []
        for oid, seen in now.items():
            if oid not in before:
                continue
            old = before[oid]
            if seen.filenode != old.filenode:
                rewrote.append(seen.name)
            if seen.scans > (old.scans if seen.scans >= old.scans else 0):
                scanned.append(seen.name)
            held = {(lock.relation, lock.mode) for lock in self.held}
            self.held += [
                Held(number, seen.name, mode, time.perf_counter())
                for mode in seen.modes
                if (seen.name, mode) not in held
            ]
        return {"rewrote": rewrote, "scanned": scanned}

    def released(self) -> None:
        """Tell how long each lock was held, at the end of a transaction."""
        now = time.perf_counter()
        for lock in self.held:
            self.channel.event(
                "lock",
                n=lock.statement,
                relation=lock.relation,
                mode=lock.mode,
                held_ms=round((now - lock.since) * 1000, 2),
            )
        self.held = []

    def _sample(self) -> dict[int, Sample]:
        if not self.sql:
            return {}
        rows = self.connection.execute(self.sql.encode()).fetchall()
        return {
            int(str(oid)): Sample(
                str(name),
                None if filenode is None else int(str(filenode)),
                int(str(scans)),
                tuple(str(modes).split(",")) if modes else (),
            )
            for oid, name, filenode, scans, modes in rows
        }
