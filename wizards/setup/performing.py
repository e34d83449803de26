"""One resource, made for certain: look, make, and after a stumble look again before repeating."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from generators.language import _
from wizards.cloud.failing import CloudFailure
from wizards.cloud.things import OperationName
from wizards.failures import Exit, Failure
from wizards.plan import Action
from wizards.setup.patience import Patience
from wizards.setup.resource import Resource, Seen
from wizards.setup.work import Work


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
        join(earlier, work)
    patience = Patience(work.cloud.pause, retrying)
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
            patience.bear(failure)
            made = True


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


def join(earlier: OperationName, work: Work) -> None:
    """Wait for an operation of an earlier run; how it ended, the world will tell."""
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
