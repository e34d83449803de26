"""The time after a migration: the same checks again and again, and what the server counts."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wizards.cancel import Cancel
from wizards.events import Emit, Event, Json
from wizards.migrate.target import Target
from wizards.plan import Check
from wizards.postgres.connection import connect

ENOUGH = 3  # looks in a row that a check is red before the watch ends early
_COUNTERS = """
select xact_rollback, deadlocks from pg_stat_database where datname = current_database()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a watch saw: ``rollbacks`` and ``deadlocks`` of the whole database meanwhile.

    ``red`` names the checks that were red at any look; ``checks`` are those of the last one.
    """

    seconds: float
    looks: int
    rollbacks: int
    deadlocks: int
    red: tuple[str, ...]
    checks: tuple[Check, ...]

    def as_json(self) -> dict[str, Json]:
        """Return ``data`` of `migrate watch`."""
        return {
            "seconds": self.seconds,
            "looks": self.looks,
            "rollbacks": self.rollbacks,
            "deadlocks": self.deadlocks,
            "red": list(self.red),
            "checks": [check.as_json() for check in self.checks],
        }


def watch(
    target: Target,
    look: Callable[[], Sequence[Check]],
    emit: Emit,
    cancel: Cancel,
    *,
    seconds: float,
    every: float,
) -> Watched:
    """Look every so many seconds; a cancel ends the watch with what was seen until then.

    It also ends when a check was red at three looks in a row.
    """
    begun = time.monotonic()
    first = _counters(target)
    red: dict[str, int] = {}
    ever: dict[str, None] = {}
    looks = 0
    while True:
        checks = look()
        looks += 1
        bad = [check.title for check in checks if check.level == "red"]
        red = {title: red.get(title, 0) + 1 for title in bad}
        ever |= dict.fromkeys(bad)
        rollbacks, deadlocks = (now - then for now, then in zip(_counters(target), first,
                                                                strict=True))  # fmt: skip
        spent = time.monotonic() - begun
        listed: list[Json] = list(bad)
        told: dict[str, Json] = {"look": looks, "seconds": round(spent, 1), "red": listed}
        emit(Event("migrate.watch", {**told, "rollbacks": rollbacks, "deadlocks": deadlocks}))
        over = spent + every > seconds or max(red.values(), default=0) >= ENOUGH
        if over or cancel.wait(every):
            return Watched(
                seconds=round(time.monotonic() - begun, 1),
                looks=looks,
                rollbacks=rollbacks,
                deadlocks=deadlocks,
                red=tuple(ever),
                checks=tuple(checks),
            )


def _counters(target: Target) -> tuple[int, int]:
    with connect(target.address, "tarmac watch") as connection:
        row = connection.execute(_COUNTERS).fetchone() or (0, 0)
    return int(str(row[0])), int(str(row[1]))
