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


def commands_in(events: Iterable[Event], told: set[str]) -> Iterator[Ran]:
    """Yield the command of every step and statement that starts.

    ``told`` holds the steps whose command was listed already: a step says several times that it
    is running.
    """
    for event in events:
        fields = event.fields
        sql, command = fields.get("sql"), fields.get("command")
        if event.event == "migrate.statement":
            if fields.get("state") == "start" and isinstance(sql, str):
                yield Ran("sql", sql, event.at)
        elif isinstance(command, str) and command and fields.get("state") != "waiting":
            name = str(fields.get("id") or command)
            if name not in told:
                told.add(name)
                kind = "gcloud" if command.startswith("gcloud") else "shell"
                yield Ran(kind, command, event.at)
