"""What surrounds an apply as the migrate screen sees it: situation, pauses, watch, lists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from wizards.cancel import Cancel, Cancelled
from wizards.events import Emit, Event
from wizards.failures import Failure
from wizards.migrate.model import Applied, Backup, Outcome, SessionRecord
from wizards.migrate.situation import OpenTransaction, Situation
from wizards.migrate.watching import Watched

BEGAN = datetime(2026, 11, 19, 9, 30, tzinfo=UTC)
OPEN = Situation(
    transactions=(OpenTransaction(71, "app", "psql", "idle in transaction", 720.0, "notes, 태그"),)
)


class FakeAround:
    """Nothing in the way, two past sessions, a watch that sees nothing bad."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.paused = False
        self.way = Situation()
        self.way_fails: Failure | None = None
        self.past: list[SessionRecord] = []
        self.looks_bad: tuple[str, ...] = ()
        self.settled: list[tuple[str, bool]] = []

    def situation(self, emit: Emit, cancel: Cancel) -> Situation:
        if self.way_fails:
            raise self.way_fails
        return self.way

    def ask(self, between: Callable[[str], bool], revision: str) -> Applied | None:
        """Ask as the engine does; return how it ended, None when it goes on."""
        self.paused = True
        try:
            if between(revision):
                return None
        except Cancelled:
            said = "taken back to the start"
            return Applied(outcome=Outcome.CANCELLED, session="s1", said=said, went_back=True)
        finally:
            self.paused = False
        return Applied(outcome=Outcome.APPLIED, session="s1", applied=(revision,), said="kept")

    def watch(self, emit: Emit, window: Cancel, every: float) -> Watched:
        red = list(self.looks_bad)
        emit(Event("migrate.watch", {"look": 1, "red": red, "rollbacks": 2, "deadlocks": 0}))
        while not window.wait(every):
            pass
        return Watched(
            seconds=125.0, looks=2, rollbacks=2, deadlocks=0, red=self.looks_bad, checks=()
        )

    def sessions(self) -> list[SessionRecord]:
        return self.past

    def restore(self, backup: Backup, emit: Emit, cancel: Cancel, *, confirmed: str) -> Applied:
        self.calls.append(f"restore {backup.path.name} {confirmed}")
        return Applied(outcome=Outcome.APPLIED, session="s2", said="restored", went_back=True)

    def resolve(self, name: str, emit: Emit, *, applied: bool) -> None:
        self.settled.append((name, applied))


def past(report: Path | None) -> list[SessionRecord]:
    """Two sessions: one that ended well and left a report, one that never ended."""
    return [
        SessionRecord(
            id="s2",
            kind="up",
            target="prod",
            started_at=BEGAN,
            ended_at=BEGAN + timedelta(seconds=75),
            outcome="applied",
            revisions=("7c1e0a", "9f00d2"),
            said="2 revisions, verified on a new connection.",
            report=report,
        ),
        SessionRecord(id="s1", kind="rollback", target="prod", started_at=BEGAN),
    ]
