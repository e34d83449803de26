"""One resource, made for certain: look, make, and after a stumble look again before repeating."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from generators.language import _
from wizards.cloud.failing import CloudFailure, Retry
from wizards.cloud.retrying import backoff
from wizards.cloud.things import OperationName
from wizards.failures import Exit, Failure
from wizards.plan import Action
from wizards.setup.resource import Resource, Seen
from wizards.setup.work import Work

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
_DENIED = {"permission-denied", "billing-denied", "database-access-denied"}
_DENIED_BUDGET = 120.0
_LONGEST_WAIT = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """How a resource came to be as wanted; ``identity`` is told of what was created here."""

    made: bool
    attempts: int
    identity: str = ""


def perform(
    resource: Resource,
    work: Work,
    earlier: OperationName | None,
    retrying: Callable[[str], None],
) -> Performance:
    """Make a resource; raises the failure that no waiting can cure.

    ``earlier`` is an operation that a killed run started: it is joined before anything else.
    """
    if earlier is not None:
        _join(earlier, work)
    spent: dict[str, float] = {}
    waits = backoff(longest=_LONGEST_WAIT)
    attempts = 0
    made = earlier is not None
    created = work.opened is Action.CREATE
    while True:
        try:
            seen = resource.look(work.cloud)
            if seen.action is Action.BLOCKED:
                raise _blocked(resource, seen.blocked_by)
            if seen.action is not Action.NONE:
                attempts += 1
                made = True
                created = created or seen.action is Action.CREATE
                _make(resource, work, seen)
            elif attempts or work.opened is not None:
                resource.settle(work)
            identity = resource.trace(work.cloud).identity if created else ""
            return Performance(made=made, attempts=attempts, identity=identity)
        except CloudFailure as failure:
            kind, budget = _budget_of(failure)
            already = spent.get(kind, 0.0) + failure.waited
            steady = failure.retry in (Retry.PROPAGATION, Retry.BUSY)
            wait = _steady(already) if steady else next(waits)
            wait = max(wait, failure.refusal.retry_after or 0.0)
            spent[kind] = already + wait
            if spent[kind] > budget:
                failure.after(already)
                raise
            made = True
            retrying(_told(failure, wait))
            work.cloud.pause(wait)


def _make(resource: Resource, work: Work, seen: Seen) -> None:
    """Make a resource; the journal knows before what was found, and after when nothing came of it.

    Whatever a kill leaves between them counts as made.
    """
    work.begins(seen.action, seen.diff)
    before = work.cloud.writes
    try:
        resource.make(work, seen)
    except CloudFailure:
        if work.cloud.writes == before:
            work.refused()
        raise


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


def _join(earlier: OperationName, work: Work) -> None:
    work.says(_("joining the operation that an earlier run started"))
    try:
        work.cloud.wait(earlier)
    except CloudFailure as failure:
        if failure.status not in (400, 403, 404):
            raise


def _blocked(resource: Resource, why: str) -> Failure:
    return Failure(
        "blocked",
        _("{what} cannot be made as wanted").format(what=resource.name),
        why=why,
        exit_code=Exit.BLOCKED,
    )
