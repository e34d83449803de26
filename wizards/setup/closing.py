"""What a killed run did and could not say: found out before anything else is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from wizards.cloud.failing import CloudFailure
from wizards.cloud.port import Cloud
from wizards.events import discard
from wizards.plan import Action, FieldDiff
from wizards.runner import Progress, Step
from wizards.setup.made import MadeResource
from wizards.setup.step_journal import StepJournal
from wizards.setup.work import Work


def settled(part: MadeResource, cloud: Cloud) -> MadeResource:
    """Return a thing with what its last, unfinished write left in the world; reads only.

    Where this login may not read it, the thing is returned as the journals tell of it: less is
    taken back then, never more.
    """
    if part.opened is None:
        return part
    found: list[FieldDiff] = []
    work = Work(
        cloud=cloud,
        says=lambda _text: None,
        journal=lambda _operation: None,
        values={},
        wrote=found.append,
    )
    try:
        part.resource.settle(work)
    except CloudFailure as failure:
        if failure.status != 403 or failure.code == "api-disabled":
            raise
    fresh = tuple(each for each in found if each not in part.made.diff)
    return replace(part, made=replace(part.made, diff=(*part.made.diff, *fresh)))


def close_opened(
    job: StepJournal, past: Mapping[str, MadeResource], as_wanted: Iterable[str]
) -> None:
    """Journal the end of writes whose things are found as wanted, so that no step will.

    What cannot be read now stays open, and the next apply or undo finds it out.
    """
    for key in as_wanted:
        part = past.get(key)
        if part is None or part.opened is None:
            continue
        resource = part.resource
        work = job.work_of(resource, Progress(_silent(key), discard))
        try:
            resource.settle(work)
            created = part.opened is Action.CREATE and resource.whole
            identity = resource.trace(work.cloud).identity if created else ""
        except CloudFailure:
            continue
        job.say("step.done", resource, action="none", made=True, diff=[], identity=identity)


def _silent(key: str) -> Step:
    return Step(id=key, title=key, work=lambda _progress: None)
