"""Long-running operations as data: a restart in the middle of one finishes it.

An operation names its effect (a function of this process, found by name) and the arguments. When
its time has come the effect is applied and the operation ends, in one transaction. What needs the
outside world (a Postgres to be made) is *work*: it runs in a thread from the first moment, may be
run again after a crash, and has to be over before the effect is applied; what it returns is the
operation's outcome when the effect looks at it.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.errors import ApiError

if TYPE_CHECKING:
    from sandbox.world import World

Body = dict[str, Any]
Effect = Callable[["World", "Operation"], Body]
Work = Callable[["World", Body], Body | None]

EFFECTS: dict[str, Effect] = {}
FAILURES: dict[str, Effect] = {}
WORK: dict[str, Work] = {}

COLUMNS = (
    "name, api, target, effect, arguments, about, started, seconds, worked, ended, failure, outcome"
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; ``started`` and ``ended`` are epoch seconds, ``seconds`` simulated ones."""

    name: str
    api: str
    target: str
    effect: str
    arguments: Body
    about: Body
    started: float
    seconds: float
    worked: float | None
    ended: float | None
    failure: Body | None
    outcome: Body | None

    @property
    def done(self) -> bool:
        """Whether it has ended, well or badly."""
        return self.ended is not None


def effect(name: str) -> Callable[[Effect], Effect]:
    """Register what an operation does to the store when its time has come."""

    def register(function: Effect) -> Effect:
        EFFECTS[name] = function
        return function

    return register


def failure(name: str) -> Callable[[Effect], Effect]:
    """Register what is left in the store when the work of an operation failed."""

    def register(function: Effect) -> Effect:
        FAILURES[name] = function
        return function

    return register


def work(name: str) -> Callable[[Work], Work]:
    """Register what an operation does outside the store; it must bear being run twice."""

    def register(function: Work) -> Work:
        WORK[name] = function
        return function

    return register


class Unfinished(Exception):
    """Raised by work that the end of the sandbox cut off; the next start begins it anew."""


class Operations:
    """The operations of a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="sandbox-work")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pending: set[str] = set()

    def resume(self) -> None:
        """Begin, inside the event loop, the work of every operation that had not ended."""
        self._loop = asyncio.get_running_loop()
        for operation in self._select("ended IS NULL AND worked IS NULL"):
            self._start_work(operation)

    async def rest(self) -> None:
        """Return when no work is under way."""
        while self._pending:
            await asyncio.sleep(0.01)

    def close(self) -> None:
        """Wait for the work that is under way; what has not begun is left for the next start."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def begin(
        self,
        api: str,
        target: str,
        effect_name: str,
        arguments: Body,
        *,
        seconds: float,
        about: Body | None = None,
        name: str = "",
    ) -> Operation:
        """Record an operation on a target and let its work begin when the request is committed."""
        operation = Operation(
            name=name or str(uuid.uuid4()),
            api=api,
            target=target,
            effect=effect_name,
            arguments=arguments,
            about=about or {},
            started=self._world.clock.now(),
            seconds=seconds,
            worked=None,
            ended=None,
            failure=None,
            outcome=None,
        )
        self._world.store.connection.execute(
            f"INSERT INTO operations ({COLUMNS}) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL, NULL)",
            (
                *(operation.name, api, target, effect_name, json.dumps(arguments)),
                *(json.dumps(operation.about), operation.started, seconds),
            ),
        )
        if effect_name in WORK:
            self._begin_soon(operation)
        return operation

    def get(self, name: str) -> Operation | None:
        """Return an operation by its name."""
        return next(iter(self._select("name = ?", name)), None)

    def of(self, api: str, target: str) -> list[Operation]:
        """Return the operations on a target, the newest first."""
        return self._select("api = ? AND target = ? ORDER BY started DESC", api, target)

    def running_on(self, api: str, target: str) -> Operation | None:
        """Return an operation that has not ended on a target."""
        found = self._select("api = ? AND target = ? AND ended IS NULL", api, target)
        return found[0] if found else None

    def unfinished(self, api: str) -> list[Operation]:
        """Return every operation of an API that has not ended."""
        return self._select("api = ? AND ended IS NULL", api)

    def below(self, api: str, prefix: str) -> list[Operation]:
        """Return the operations on every target that begins so, the newest first."""
        return self._select(
            "api = ? AND substr(target, 1, ?) = ? ORDER BY started DESC", api, len(prefix), prefix
        )

    def settle(self) -> None:
        """Apply the effect of every operation whose time has come and whose work is over."""
        for operation in self._select("ended IS NULL ORDER BY started"):
            due = self._world.clock.due(operation.started, operation.seconds)
            if operation.failure is not None and operation.worked is not None:
                self._end(operation, operation.worked, FAILURES.get(operation.effect))
            elif due <= self._world.clock.now() and not self._works(operation):
                self._end(operation, max(due, operation.worked or 0.0), EFFECTS[operation.effect])

    def _works(self, operation: Operation) -> bool:
        return operation.effect in WORK and operation.worked is None

    def _end(self, operation: Operation, moment: float, apply: Effect | None) -> None:
        with self._world.store.transaction():
            problem, outcome = operation.failure, None
            try:
                outcome = apply(self._world, operation) if apply else None
            except ApiError as refused:
                problem = refused.as_status()
            self._world.store.connection.execute(
                "UPDATE operations SET ended = ?, failure = ?, outcome = ? WHERE name = ?",
                (
                    moment,
                    json.dumps(problem) if problem else None,
                    json.dumps(outcome),
                    operation.name,
                ),
            )

    def _begin_soon(self, operation: Operation) -> None:
        """Start the work once the request's transaction is over."""
        if self._loop is not None:
            self._loop.call_soon(self._start_work_if_kept, operation.name)

    def _start_work_if_kept(self, name: str) -> None:
        operation = self.get(name)
        if operation is not None and not operation.done:
            self._start_work(operation)

    def _start_work(self, operation: Operation) -> None:
        if operation.effect not in WORK or operation.name in self._pending:
            return
        self._pending.add(operation.name)
        future = self._threads.submit(WORK[operation.effect], self._world, operation.arguments)
        future.add_done_callback(lambda done: self._report(operation.name, done))

    def _report(self, name: str, done: Future[Body | None]) -> None:
        if self._loop is None or self._loop.is_closed() or done.cancelled():
            return
        if isinstance(done.exception(), Unfinished):
            self._loop.call_soon_threadsafe(self._pending.discard, name)
            return
        problem = done.exception()
        outcome = None if problem else done.result()
        self._loop.call_soon_threadsafe(self._worked, name, problem, outcome)

    def _worked(self, name: str, problem: BaseException | None, outcome: Body | None) -> None:
        self._pending.discard(name)
        refused = None
        if problem is not None:
            error = problem if isinstance(problem, ApiError) else ApiError("INTERNAL", str(problem))
            refused = json.dumps(error.as_status())
        try:
            self._world.store.connection.execute(
                "UPDATE operations SET worked = ?, failure = ?, outcome = ? WHERE name = ?",
                (self._world.clock.now(), refused, json.dumps(outcome), name),
            )
        except sqlite3.ProgrammingError:
            return

    def _select(self, where: str, *values: object) -> list[Operation]:
        rows = self._world.store.connection.execute(
            f"SELECT {COLUMNS} FROM operations WHERE {where}", values
        ).fetchall()
        return [_operation(row) for row in rows]


def _operation(row: tuple[Any, ...]) -> Operation:
    loaded = list(row)
    for index in (4, 5, 10, 11):
        loaded[index] = json.loads(row[index]) if row[index] else None
    return Operation(*loaded)
