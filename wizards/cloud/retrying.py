"""When a call is made again: only what is retryable, with jitter, Retry-After and a budget."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from http import HTTPStatus
from typing import TypeVar

from generators.language import _
from wizards.cancel import Cancel
from wizards.cloud.cards import card
from wizards.cloud.failing import CloudFailure, Retry
from wizards.cloud.pace import Pace
from wizards.cloud.refusals import expected, read

T = TypeVar("T")

FIRST_WAIT = 1.0
LONGEST_WAIT = 32.0
BUDGET = 120.0
BUDGET_UNANSWERED = 6.0
"""Before the first answer of all a lost network is no hiccup: say so soon."""


class Effect(Enum):
    """What happens when a call is made twice."""

    READ = "nothing"
    SAME = "the same again, or a 409 that the caller understands"
    ADDS = "it is done twice"

    def allows(self, retry: Retry) -> bool:
        """Say whether an attempt that ended so may be followed by another one."""
        if retry is Retry.REFUSED or (retry is Retry.CONFLICT and self is Effect.READ):
            return True
        return retry is Retry.UNKNOWN and self is not Effect.ADDS


@dataclass(slots=True)
class Counter:
    """How many requests were sent, counted across threads, and whether any was answered."""

    count: int = 0
    answered: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self) -> None:
        """Count one more."""
        with self._lock:
            self.count += 1


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes calls and makes them again; waits end when ``cancel`` is asked."""

    pace: Pace
    counter: Counter = field(default_factory=Counter)
    cancel: Cancel = field(default_factory=Cancel)
    says: Callable[[str], None] = lambda _text: None
    member: Callable[[], str] = lambda: ""
    """Who asks, as a member of a policy; a card's grant names them."""
    writes: Counter = field(default_factory=Counter)
    """Writes that were done, or may have been: the answer of a failed one never came."""

    def call(self, name: str, effect: Effect, send: Callable[[], T]) -> T:
        """Return the answer of ``send``, or raise the card of the failure that ended it."""
        waits = backoff()
        spent = 0.0
        while True:
            try:
                self.counter.add()
                answer = send()
            except expected() as error:
                failure = self._card(error, name)
                self._count(effect, done=failure.retry is Retry.UNKNOWN)
                wait = max(next(waits), failure.refusal.retry_after or 0.0)
                allowed = effect.allows(failure.retry)
                failure.exhausted = allowed and spent + wait > self._budget(failure)
                if not allowed or failure.exhausted:
                    raise failure.after(spent) from error
            else:
                self.counter.answered = True
                self._count(effect, done=True)
                return answer
            spent += wait
            self.says(_told(failure, wait))
            self.pace.sleep(wait, self.cancel)

    def _card(self, error: Exception, name: str) -> CloudFailure:
        refusal = read(error, name)
        if refusal.status:
            self.counter.answered = True
        if refusal.status == HTTPStatus.FORBIDDEN:
            refusal = replace(refusal, member=self.member())
        return card(refusal)

    def _budget(self, failure: CloudFailure) -> float:
        lost = failure.status == 0 and not self.counter.answered
        return BUDGET_UNANSWERED if lost else BUDGET

    def _count(self, effect: Effect, *, done: bool) -> None:
        if done and effect is not Effect.READ:
            self.writes.add()


def backoff(first: float = FIRST_WAIT, longest: float = LONGEST_WAIT) -> Iterator[float]:
    """Yield seconds to wait: doubling, with "full jitter" over the upper half."""
    wait = first
    while True:
        yield wait * (0.5 + random.random() / 2)
        wait = min(wait * 2, longest)


def _told(failure: CloudFailure, wait: float) -> str:
    return _("{problem}; trying again in {seconds} s").format(
        problem=failure.message, seconds=max(round(wait), 1)
    )


def elapsed(pace: Pace, since: float) -> float:
    """Return the cloud's seconds that passed since a ``time.monotonic()`` moment."""
    return (time.monotonic() - since) * pace.speed
