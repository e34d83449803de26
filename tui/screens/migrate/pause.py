"""Between two revisions: the thread that applies waits here until a person has answered."""

from __future__ import annotations

import threading
from enum import StrEnum

from wizards.cancel import Cancel, Cancelled
from wizards.events import Emit, Event

LOOK = 0.1  # seconds between looks at a cancel


class Pace(StrEnum):
    """How the revisions of an apply follow each other."""

    PROJECT = "project"  # as env.py does it
    EACH = "each"  # every revision committed and verified, then the next
    PAUSED = "paused"  # the same, and a person lets the next one begin


class Answer(StrEnum):
    """What a person says between two revisions."""

    GO_ON = "go on"
    KEEP = "keep"
    BACK = "back"


class Pause:
    """Called between two revisions; ``answer`` is given by the screen's thread."""

    def __init__(self, emit: Emit, cancel: Cancel) -> None:
        self._emit = emit
        self._cancel = cancel
        self._answered = threading.Event()
        self._answer = Answer.KEEP

    def __call__(self, revision: str) -> bool:
        """Wait for the answer; False ends the session here, Cancelled takes it back."""
        self._answered.clear()
        self._emit(Event("app.pause", {"revision": revision}))
        while not self._answered.wait(LOOK):
            self._cancel.check()
        self._emit(Event("app.pause", {"revision": ""}))
        if self._answer is Answer.BACK:
            raise Cancelled
        return self._answer is Answer.GO_ON

    def answer(self, answer: Answer) -> None:
        """Let the waiting thread go on with this answer."""
        self._answer = answer
        self._answered.set()


def each(_revision: str) -> bool:
    """Go on at once: each revision is committed and verified, nobody is asked."""
    return True
