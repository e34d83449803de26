"""What the newest journal says of an apply that did not end well. Evidence, never the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from generators.language import _
from wizards.cloud.things import OperationName
from wizards.events import Json
from wizards.journal import Journal
from wizards.setup.journals import journals


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedApply:
    """An apply or undo that was killed, cancelled or failed, and what it had under way."""

    journal: Path
    how: str
    project: str
    since: datetime
    what: str = "apply"
    done: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    operations: Mapping[str, str] = field(default_factory=dict)

    @property
    def happened(self) -> str:
        """What was found, in words."""
        what = {
            "apply killed": _("an apply ended without a word"),
            "apply cancelled": _("an apply was cancelled"),
            "apply failed": _("an apply failed"),
            "undo killed": _("an undo ended without a word"),
            "undo cancelled": _("an undo was cancelled"),
            "undo failed": _("an undo failed"),
        }[f"{self.what} {self.how}"]
        return _("{what} ({done} done, {left} left)").format(
            what=what, done=len(self.done), left=len(self.left)
        )

    @property
    def says(self) -> str:
        """One sentence for a person, with the command that goes on."""
        return f"{self.happened}: tarmac {self.what} --resume"


def unfinished(root: Path) -> UnfinishedApply | None:
    """Return what the newest apply left open, or None when it ended well or never was."""
    return _newest(root, "apply")


def unfinished_undo(root: Path) -> UnfinishedApply | None:
    """Return what the newest undo left open, or None when it ended well or an apply came since."""
    return _newest(root, "undo")


def _newest(root: Path, what: str) -> UnfinishedApply | None:
    found = journals(root)
    if not found or not found[-1].name.startswith(what):
        return None
    return _read(found[-1], what)


def operations_of(found: UnfinishedApply | None) -> dict[str, OperationName]:
    """Return the operations to join, by the id of their step."""
    if found is None:
        return {}
    return {key: OperationName.read(name) for key, name in found.operations.items()}


def _read(path: Path, what: str) -> UnfinishedApply | None:
    start: dict[str, Json] = {}
    end: dict[str, Json] = {}
    done: list[str] = []
    operations: dict[str, str] = {}
    for record in Journal(path).read():
        key = str(record.get("id", ""))
        match str(record.get("event", "")).replace("undo.", "apply."):
            case "apply.start":
                start = record
            case "step.operation":
                operations[key] = str(record["operation"])
            case "step.done" | "step.removed":
                done.append(key)
                operations.pop(key, None)
            case "apply.done":
                end = record
    if not start or end.get("ok"):
        return None
    how = "killed" if not end else "cancelled" if end.get("cancelled") else "failed"
    return UnfinishedApply(
        journal=path,
        how=how,
        what=what,
        project=str(start.get("project", "")),
        since=datetime.fromisoformat(str(start["at"])),
        done=tuple(done),
        left=tuple(key for key in _ids(start) if key not in done),
        operations=operations,
    )


def _ids(start: Mapping[str, Json]) -> list[str]:
    changes = start.get("changes")
    if not isinstance(changes, list):
        return []
    return [str(part["id"]) for part in changes if isinstance(part, dict)]
