"""Time that jumps: when everybody waits, it is the moment for which the first of them waits.

Threads work in real time and sleep in virtual time. Nobody has to say that he works: what a thread
does is read from its innermost frame, and time stands still while one of them does anything but
wait for another thread.
"""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass, field

from sandbox.clock import Clock
from wizards.cancel import Cancel, Cancelled
from wizards.cloud.pace import Pace

_LOOK_AGAIN = 0.0004
_AT_MOST = 0.05
_WAITING = ("/threading.py", "/selectors.py", "/thread.py", "/queue.py")
"""Files of the standard library in which a thread waits for others and works on nothing."""


class VirtualTime:
    """A moment in epoch seconds that moves only when all threads of this process wait.

    Threads that are there already when it is made (a test runner's) do not count.
    """

    def __init__(self, start: float | None = None) -> None:
        self._moment = time.time() if start is None else start
        self._deadlines: dict[int, float] = {}
        self._changed = threading.Condition()
        self._moves = 0
        self._strangers = sys._current_frames().keys() - {threading.get_ident()}

    @property
    def moment(self) -> float:
        """Return this moment."""
        return self._moment

    def skip(self, seconds: float) -> None:
        """Let time pass for everybody at once."""
        with self._changed:
            self._move(self._moment + seconds)

    def sleep(self, seconds: float, cancel: Cancel) -> None:
        """Return when so many seconds have passed; raises Cancelled as soon as somebody asks."""
        me = threading.get_ident()
        with self._changed:
            deadline = self._deadlines[me] = self._moment + seconds
            self._moves += 1
            try:
                while self._moment < deadline:
                    if cancel.asked:
                        raise Cancelled
                    self._wait(me)
            finally:
                del self._deadlines[me]
                self._moves += 1
                self._changed.notify_all()

    def _wait(self, me: int) -> None:
        """Wait for the others; who waits for the earliest moment looks whether it may come."""
        first = min(self._deadlines, key=lambda thread: (self._deadlines[thread], thread))
        if first != me:
            self._changed.wait(_AT_MOST)
            return
        moves = self._moves
        self._changed.wait(_LOOK_AGAIN)
        if self._others_work():
            return
        self._changed.wait(_LOOK_AGAIN)
        if moves == self._moves and not self._others_work():
            self._move(self._deadlines[me])

    def _move(self, moment: float) -> None:
        self._moment = max(moment, self._moment)
        self._moves += 1
        self._changed.notify_all()

    def _others_work(self) -> bool:
        apart = {threading.get_ident(), *self._deadlines, *self._strangers}
        try:
            return any(
                thread not in apart and not frame.f_code.co_filename.endswith(_WAITING)
                for thread, frame in sys._current_frames().items()
            )
        except AttributeError:
            # A frame that ends while it is looked at: CPython 3.11 may show anything in it.
            return True


@dataclass(frozen=True, slots=True)
class VirtualClock(Clock):
    """The sandbox's clock on virtual time; a slow answer lets its seconds pass for everybody."""

    time: VirtualTime = field(default_factory=VirtualTime)

    def now(self) -> float:
        """Return this moment."""
        return self.time.moment

    async def hold(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.time.skip(seconds)


@dataclass(frozen=True, slots=True)
class VirtualPace(Pace):
    """Waits in virtual time."""

    time: VirtualTime = field(default_factory=VirtualTime)

    def sleep(self, seconds: float, cancel: Cancel) -> None:
        """Wait, and raise Cancelled as soon as somebody asks to stop."""
        self.time.sleep(seconds, cancel)
