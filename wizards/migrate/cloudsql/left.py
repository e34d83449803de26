"""Clones by journal: named before they are made, so that none is forgotten after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from wizards.events import Event, Json, rfc3339
from wizards.journal import Journal, private_folder
from wizards.migrate.cloudsql.instance import Instance
from wizards.migrate.messages import Message
from wizards.migrate.records import process_facts, still_runs

_PREFIX = "clone-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clone:
    """A clone for a rehearsal; ``world`` is the cloud it is in, ``usd_hour`` what it costs."""

    instance: Instance
    source: str
    world: str
    since: datetime
    usd_hour: float

    def as_json(self) -> dict[str, Json]:
        """Return it for ``--json``, with how it is deleted by hand."""
        return {
            "instance": self.instance.connection_name,
            "source": self.source,
            "since": rfc3339(self.since),
            "usd_hour": round(self.usd_hour, 3),
            "delete": list(self.commands),
        }

    @property
    def commands(self) -> tuple[str, ...]:
        """How it is deleted by hand."""
        where = f"{self.instance.name} --project={self.instance.project} --quiet"
        return (
            f"gcloud sql instances patch {where} --no-deletion-protection",
            f"gcloud sql instances delete {where}",
        )


class CloneJournal:
    """The journal of one clone; it says that the clone is gone once Google has said so."""

    def __init__(self, root: Path, clone: Clone) -> None:
        name = f"{_PREFIX}{clone.instance.name}.jsonl"
        self._journal = Journal(private_folder(root) / "journal" / name)

    def begin(self, clone: Clone) -> None:
        """Name the clone, before it is asked for."""
        self._journal.record(
            Event(
                "clone.begin",
                {
                    "instance": clone.instance.connection_name,
                    "source": clone.source,
                    "world": clone.world,
                    "usd_hour": clone.usd_hour,
                    **process_facts(),
                },
            )
        )

    def step(self, name: str, **fields: Json) -> None:
        """Record "operation", "made", "deleting", "deleted" or "left"."""
        self._journal.record(Event(f"clone.{name}", fields))


def clones(root: Path) -> list[Clone]:
    """Return the clones of a project that nobody works on and that were not seen to be deleted."""
    folder = root / ".tarmac" / "journal"
    return list(_left(sorted(folder.glob(f"{_PREFIX}*.jsonl"))))


def _left(paths: list[Path]) -> Iterator[Clone]:
    for path in paths:
        steps = [Message(line) for line in Journal(path).read()]
        if not steps or steps[0].text("event") != "clone.begin":
            continue
        events = [step.text("event") for step in steps]
        if "clone.deleted" in events or ("clone.left" not in events and still_runs(steps[0])):
            continue
        yield Clone(
            instance=Instance.of(steps[0].text("instance")),
            source=steps[0].text("source"),
            world=steps[0].text("world"),
            since=datetime.fromisoformat(steps[0].text("at")),
            usd_hour=steps[0].number("usd_hour"),
        )
