"""Runs steps that depend on each other: as many at once as can be, longest chain first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from enum import StrEnum

from generators.language import _
from wizards.cancel import Cancel, Cancelled
from wizards.events import Emit, Event, Json
from wizards.failures import Failure

WORKERS = 10


class State(StrEnum):
    """Where a step is."""

    WAITING = "waiting"
    RUNNING = "running"
    RETRYING = "retrying"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class Progress:
    """What a running step speaks through; each word is one ``plan.step`` event."""

    def __init__(self, step: Step, tell: Callable[[Event], None]) -> None:
        self._step = step
        self._tell = tell
        self._since = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the step started."""
        return time.monotonic() - self._since

    def says(self, text: str) -> None:
        """Say what the step does or waits for."""
        self.state(State.RUNNING, text)

    def retrying(self, text: str) -> None:
        """Say what went wrong and is tried again."""
        self.state(State.RETRYING, text)

    def state(self, state: State, says: str = "", failure: Failure | None = None) -> None:
        """Tell a state with words, and with the card of what went wrong."""
        self._tell(event_of(self._step, state, says, self.elapsed, failure))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One piece of work; ``needs`` are ids of steps that must end well before it starts.

    Of the steps with the same ``turn`` only one runs at a time, the longest chain first.
    """

    id: str
    title: str
    work: Callable[[Progress], None]
    needs: tuple[str, ...] = ()
    command: str = ""
    seconds_estimate: float = 1.0
    turn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a step ended; ``seconds`` are real ones, ``says`` explains skips and cancels.

    Of a skipped step ``says`` is the id of the step it needed; a cancelled one without ``seconds``
    was not begun.
    """

    state: State
    title: str = ""
    seconds: float = 0.0
    failure: Failure | None = None
    says: str = ""


@dataclass
class Run:
    """One run over steps in any order; :meth:`go` returns when nothing runs any more."""

    steps: Sequence[Step]
    emit: Emit
    cancel: Cancel
    ended: dict[str, Ended] = field(default_factory=dict)
    _speaking: threading.Lock = field(default_factory=threading.Lock)

    def go(self) -> dict[str, Ended]:
        """Run everything; a failed step lets independent ones finish and skips its dependents."""
        weights = chain_weights(self.steps)
        waiting = {step.id: step for step in sorted(self.steps, key=lambda s: -weights[s.id])}
        running: dict[Future[Ended], Step] = {}
        for step in self.steps:
            self._tell(event_of(step, State.WAITING))
        with ThreadPoolExecutor(WORKERS, "step") as pool:
            while waiting or running:
                self._skip_hopeless(waiting)
                for step in self._ready(waiting, {step.turn for step in running.values()}):
                    del waiting[step.id]
                    running[pool.submit(self._work, step)] = step
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    if future.exception() is not None:
                        self.cancel.ask()
                    self.ended[running.pop(future).id] = future.result()
        return self.ended

    def _ready(self, waiting: Mapping[str, Step], turns: set[str]) -> list[Step]:
        done = {key for key, ended in self.ended.items() if ended.state is State.DONE}
        known = {step.id for step in self.steps}
        open_needs = known - done
        ready: list[Step] = []
        for step in waiting.values():
            taken = step.turn and step.turn in turns
            if not taken and open_needs.isdisjoint(step.needs):
                ready.append(step)
                turns.add(step.turn)
        return ready

    def _skip_hopeless(self, waiting: dict[str, Step]) -> None:
        found = True
        while found:
            found = False
            for step in list(waiting.values()):
                blocker = next((n for n in step.needs if self._ended_badly(n)), None)
                if blocker is None and not self.cancel.asked:
                    continue
                cancelled = self.cancel.asked
                ended = Ended(
                    state=State.CANCELLED if cancelled else State.SKIPPED,
                    title=step.title,
                    says=_("not begun") if cancelled else blocker or "",
                )
                self.ended[step.id] = ended
                del waiting[step.id]
                self._tell(event_of(step, ended.state, ended.says))
                found = True

    def _ended_badly(self, key: str) -> bool:
        ended = self.ended.get(key)
        return ended is not None and ended.state is not State.DONE

    def _work(self, step: Step) -> Ended:
        progress = Progress(step, self._tell)
        progress.state(State.RUNNING)
        try:
            step.work(progress)
        except Cancelled as stopped:
            ended = Ended(
                state=State.CANCELLED,
                title=step.title,
                seconds=progress.elapsed,
                says=str(stopped),
            )
        except Failure as failure:
            ended = Ended(
                state=State.FAILED,
                title=step.title,
                seconds=progress.elapsed,
                failure=failure,
                says=failure.message,
            )
        else:
            ended = Ended(state=State.DONE, title=step.title, seconds=progress.elapsed)
        progress.state(ended.state, ended.says, ended.failure)
        return ended

    def _tell(self, event: Event) -> None:
        with self._speaking:
            self.emit(event)


def event_of(
    step: Step,
    state: State,
    says: str = "",
    elapsed: float = 0.0,
    failure: Failure | None = None,
) -> Event:
    """Return the ``plan.step`` event of a step; of a failed one with its ``failure`` as a card."""
    fields: dict[str, Json] = {
        "id": step.id,
        "state": state.value,
        "title": step.title,
        "elapsed": round(elapsed, 3),
        "says": says,
        "command": step.command,
    }
    return Event("plan.step", fields | ({"failure": failure.as_json()} if failure else {}))


def chain_weights(steps: Iterable[Step]) -> dict[str, float]:
    """Return for each step the seconds of the longest chain that it starts, itself included."""
    by_id = {step.id: step for step in steps}
    dependents: dict[str, list[str]] = {key: [] for key in by_id}
    for step in by_id.values():
        for need in step.needs:
            if need in dependents:
                dependents[need].append(step.id)
    weights: dict[str, float] = {}

    def weigh(key: str) -> float:
        if key not in weights:
            after = max((weigh(follower) for follower in dependents[key]), default=0.0)
            weights[key] = by_id[key].seconds_estimate + after
        return weights[key]

    for key in by_id:
        weigh(key)
    return weights
