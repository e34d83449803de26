"""Labels and fields that Tarmac wrote on what others made: what is still ours, and the way back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from wizards.events import Json
from wizards.plan import FieldDiff
from wizards.setup.resource import Trace, labelled

_LABEL = "labels."


def label_fields(labels: Mapping[str, str]) -> dict[str, Json]:
    """Return labels as the fields of a diff: "labels.team" and its value."""
    return {f"{_LABEL}{key}": value for key, value in labels.items()}


def labels_before(labels: Mapping[str, str], diff: Iterable[FieldDiff]) -> dict[str, str]:
    """Return labels without what a diff put there; what somebody changed since stays."""
    kept = dict(labels)
    for part in diff:
        key = part.field.removeprefix(_LABEL)
        if not part.field.startswith(_LABEL) or kept.get(key) != part.after:
            continue
        if part.before:
            kept[key] = str(part.before)
        else:
            del kept[key]
    return kept


def still(diff: Iterable[FieldDiff], now: Mapping[str, Json]) -> tuple[FieldDiff, ...]:
    """Return the parts of a diff whose field has the value that was written."""
    return tuple(part for part in diff if now.get(part.field) == part.after)


def trace_of(created: datetime | None, labels: Mapping[str, str]) -> Trace:
    """Return the trace of something that has a moment of creation and labels."""
    return Trace(identity=created.isoformat() if created else "", labelled=labelled(labels))
