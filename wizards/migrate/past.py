"""A recovery rebuilt from a journal: for a rollback later, or after a crash."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from wizards.events import Event, Json
from wizards.journal import Journal
from wizards.migrate import added, at_start, manifest
from wizards.migrate.at_start import AtStart
from wizards.migrate.messages import Message
from wizards.migrate.model import Backup, History
from wizards.migrate.own_work import OwnWork
from wizards.migrate.providers.provider import Provider
from wizards.migrate.records import Told
from wizards.migrate.recovery import Recovery
from wizards.migrate.standing import Standing
from wizards.migrate.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A told session on a live project."""

    root: Path
    told: Told
    provider: Provider
    target: Target
    history: History

    @property
    def start(self) -> Standing:
        """Where the database stood when the session began."""
        return standing_in(self.told.start.part("start"))

    @property
    def end(self) -> Standing:
        """Where it stood when the session ended; empty while it has not."""
        return standing_in(self.told.end.part("now") if self.told.end else Message({}))

    @property
    def backup(self) -> Backup | None:
        """The session's backup, None when there was none or its file is gone."""
        path = self.told.start.text("backup")
        return manifest.read(manifest.beside(Path(path))) if path else None

    @property
    def tables(self) -> AtStart | None:
        """What the tables held at the start; None where nobody measured it."""
        path = self._file("tables.json")
        return at_start.of_text(path.read_text()) if path.exists() else None

    @property
    def _unsure(self) -> dict[str, int] | None:
        if self.told.end is None or self.told.end.value("unsure") is None:
            return None
        said = self.told.end.part("unsure").fields
        return {name: int(str(changes)) for name, changes in said.items()}

    def _file(self, name: str) -> Path:
        return self.root / ".tarmac" / "sessions" / self.told.id / name

    def recovery(self) -> Recovery:
        """Return the way back to the session's start."""
        said = self.told
        columns = self._file("columns.json")
        own = said.end.part("own") if said.end else _last_own(said)
        return Recovery(
            provider=self.provider,
            target=self.target,
            history=self.history,
            version_table=said.start.text("version_table"),
            start=self.start,
            columns=added.of_text(columns.read_text()) if columns.exists() else set(),
            session=said.id,
            backup=self.backup,
            moment=said.moment(),
            reverts=said.start.part("reverts").fields,
            drops=frozenset(said.start.texts("drops")),
            own=OwnWork.of_json(own),
            tables=self.tables,
            unsure=self._unsure,
            left_behind=said.end is not None and said.end.flag("left_behind"),
            record=recorder(self.root, said.id),
        )


def _last_own(told: Told) -> Message:
    """Return the session's own work up to the last revision it finished before it was cut off."""
    known = (step.part("own") for step in reversed(told.steps))
    return next((own for own in known if own.fields), Message({}))


def standing_in(said: Message) -> Standing:
    """Return a standing as a journal holds it."""
    heads = tuple(sorted(said.texts("heads")))
    return Standing(heads, said.text("signature"), said.text("shape"))


def recorder(root: Path, session: str) -> Callable[[str, Mapping[str, Json]], None]:
    """Return a function that appends to a session's journal."""
    journal = Journal(root / ".tarmac" / "journal" / f"migrate-{session}.jsonl")
    return lambda name, fields: journal.record(Event(name, {"session": session, **fields}))
