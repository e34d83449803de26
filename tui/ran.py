"""The commands a person could have typed instead: collected from the events of every job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from wizards.events import Event


@dataclass(frozen=True, slots=True)
class Ran:
    """One command: ``kind`` is gcloud, sql or shell; ``at`` when it started."""

    kind: str
    text: str
    at: datetime


def commands_in(events: Iterable[Event]) -> Iterator[Ran]:
    """Yield the command of every step and statement that starts."""
    for event in events:
        fields = event.fields
        starts = fields.get("state") in ("start", "running")
        sql, command = fields.get("sql"), fields.get("command")
        if event.event == "migrate.statement" and starts and isinstance(sql, str):
            yield Ran("sql", sql, event.at)
        elif isinstance(command, str) and command and (starts or "state" not in fields):
            kind = "gcloud" if command.startswith("gcloud") else "shell"
            yield Ran(kind, command, event.at)
