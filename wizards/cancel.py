"""Stopping honestly: a flag that work looks at between steps and while it waits."""

from __future__ import annotations

import threading


class Cancelled(Exception):
    """The person asked to stop and the work has stopped at a safe place."""


class Cancel:
    """A one-way switch shared by whoever asks and whoever works; safe across threads."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def ask(self) -> None:
        """Ask the work to stop at its next safe place."""
        self._asked.set()

    @property
    def asked(self) -> bool:
        """Whether somebody asked to stop."""
        return self._asked.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep up to ``seconds``; return True at once when somebody asks to stop."""
        return self._asked.wait(seconds)

    def check(self) -> None:
        """Raise :class:`Cancelled` when somebody asked to stop."""
        if self._asked.is_set():
            raise Cancelled
