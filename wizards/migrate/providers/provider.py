"""A provider of revisions: every question goes to an agent, a fresh process per operation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from generators.language import _
from wizards.blueprint import Migrations
from wizards.cancel import Cancel
from wizards.events import Emit, Json
from wizards.failures import Failure, UsageFailure
from wizards.migrate.agent_process import AgentProcess, Seat
from wizards.migrate.backends import identity_at
from wizards.migrate.commits import commit_map
from wizards.migrate.graph import ordered
from wizards.migrate.messages import Message
from wizards.migrate.model import History, RevisionPreview, Statement
from wizards.migrate.target import Target
from wizards.postgres.address import Address

LOOK_SECONDS = 120.0  # for operations that only read


@dataclass(frozen=True, slots=True)
class State:
    """What a provider says of its target: heads, pending revisions, modes and the version table."""

    heads: tuple[str, ...]
    pending: tuple[str, ...]
    transaction_mode: str
    version_table: str
    version_schema: str
    lock_timeout: str
    server_version: str

    @property
    def table(self) -> str:
        """The version table, with its schema where the project names one."""
        return ".".join(part for part in (self.version_schema, self.version_table) if part)


@dataclass(kw_only=True)
class Provider(ABC):
    """One project, one target: operations that start a fresh agent each."""

    directory: Path
    migrations: Migrations
    target: Target | None

    name: ClassVar[str]
    _running: list[AgentProcess] = field(default_factory=list)

    def history(self, emit: Emit, *, cancel: Cancel | None = None) -> tuple[History, State]:
        """Return the revisions, oldest first, and the state of the target."""
        found = self._ask({"op": "graph"}, emit, cancel)
        return self._history(found)

    def plan(
        self, emit: Emit, request: Mapping[str, Json], *, cancel: Cancel | None = None
    ) -> tuple[History, State, tuple[RevisionPreview, ...]]:
        """Return history, state and the SQL of a request's steps, all of one look."""
        found = self._ask({"op": "graph", "written": True, **request}, emit, cancel)
        return *self._history(found), _previews(found.parts("previews"))

    def _history(self, found: Message) -> tuple[History, State]:
        state = _state(found)
        revisions = ordered(found.parts("revisions"), state.heads, state.pending, self.directory)
        history = History(
            provider=self.name,
            target=self.target.name if self.target else "",
            server_version=state.server_version,
            current=state.heads,
            heads=found.texts("heads"),
            revisions=revisions,
            transaction_mode=state.transaction_mode,
            warnings=(*(self.target.notes if self.target else ()), *found.texts("warnings")),
        )
        return history, state

    def preview(
        self, emit: Emit, request: Mapping[str, Json], *, cancel: Cancel | None = None
    ) -> tuple[str, tuple[RevisionPreview, ...]]:
        """Return who commits and the SQL of each step (``to``, ``revert`` or ``direction``)."""
        found = self._ask({"op": "preview", **request}, emit, cancel).parts("revisions")
        mode = found[0].text("transaction_mode") if found else "whole_run"
        return mode, _previews(found)

    def new(self, request: Mapping[str, Json], emit: Emit) -> dict[str, str]:
        """Write revision files (``message``, ``autogenerate``, ``head``); return path by id."""
        made = self._ask({"op": "new", **request}, emit, None).value("revisions")
        pairs = made if isinstance(made, list) else []
        return {str(one[0]): str(one[1]) for one in pairs if isinstance(one, list)}

    def run(
        self,
        request: Mapping[str, Json],
        emit: Emit,
        cancel: Cancel,
        on_event: Callable[[Message], None],
        on_cancel: Callable[[], None],
    ) -> Message:
        """Run an operation that changes the database, without a limit on its time.

        Between revisions that are committed one by one the agent waits until ``on_event`` has
        returned; what it raises ends the run there.
        """

        def ask(agent: AgentProcess, asked: Mapping[str, Json]) -> Message:
            def heard(message: Message) -> None:
                on_event(message)
                if message.name == "rev_committed" and not cancel.asked:
                    agent.go_on()

            return agent.result(asked, cancel, on_event=heard, on_cancel=on_cancel)

        return self._talk(ask, request, emit)

    def differences(self, emit: Emit) -> tuple[str, ...] | None:
        """Return what the models and the database do not agree about; None: no models are known."""
        found = self._ask({"op": "check"}, emit, None)
        return found.texts("differences") if found.flag("compared") else None

    def resolve(self, name: str, emit: Emit, *, applied: bool) -> None:  # noqa: ARG002
        """Settle a failed migration (Prisma's only): it is applied, or nothing of it is there."""
        raise UsageFailure(
            "no-failed-state",
            _("Only Prisma's migrations can be left in a failed state that is resolved."),
            next=("tarmac migrate status",),
        )

    def kill(self) -> None:
        """End every running agent at once."""
        for agent in list(self._running):
            agent.kill()

    def _ask(self, request: Mapping[str, Json], emit: Emit, cancel: Cancel | None) -> Message:
        return self._talk(
            lambda agent, asked: agent.result(asked, cancel or Cancel(), seconds=LOOK_SECONDS),
            request,
            emit,
        )

    def _talk(
        self,
        ask: Callable[[AgentProcess, Mapping[str, Json]], Message],
        request: Mapping[str, Json],
        emit: Emit,
    ) -> Message:
        environment = dict(self.migrations.environment)
        if self.target is not None:
            environment |= self.target.environment()
        agent = AgentProcess(self.seat(environment), emit)
        self._running.append(agent)
        try:
            return ask(agent, {**self._options(request), **request})
        finally:
            self._running.remove(agent)

    @abstractmethod
    def seat(self, environment: Mapping[str, str]) -> Seat:
        """Return where the agent runs, with the variables it gets (they may hold secrets)."""

    @abstractmethod
    def connects_to(self, emit: Emit) -> Address:
        """Return where the project connects when nobody tells it."""

    @abstractmethod
    def options(self) -> dict[str, Json]:
        """Return what every request of this project carries."""

    def _options(self, request: Mapping[str, Json]) -> dict[str, Json]:
        options = {"settings": {"application_name": "tarmac look"}, **self.options()}
        if self.target is not None and "expect" not in request:
            options["expect"] = list(identity_at(self.target.address))
        return options


