"""How long a watch lasts: a window that can be made longer, shorter, or be closed."""

from __future__ import annotations

import threading
import time

from wizards.cancel import Cancel

MINUTES = 10
LEAST, STEP, MOST = 1, 5, 120
EVERY = 15.0  # seconds between two looks


class Window(Cancel):
    """A cancel that asks by itself when its time is over; safe across threads."""

    def __init__(self, minutes: float = MINUTES) -> None:
        super().__init__()
        self._begun = time.monotonic()
        self._seconds = minutes * 60
        self._changed = threading.Condition()

    @property
    def left(self) -> float:
        """Seconds left, 0 once it is over or closed."""
        rest = self._begun + self._seconds - time.monotonic()
        return 0.0 if super().asked else max(0.0, rest)

    @property
    def asked(self) -> bool:
        """Whether the window is over or was closed."""
        return self.left == 0.0

    def ask(self) -> None:
        """Close it now."""
        super().ask()
        with self._changed:
            self._changed.notify_all()

    def change(self, minutes: float) -> None:
        """Make it longer or shorter; at least a minute and at most two hours stay."""
        left = min(max(self.left + minutes * 60, LEAST * 60.0), MOST * 60.0)
        with self._changed:
            self._seconds = time.monotonic() - self._begun + left
            self._changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Sleep up to ``seconds``; return True as soon as the window is over."""
        until = time.monotonic() + seconds
        with self._changed:
            while (rest := min(until - time.monotonic(), self.left)) > 0:
                self._changed.wait(rest)
        return self.asked

    def check(self) -> None:
        """Never raise: a window that is over ends a watch with what was seen until then."""
