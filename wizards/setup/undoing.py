"""Taking back what Tarmac made: reverse order, only what the journals say, killable at any point.

The façade for whoever shows it: :func:`plan_undo` reads, ``UndoPlan.decided`` says what happens
with the names typed so far (pure, so a screen may call it on every key), :func:`undo` does it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from wizards.cancel import Cancel
from wizards.cloud.port import Cloud
from wizards.events import Emit, Event, Json
from wizards.journal import Journal
from wizards.plan import Plan
from wizards.runner import Run, State
from wizards.setup.applying import AppliedPlan, longest_chain
from wizards.setup.commands_log import CommandsLog
from wizards.setup.journals import alone, new_journal
from wizards.setup.made import history
from wizards.setup.removing import removal_steps
from wizards.setup.step_journal import StepJournal
from wizards.setup.undo_plan import Removal, UndoPlan
from wizards.setup.undo_reading import plan_undo
from wizards.setup.unfinished import unfinished_undo

__all__ = ["Removal", "UndoPlan", "UndoTerms", "earlier_terms", "plan_undo", "undo"]

RESUME = "tarmac undo --resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoTerms:
    """What a person had decided when an undo was interrupted."""

    project: str
    confirmed: tuple[str, ...] = ()
    keep_data: bool = False


def earlier_terms(root: Path) -> UndoTerms | None:
    """Return the terms of the undo that was left unfinished in a folder, or None."""
    left = unfinished_undo(root)
    start = next(Journal(left.journal).read(), None) if left is not None else None
    if start is None:
        return None
    names = start.get("confirmed")
    return UndoTerms(
        project=str(start.get("project", "")),
        confirmed=tuple(str(name) for name in names) if isinstance(names, list) else (),
        keep_data=bool(start.get("keep_data")),
    )


def undo(
    root: Path,
    cloud: Cloud,
    plan: UndoPlan,
    emit: Emit,
    cancel: Cancel,
    *,
    confirmed: Collection[str] = (),
    keep_data: bool = False,
) -> AppliedPlan:
    """Take back what a plan says with these names typed; ends with ``plan.done``.

    Each step tells of itself by ``plan.step`` events. Step failures are in the result; raised is
    only that an apply or undo already runs in this folder.
    """
    decided = plan.decided(confirmed, keep_data=keep_data)
    began = time.monotonic()
    with alone(root):
        past = {part.id: part for part in history(root, cloud.world).of(plan.project)}
        for removal in plan.removals:
            if removal.id in past:
                past[removal.id] = replace(past[removal.id], made=removal.made)
        journal = new_journal(root, "undo")
        terms = UndoTerms(project=plan.project, confirmed=tuple(confirmed), keep_data=keep_data)
        journal.record(_start(terms, decided, cloud.world))
        job = StepJournal(journal=journal, cloud=cloud, cancel=cancel)
        for removal in plan.removals:
            if removal.gone and removal.id in past:
                job.say("step.removed", removal.resource, whole=True, diff=[])
        typed = CommandsLog(journal.path)
        steps = removal_steps(job, decided.changes, past, after=(), resume=RESUME)
        ended = Run(steps, typed.listening(emit), cancel).go()
        done = AppliedPlan(
            steps=ended,
            seconds=time.monotonic() - began,
            chain_seconds=longest_chain(decided, ended),
            journal=journal.path,
            commands=typed.path,
            cancelled=any(end.state is State.CANCELLED for end in ended.values()),
        )
        outcome: dict[str, Json] = {"ok": done.ok, "cancelled": done.cancelled}
        journal.record(Event("undo.done", outcome))
    emit(Event("plan.done", {**outcome, "seconds": round(done.seconds, 3)}))
    return done


def _start(terms: UndoTerms, decided: Plan, world: str) -> Event:
    return Event(
        "undo.start",
        {
            "project": terms.project,
            "confirmed": list(terms.confirmed),
            "keep_data": terms.keep_data,
            "world": world,
            "pid": os.getpid(),
            "changes": [{"id": part.id, "action": part.action.value} for part in decided.todo],
        },
    )
