"""How long one step puts up with each kind of trouble before it gives up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from generators.language import _
from wizards.cloud.failing import CloudFailure, Retry
from wizards.cloud.retrying import backoff

# The cloud's seconds that a kind of trouble may take altogether.
_BUDGETS = {
    Retry.PROPAGATION: 420.0,
    Retry.CONFLICT: 120.0,
    Retry.BUSY: 1800.0,
    Retry.REFUSED: 120.0,
    Retry.UNKNOWN: 120.0,
}
_EXISTS = {"exists", "instance-exists", "project-taken"}
_EXISTS_BUDGET = 30.0
# A fresh project's owner may do nothing for some seconds; a real refusal must not take long.
_DENIED = {"permission-denied", "billing-denied", "act-as-denied", "database-access-denied"}
_DENIED_BUDGET = 120.0
_LONGEST_WAIT = 15.0
# Each attempt leaves a revision of the service that never runs: few of them, not many.
_LEAVES_SOMETHING = {"secret-unreadable"}
_SELDOM = 45.0


@dataclass(slots=True)
class Patience:
    """What is left of the budgets; ``pause`` waits the cloud's seconds, ``retrying`` is told."""

    pause: Callable[[float], None]
    retrying: Callable[[str], None]
    _spent: dict[str, float] = field(default_factory=dict)
    _waits: Iterator[float] = field(default_factory=lambda: backoff(longest=_LONGEST_WAIT))

    def bear(self, failure: CloudFailure) -> None:
        """Wait before another attempt, or raise the failure that no waiting can cure."""
        kind, budget = _budget_of(failure)
        already = self._spent.get(kind, 0.0) + failure.waited
        steady = failure.retry in (Retry.PROPAGATION, Retry.BUSY)
        wait = _steady(already) if steady else next(self._waits)
        wait = max(wait, failure.refusal.retry_after or 0.0)
        if failure.code in _LEAVES_SOMETHING:
            wait = max(wait, _SELDOM, already)
        self._spent[kind] = already + wait
        if failure.exhausted or self._spent[kind] > budget:
            raise failure.after(already)
        self.retrying(_told(failure, wait))
        self.pause(wait)


def _budget_of(failure: CloudFailure) -> tuple[str, float]:
    if failure.code in _EXISTS:
        return "exists", _EXISTS_BUDGET
    if failure.code in _DENIED:
        return "denied", _DENIED_BUDGET
    return failure.retry.value, _BUDGETS.get(failure.retry, 0.0)


def _steady(waited: float) -> float:
    """Return the seconds to the next look at something that will come true by itself."""
    return min(max(waited / 10, 2.0), _LONGEST_WAIT)


def _told(failure: CloudFailure, wait: float) -> str:
    """Return what is waited for, and how long before the next try."""
    problem = failure.message
    if failure.code in _DENIED:
        return _("waiting, in case the role was granted just now: {problem}").format(
            problem=problem
        )
    match failure.retry:
        case Retry.PROPAGATION:
            return _("waiting until it is known everywhere: {problem}").format(problem=problem)
        case Retry.BUSY:
            return _("waiting for what runs already: {problem}").format(problem=problem)
        case Retry.CONFLICT:
            return _("reading it again: {problem}").format(problem=problem)
        case _:
            return _("{problem}; trying again in {seconds} s").format(
                problem=problem, seconds=max(round(wait), 1)
            )
