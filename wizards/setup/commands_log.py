"""What an apply or undo did, as the commands a person would have typed.

A plan's commands name secrets and never hold their values, so none gets here either.
"""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

from generators.language import _
from generators.quoting import comment
from wizards.events import Emit, Event, rfc3339

ENDING = ".commands.sh"


class CommandsLog:
    """A file beside a journal (0600) that grows by each step as it is done."""

    def __init__(self, journal: Path) -> None:
        self._path = journal.with_suffix(ENDING)
        self._writing = threading.Lock()

    @property
    def path(self) -> Path | None:
        """The file, None while nothing was done."""
        return self._path if self._path.exists() else None

    def listening(self, emit: Emit) -> Emit:
        """Return a listener that notes every step that is done and passes all events on."""

        def heard(event: Event) -> None:
            if event.event == "plan.step" and event.fields.get("state") == "done":
                self._note(str(event.fields.get("title", "")), str(event.fields.get("command", "")))
            emit(event)

        return heard

    def _note(self, title: str, command: str) -> None:
        lines = [f"\n# {comment(title)}", command or f"# {_('no command does the same')}"]
        with self._writing:
            new = not self._path.exists()
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            with os.fdopen(os.open(self._path, flags, 0o600), "a", encoding="utf-8") as file:
                file.write("\n".join([_head()] * new + lines) + "\n")


def _head() -> str:
    words = _("What was done from {moment} on, as commands; tarmac export gcloud writes a script.")
    return f"# {words.format(moment=rfc3339(datetime.now(UTC)))}"
