"""Time as the cloud counts it: seconds with Google, scaled seconds with a sandbox."""

from __future__ import annotations

from dataclasses import dataclass

from wizards.cancel import Cancel, Cancelled

_SHORTEST = 0.01


@dataclass(frozen=True, slots=True)
class Pace:
    """How many of the cloud's seconds pass in one of ours."""

    speed: float = 1.0

    def real(self, seconds: float) -> float:
        """Return the seconds to really wait."""
        return max(seconds / self.speed, _SHORTEST)

    def sleep(self, seconds: float, cancel: Cancel) -> None:
        """Wait, and raise Cancelled as soon as somebody asks to stop."""
        if cancel.wait(self.real(seconds)):
            raise Cancelled
