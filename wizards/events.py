"""What long-running work tells whoever watches: one event at a time, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: a dotted name, its fields (JSON values, no secrets) and when."""

    event: str
    fields: Mapping[str, Json] = field(default_factory=dict)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def as_json(self) -> dict[str, Json]:
        """Return ``{"event", "at" (RFC 3339), ...fields}``."""
        return {"event": self.event, "at": rfc3339(self.at), **self.fields}


Emit = Callable[[Event], None]


def rfc3339(moment: datetime) -> str:
    """Return a moment as RFC 3339 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def discard(_event: Event) -> None:
    """Be the listener of whoever does not care."""
