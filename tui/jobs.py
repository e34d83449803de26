"""Work that runs beside the screen: daemon threads that only post, one mutation at a time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from textual.message import Message

from wizards.cancel import Cancel, Cancelled
from wizards.events import Emit, Event
from wizards.failures import Failure

T = TypeVar("T")
KEPT_EVENTS = 20_000


@dataclass(eq=False)
class Job(Generic[T]):
    """One piece of work: what it is called, its events so far and how it ended.

    ``name`` is "area.what" ("migrate.up"); ``state`` is running, done, failed or cancelled;
    ``mutates`` says that it changes the world, so that a second one is refused meanwhile.
    """

    name: str
    title: str
    mutates: bool
    then: Callable[[T], None] | None
    otherwise: Callable[[Failure], None] | None
    cancel: Cancel = field(default_factory=Cancel)
    started: float = field(default_factory=time.monotonic)
    ended: float | None = None
    state: str = "running"
    result: T | None = None
    failure: Failure | None = None
    crash: BaseException | None = None
    events: deque[Event] = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))
    fresh: deque[Event] = field(default_factory=deque)
    told: set[str] = field(default_factory=set)
    reported: bool = False

    @property
    def area(self) -> str:
        """The mode the work belongs to."""
        return self.name.partition(".")[0]

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self.state == "running"

    def drain(self) -> tuple[Event, ...]:
        """Take the events that nobody has seen yet, and keep them with the others."""
        taken = []
        while self.fresh:
            taken.append(self.fresh.popleft())
        self.events.extend(taken)
        return tuple(taken)

    @property
    def elapsed(self) -> float:
        """Seconds since the start, until the end."""
        return (self.ended or time.monotonic()) - self.started


@dataclass(frozen=True, slots=True)
class Progress:
    """What a job said since the last time; the last one has an ended job."""

    job: Job[object]
    events: tuple[Event, ...]


class Woke(Message, bubble=False):
    """A job has something to say; several of one job melt into one."""

    def __init__(self, job: Job[object]) -> None:
        super().__init__()
        self.job = job

    def can_replace(self, message: Message) -> bool:
        """Replace an older message of the same job: the events wait in the job."""
        return isinstance(message, Woke) and message.job is self.job


def launch(
    job: Job[T], work: Callable[[Emit, Cancel], T], post: Callable[[Message], object]
) -> threading.Thread:
    """Run the work in a daemon thread; it only posts, so the app may leave at any time."""

    def emit(event: Event) -> None:
        job.fresh.append(event)
        post(Woke(job))  # type: ignore[arg-type]

    def run() -> None:
        state = "failed"
        try:
            job.result = work(emit, job.cancel)
            state = "done"
        except Failure as failure:
            job.failure = failure
        except Cancelled:
            state = "cancelled"
        except Exception as crash:  # noqa: BLE001 - handed to the app, which shows and logs it
            job.crash = crash
        job.ended = time.monotonic()
        job.state = state
        post(Woke(job))  # type: ignore[arg-type]

    thread = threading.Thread(target=run, name=job.name, daemon=True)
    thread.start()
    return thread