def _state(found: Message) -> State:
    targets = found.parts("targets")
    if len(targets) != 1:
        raise Failure(
            "several-targets",
            _("env.py runs its migrations {count} times, once per schema or database.").format(
                count=len(targets)
            ),
            why=_("Several targets in one env.py are not available yet."),
        )
    one = targets[0]
    missing = one.texts("unknown")
    if missing:
        raise Failure(
            "revision-unknown",
            _("The database is at revision {revision}, which this checkout does not have.").format(
                revision=", ".join(missing)
            ),
            why=_("It was migrated from another branch or a newer commit."),
            next=(
                "git fetch --all",
                _("check out the commit that has {revision}").format(revision=missing[0]),
            ),
        )
    return State(
        heads=one.texts("heads"),
        pending=one.texts("pending"),
        transaction_mode=one.text("transaction_mode"),
        version_table=one.text("version_table"),
        version_schema=one.text("version_schema"),
        lock_timeout=one.text("lock_timeout"),
        server_version=one.text("server_version"),
    )


def _previews(parts: Sequence[Message]) -> tuple[RevisionPreview, ...]:
    return tuple(_previewed(part, last=index == len(parts) - 1) for index, part in enumerate(parts))


def _previewed(part: Message, *, last: bool) -> RevisionPreview:
    written = part.parts("statements")
    statements = [
        Statement(
            sql=one.text("sql"),
            line=one.whole("line") or 1,
            autocommit=one.flag("autocommit"),
        )
        for one in written
    ]
    alone = [statement.autocommit for statement in statements]
    mode, reason = part.text("transaction_mode"), part.text("reason")
    transactional, commits = commit_map(alone, mode, last=last)
    return RevisionPreview(
        id=part.text("id"),
        message=part.text("message"),
        transactional=transactional,
        commits=commits,
        statements=tuple(statements),
        reason=reason,
    )
