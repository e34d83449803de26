"""Scaled time: what takes Google ten minutes takes ten minutes divided by the speed here."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """Wall-clock moments in epoch seconds; ``speed`` simulated seconds pass in each real one."""

    speed: float

    def now(self) -> float:
        """Return this moment."""
        return time.time()

    async def hold(self, seconds: float) -> None:
        """Let so many real seconds pass."""
        await asyncio.sleep(seconds)

    def due(self, since: float, simulated: float) -> float:
        """Return the moment when so many simulated seconds have passed."""
        return since + simulated / self.speed

    def passed(self, since: float, simulated: float) -> bool:
        """Whether so many simulated seconds have passed since a moment."""
        return self.now() >= self.due(since, simulated)

    def age(self, since: float) -> float:
        """Return how many simulated seconds have passed since a moment."""
        return (self.now() - since) * self.speed


def stamp(moment: float) -> str:
    """Return a moment as RFC 3339 in UTC with microseconds."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds")[:-6] + "Z"
