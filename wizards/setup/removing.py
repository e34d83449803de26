"""One thing taken back for certain: removed, and after a stumble looked at again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from generators.language import _
from wizards.cancel import Cancelled
from wizards.cloud.failing import CloudFailure
from wizards.cloud.things import OperationName
from wizards.plan import Change, FieldDiff
from wizards.runner import Progress, Step
from wizards.setup.made import MadeResource
from wizards.setup.patience import Patience
from wizards.setup.performing import join
from wizards.setup.resource import Made
from wizards.setup.step_journal import StepJournal
from wizards.setup.work import Work


def removal_steps(
    job: StepJournal,
    changes: Sequence[Change],
    past: Mapping[str, MadeResource],
    *,
    after: tuple[str, ...],
    resume: str,
) -> list[Step]:
    """Return the steps of everything that goes by itself, each with what it takes along.

    All wait for the steps ``after``; ``resume`` is the command that goes on after an interruption.
    """
    steps: list[Step] = []
    for change in changes:
        if change.idle or change.id not in past:
            continue
        along = [past[each.id] for each in changes if each.within == change.id and each.id in past]
        needs = (*change.needs, *after)
        steps.append(_removal_step(job, change, past[change.id], along, needs, resume))
    return steps


def _removal_step(
    job: StepJournal,
    change: Change,
    part: MadeResource,
    along: Sequence[MadeResource],
    needs: tuple[str, ...],
    resume: str,
) -> Step:
    resource = part.resource
    made = narrowed(part.made, change)

    def work(progress: Progress) -> None:
        job.say("step.start", resource)
        bound = job.work_of(resource, progress, removing=True)
        progress.says(_("taking it back"))
        try:
            remove(part, made, bound, progress)
        except Cancelled:
            raise Cancelled(job.left_running(resource, resume)) from None
        whole = made.created and resource.whole
        left = () if whole else _left(part, bound)
        gone = [each.as_json() for each in part.made.diff if each not in left]
        job.say("step.removed", resource, whole=whole, diff=gone)
        for inner in along:
            job.say("step.removed", inner.resource, whole=True, diff=[])

    return Step(
        id=change.id,
        title=change.title,
        needs=needs,
        command=change.command,
        seconds_estimate=change.seconds_estimate,
        turn=part.resource.turn,
        work=work,
    )


def remove(part: MadeResource, made: Made, work: Work, progress: Progress) -> None:
    """Take one thing back; raises the failure that no waiting can cure."""
    earlier: OperationName | None = part.operation
    if earlier is not None:
        join(earlier, work)
    patience = Patience(work.cloud.pause, progress.retrying)
    while True:
        try:
            part.resource.remove(work, made)
        except CloudFailure as failure:
            if failure.code == "absent":
                return
            patience.bear(failure)
        else:
            return


def _left(part: MadeResource, work: Work) -> tuple[FieldDiff, ...]:
    """Return what is still as Tarmac wrote it: others use it, or the plan leaves it."""
    try:
        return part.resource.standing(work.cloud, part.made)
    except CloudFailure as failure:
        if failure.code == "absent":
            return ()
        raise


def narrowed(made: Made, change: Change) -> Made:
    """Return what of a thing the plan takes back; a created one goes as a whole."""
    if not change.diff:
        return made
    chosen = {(part.field, part.before) for part in change.diff}
    diff = tuple(part for part in made.diff if (part.field, part.after) in chosen)
    return replace(made, diff=diff)
