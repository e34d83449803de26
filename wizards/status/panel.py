"""A panel as data: rows with severities, one state, and since when it is so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from generators.language import _
from wizards.events import Json, rfc3339


class Light(StrEnum):
    """The state of a panel or a row, worst last; ``unknown`` means it could not be fetched."""

    OK = "ok"
    UNKNOWN = "unknown"
    WARNING = "warning"
    RED = "red"

    @property
    def mark(self) -> str:
        """The single-cell mark that stands beside the word."""
        return {"ok": "✓", "unknown": "○", "warning": "▲", "red": "✗"}[self.value]


class Row(NamedTuple):
    """One line of a panel."""

    label: str
    value: str
    severity: Light = Light.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What one part of the deployment looks like; ``says`` explains a state that is not ok."""

    id: str
    title: str
    state: Light
    rows: tuple[Row, ...] = ()
    says: str = ""
    since: datetime | None = None

    def as_json(self) -> dict[str, Json]:
        """Return the shape of ``data.panels[]``."""
        return {
            "id": self.id,
            "title": self.title,
            "state": self.state.value,
            "says": self.says,
            "since": rfc3339(self.since) if self.since else None,
            "rows": [
                {"label": row.label, "value": row.value, "severity": row.severity.value}
                for row in self.rows
            ],
        }


def of_rows(id: str, title: str, rows: list[Row], says: str = "") -> Panel:  # noqa: A002
    """Return a panel that is as bad as its worst row."""
    order = list(Light)
    worst = max((row.severity for row in rows), key=order.index, default=Light.OK)
    return Panel(id=id, title=title, state=worst, rows=tuple(rows), says=says)


def dated(panel: Panel, before: Panel | None) -> Panel:
    """Return a panel with the moment since when it has had its state."""
    if before is not None and before.state is panel.state and before.since is not None:
        return replace(panel, since=before.since)
    return replace(panel, since=datetime.now(UTC))


def age(moment: datetime) -> str:
    """Return how long ago a moment was, in its largest unit ("3 d")."""
    seconds = max(int((datetime.now(UTC) - moment).total_seconds()), 0)
    for size, words in (
        (86400, _("{count} d")),
        (3600, _("{count} h")),
        (60, _("{count} min")),
    ):
        if seconds >= size:
            return words.format(count=seconds // size)
    return _("{seconds} s").format(seconds=seconds)
