"""What an agent tells while it runs revisions: passed on as events, kept as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from generators.language import _
from wizards.events import Emit, Event, Json
from wizards.migrate.commits import commit_map
from wizards.migrate.messages import Message
from wizards.migrate.model import RevisionPreview, Statement
from wizards.migrate.own_work import OwnWork, between

LOCK_REFUSED = "55P03"


@dataclass
class Chapter:
    """One revision as it ran; ``dirty`` means that something in it was committed early."""

    id: str
    message: str = ""
    done: bool = False
    stamped: bool = False
    dirty: bool = False
    milliseconds: float = 0.0
    signature: str = ""
    changes_before: str = ""
    statements: list[Statement] = field(default_factory=list)

    @property
    def left_behind(self) -> bool:
        """Whether it failed after something in it had been committed."""
        return self.dirty and not self.stamped


@dataclass
class Story:
    """The revisions of one run; ``where`` is "target" or "scratch" in the events.

    ``pids`` are the backends the agent opened; the newest one runs the statements.
    """

    emit: Emit
    where: str
    transaction_mode: str = "whole_run"
    chapters: list[Chapter] = field(default_factory=list)
    planned: tuple[str, ...] = ()
    pids: list[int] = field(default_factory=list)
    failed_revision: str | None = None
    failed_statement: str | None = None
    error: str = ""
    sqlstate: str = ""
    blocked_itself: bool = False
    own: OwnWork = field(default_factory=OwnWork)
    settings: dict[str, str] = field(default_factory=dict)
    _numbers: dict[int, tuple[Chapter, int]] = field(default_factory=dict)

    @property
    def applied(self) -> tuple[str, ...]:
        """The revisions that ran and were stamped, in order."""
        return tuple(chapter.id for chapter in self.chapters if chapter.stamped)

    @property
    def early_commits(self) -> bool:
        """Whether anything was committed before the end of its revision."""
        return any(chapter.dirty for chapter in self.chapters)

    @property
    def cause(self) -> str:
        """What went wrong; a lock that the run itself holds on another connection is named."""
        if self.sqlstate != LOCK_REFUSED or not self.blocked_itself:
            return self.error
        says = _("it waits for a lock that another connection of the revision itself holds")
        return f"{says}\n{self.error}"

    def look(self, event: Event) -> None:
        """Pass on what the monitor saw; remember whether the run stands in its own way."""
        blockers = event.fields.get("blockers")
        for one in blockers if isinstance(blockers, list) else []:
            self.blocked_itself |= isinstance(one, Mapping) and one.get("pid") in self.pids
        self.emit(event)

    def hear(self, message: Message) -> None:
        """Take in one event of the agent."""
        name = message.name
        if name == "conn":
            self.pids.append(message.whole("pid") or 0)
        elif name == "plan":
            self.planned = message.texts("revisions")
            self.transaction_mode = message.text("transaction_mode")
        elif name == "rev_start":
            chapter = Chapter(message.text("rev"), message.text("message"))
            chapter.changes_before = message.text("changes")
            self.chapters.append(chapter)
            self.own = OwnWork.together((self.own, OwnWork(_transaction(message))))
            self._tell("revision", {"revision": message.text("rev"), "state": "start"})
        elif name.startswith("stmt"):
            self._statement(name, message)
        elif name == "lock":
            self._locked(message)
        elif name.startswith("rev_") and self.chapters:
            self._revision(name, message)
        elif name == "note" and self.chapters:
            self._own(message)
            self.chapters[-1].dirty = True

    def _revision(self, name: str, message: Message) -> None:
        chapter = self.chapters[-1]
        if name == "rev_fail":
            chapter.dirty |= message.number("commits") > 0
            self.failed_revision = chapter.id
            self.error = self.error or message.text("error")
            self._tell("revision", {"revision": chapter.id, "state": "failed", "error": self.error})
        elif name == "rev_done":
            chapter.done = True
            chapter.dirty |= message.number("commits") > 0
            chapter.milliseconds = message.number("ms")
            chapter.signature = message.text("signature")
            self._own(message)
            own: Json = {"transactions": sorted(self.own.transactions)}
            done: dict[str, Json] = {
                "revision": chapter.id,
                "state": "done",
                "ms": chapter.milliseconds,
            }
            self._tell("revision", {**done, "own": own})
        elif name == "rev_stamped":
            chapter.stamped = True
            if self.transaction_mode == "per_migration":
                self._tell("revision", {"revision": chapter.id, "state": "committed"})

    def _own(self, message: Message) -> None:
        """Remember what the run itself wrote, when a transaction is about to be committed."""
        chapter = self.chapters[-1]
        done = OwnWork(
            _transaction(message),
            {} if chapter.dirty else between(chapter.changes_before, message.text("changes")),
        )
        self.own = OwnWork.together((self.own, done))

    def _statement(self, name: str, message: Message) -> None:
        number = message.whole("n") or 0
        if name == "stmt" and self.chapters:
            chapter = self.chapters[-1]
            self._numbers[number] = (chapter, len(chapter.statements))
            line = message.whole("line") or 1
            params = message.value("params")
            statement = Statement(
                sql=message.text("sql"),
                params=params,
                line=line,
                autocommit=message.flag("autocommit"),
            )
            chapter.statements.append(statement)
            self._tell_statement(chapter, statement, number, {"state": "start"})
        if number not in self._numbers or name == "stmt":
            return
        chapter, index = self._numbers[number]
        told = chapter.statements[index]
        if name == "stmt_done":
            told = _with(
                told,
                milliseconds=message.number("ms"),
                rows=message.whole("rows"),
                rewrote=message.texts("rewrote"),
                scanned=message.texts("scanned"),
            )
            chapter.statements[index] = told
            ended: dict[str, Json] = {"state": "done", "ms": told.milliseconds, "rows": told.rows}
            self._tell_statement(chapter, told, number, ended)
        elif name == "stmt_error":
            self.failed_statement, self.error = told.sql, message.text("error")
            self.sqlstate = message.text("sqlstate")
            self._tell_statement(chapter, told, number, {"state": "failed", "error": self.error})

    def _locked(self, message: Message) -> None:
        number = message.whole("n") or 0
        if number in self._numbers:
            chapter, index = self._numbers[number]
            told = chapter.statements[index]
            lock: dict[str, Json] = {
                "relation": message.text("relation"),
                "mode": message.text("mode"),
                "held_ms": message.number("held_ms"),
            }
            chapter.statements[index] = _with(told, locks=(*told.locks, lock))

    def _tell_statement(
        self, chapter: Chapter, statement: Statement, number: int, more: dict[str, Json]
    ) -> None:
        index = self._numbers[number][1]
        fields: dict[str, Json] = {"revision": chapter.id, "index": index, "sql": statement.sql}
        if statement.autocommit:
            fields["autocommit"] = True
        self._tell("statement", {**fields, **more})

    def _tell(self, name: str, fields: dict[str, Json]) -> None:
        self.emit(Event(f"migrate.{name}", {**fields, "where": self.where}))

    def told(self) -> tuple[RevisionPreview, ...]:
        """Return the revisions as they really ran, with what was measured."""
        found = []
        for chapter in self.chapters:
            last = chapter is self.chapters[-1]
            alone = [statement.autocommit for statement in chapter.statements]
            transactional, commits = commit_map(alone, self.transaction_mode, last=last)
            found.append(
                RevisionPreview(
                    id=chapter.id,
                    message=chapter.message,
                    source="rehearsal",
                    transactional=transactional and not chapter.dirty,
                    commits=commits,
                    statements=tuple(chapter.statements),
                )
            )
        return tuple(found)


def _transaction(message: Message) -> frozenset[int]:
    """Return the transaction a message was sent from, as 32 bits."""
    transaction = message.whole("transaction")
    return frozenset({transaction % (1 << 32)} if transaction else ())


def _with(statement: Statement, **measured: object) -> Statement:
    return replace(statement, **measured)  # type: ignore[arg-type]  # fields of Statement
