"""Sessions on disk: a journal that survives the database, a transcript, and what they say later."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from wizards.disk import writing
from wizards.events import Emit, Event, Json
from wizards.journal import Journal, private_folder
from wizards.migrate.messages import Message
from wizards.migrate.model import Moment, SessionRecord
from wizards.redaction import redacted

_PREFIX = "migrate-"
_JOURNALLED = ("migrate.revision", "migrate.phase")


def new_id() -> str:
    """Return an id that sorts by time, to the microsecond: 20261103-142530-482913."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"


@dataclass
class Recorder:
    """Writes one session: every record is on disk before the work goes on."""

    root: Path
    session: str
    listener: Emit
    journal: Journal = field(init=False)
    folder: Path = field(init=False)

    def __post_init__(self) -> None:
        private = private_folder(self.root)
        self.journal = Journal(private / "journal" / f"{_PREFIX}{self.session}.jsonl")
        self.folder = private / "sessions" / self.session
        for folder in (self.folder.parent, self.folder):
            with writing(folder):
                folder.mkdir(mode=0o700, exist_ok=True)

    def record(self, name: str, fields: Mapping[str, Json]) -> None:
        """Append one record, durably."""
        self.journal.record(Event(name, {"session": self.session, **fields}))

    def emit(self, event: Event) -> None:
        """Pass an event on; all goes into the transcript, what tells the truth into the journal.

        That is revisions, phases and the target's statements that no transaction takes back.
        """
        if event.event in _JOURNALLED:
            self.journal.record(event)
        elif _stays(event):
            sql = redacted(str(event.fields.get("sql")))
            self.journal.record(replace(event, fields={**event.fields, "sql": sql}))
        if event.event != "migrate.backup":
            self._transcribe(event)
        self.listener(event)

    def write_report(self, text: str) -> Path:
        """Write ``report.md`` (0600) and return its path."""
        return self.write("report.md", redacted(text))

    def write(self, name: str, text: str) -> Path:
        """Write a file of the session (0600) and return its path."""
        path = self.folder / name
        with writing(path):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
        return path

    def _transcribe(self, event: Event) -> None:
        import json

        line = redacted(json.dumps(event.as_json(), ensure_ascii=False)) + "\n"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        path = self.folder / "transcript.jsonl"
        with writing(path):
            descriptor = os.open(path, flags, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(line)


@dataclass(frozen=True, slots=True)
class Told:
    """A session as its journal tells it: the start, the last step, the end where there is one."""

    id: str
    start: Message
    last: Message
    end: Message | None
    steps: tuple[Message, ...]

    @property
    def target(self) -> str:
        """The target's name."""
        return self.start.text("target")

    @property
    def alive(self) -> bool:
        """Whether the process that runs the session still does, on this machine."""
        return self.start.whole("pid") != os.getpid() and still_runs(self.start)

    def committed(self) -> tuple[str, ...]:
        """The revisions that were committed on the target, as far as the journal knows."""
        return tuple(
            step.text("revision")
            for step in self.steps
            if step.text("event") == "migrate.revision"
            and step.text("where") == "target"
            and step.text("state") == "committed"
        )

    def begun(self) -> bool:
        """Whether a statement may have reached the target."""
        return any(step.text("event") == "session.apply" for step in self.steps)

    def outside(self) -> tuple[str, ...]:
        """The statements that were begun on the target outside a transaction."""
        return tuple(
            step.text("sql")
            for step in self.steps
            if step.text("event") == "migrate.statement" and step.text("state") == "start"
        )

    def swap(self) -> Message | None:
        """The last step of a restore that was begun, or None."""
        steps = [step for step in self.steps if step.text("event") == "session.swap"]
        return steps[-1] if steps else None

    def moment(self) -> Moment:
        """The start of the session as transaction ids."""
        said = self.start.part("moment")
        running = said.value("in_progress")
        return Moment(
            said.whole("oldest_unseen") or 0,
            tuple(cast(list[int], running)) if isinstance(running, list) else (),
        )


def told(root: Path, target: str | None = None) -> list[Told]:
    """Return the sessions of a project, the newest first, of one target or of all."""
    folder = root / ".tarmac" / "journal"
    found = []
    for path in sorted(folder.glob(f"{_PREFIX}*.jsonl"), reverse=True):
        steps = tuple(Message(line) for line in Journal(path).read())
        if not steps or steps[0].text("event") != "session.start":
            continue
        end = next((step for step in steps if step.text("event") == "session.end"), None)
        one = Told(path.stem.removeprefix(_PREFIX), steps[0], steps[-1], end, steps)
        if target is None or one.target == target:
            found.append(one)
    return found


def summary(root: Path, one: Told) -> SessionRecord:
    """Return a session for a list."""
    report = root / ".tarmac" / "sessions" / one.id / "report.md"
    backup = one.start.text("backup")
    return SessionRecord(
        id=one.id,
        kind=one.start.text("kind"),
        target=one.target,
        started_at=datetime.fromisoformat(one.start.text("at")),
        ended_at=datetime.fromisoformat(one.end.text("at")) if one.end else None,
        outcome=one.end.text("outcome") if one.end else "",
        revisions=one.end.texts("applied") if one.end else one.committed(),
        said=one.end.text("said") if one.end else "",
        backup=Path(backup) if backup else None,
        report=report if report.exists() else None,
    )


def _stays(event: Event) -> bool:
    on_target = event.event == "migrate.statement" and event.fields.get("where") == "target"
    return on_target and bool(event.fields.get("autocommit"))


def process_facts() -> dict[str, Json]:
    """Return what tells this process from a later one with the same number."""
    return {"pid": os.getpid(), "pid_since": _since(os.getpid()), "host": socket.gethostname()}


def still_runs(said: Message) -> bool:
    """Say whether the process of :func:`process_facts` still runs, on this machine."""
    pid = said.whole("pid") or 0
    if said.text("host") != socket.gethostname() or pid == 0:
        return False
    return _runs(pid, said.text("pid_since"))


def _runs(pid: int, since: str) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not since or _since(pid) == since


def _since(pid: int) -> str:
    """Return the kernel's start time of a process where /proc says it, else ""."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]
