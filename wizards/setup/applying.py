"""Carrying a plan out: concurrently, journalled, resumable."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.cancel import Cancel, Cancelled
from wizards.cloud.port import Cloud
from wizards.cloud.things import OperationName
from wizards.events import Emit, Event, Json
from wizards.failures import Exit, Failure
from wizards.plan import Action, Change, Plan, critical_path
from wizards.runner import Ended, Progress, Run, State, Step
from wizards.setup.bindings import BindingsResource
from wizards.setup.closing import close_opened
from wizards.setup.commands_log import CommandsLog
from wizards.setup.journals import alone, new_journal
from wizards.setup.leftovers import wanted as wanted_now
from wizards.setup.made import history
from wizards.setup.performing import perform
from wizards.setup.removing import removal_steps
from wizards.setup.resource import Resource
from wizards.setup.step_journal import StepJournal
from wizards.setup.unfinished import operations_of, unfinished

RESUME = "tarmac apply --resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedPlan:
    """How an apply ended: each step, real seconds, and where journal and commands are.

    ``commands`` (a file, None when nothing was done) holds what a person would have typed;
    ``chain_seconds`` is the longest chain of steps; no order of work could be quicker.
    """

    steps: Mapping[str, Ended]
    seconds: float
    chain_seconds: float = 0.0
    journal: Path | None = None
    commands: Path | None = None
    cancelled: bool = False

    @property
    def ok(self) -> bool:
        """Whether every step was done."""
        return all(ended.state is State.DONE for ended in self.steps.values())

    @property
    def failures(self) -> tuple[tuple[str, Failure], ...]:
        """The failed steps with their cards."""
        return tuple((key, end.failure) for key, end in self.steps.items() if end.failure)

    def as_json(self) -> dict[str, Json]:
        """Return the outcome with ``steps`` = ``[{"id", "state", "seconds", "says"}]``."""
        return {
            "ok": self.ok,
            "cancelled": self.cancelled,
            "commands": str(self.commands) if self.commands else None,
            "seconds": round(self.seconds, 3),
            "longest_chain_seconds": round(self.chain_seconds, 3),
            "sum_of_steps_seconds": round(sum(e.seconds for e in self.steps.values()), 3),
            "steps": [
                {
                    "id": key,
                    "state": ended.state.value,
                    "seconds": round(ended.seconds, 3),
                    "says": ended.says,
                }
                for key, ended in self.steps.items()
            ],
        }


def apply(
    root: Path,
    blueprint: Blueprint,
    cloud: Cloud,
    plan: Plan,
    secret_values: Mapping[str, str],
    emit: Emit,
    cancel: Cancel,
    *,
    attended: bool = True,
) -> AppliedPlan:
    """Carry out what a plan has to do; ends with ``plan.done``.

    ``secret_values`` maps variables to values and stays in memory; ``attended`` says whether
    somebody watches who can agree to something in a browser. Step failures are in the
    result; raised are only a blocked plan and an apply that already runs here.
    """
    if plan.blocked:
        raise blocked_card(plan)
    began = time.monotonic()
    with alone(root):
        known = history(root, cloud.world)
        earlier = operations_of(unfinished(root))
        wanted = {part.id: part for part in wanted_now(blueprint, secret_values, known)}
        past = {part.id: part for part in known.of(blueprint.project.id)}
        earlier = {key: part.operation for key, part in past.items() if part.operation} | earlier
        journal = new_journal(root, "apply")
        journal.record(_start(blueprint, plan, cloud.world))
        job = StepJournal(
            journal=journal,
            cloud=cloud,
            cancel=cancel,
            opened={key: part.opened for key, part in past.items() if part.opened},
            values=dict(secret_values),
            attended=attended,
        )
        still = [row.id for row in plan.changes if row.action is Action.NONE and row.id in wanted]
        close_opened(job, past, still)
        steps = [
            _step(job, change, wanted[change.id], earlier)
            for change in plan.todo
            if change.id in wanted
        ]
        left = [change for change in plan.changes if change.id not in wanted]
        after = tuple(step.id for step in steps)
        steps += removal_steps(job, left, past, after=after, resume=RESUME)
        typed = CommandsLog(journal.path)
        ended = Run(steps, typed.listening(emit), cancel).go()
        applied = AppliedPlan(
            steps=ended,
            seconds=time.monotonic() - began,
            chain_seconds=longest_chain(plan, ended),
            journal=journal.path,
            commands=typed.path,
            cancelled=any(end.state is State.CANCELLED for end in ended.values()),
        )
        done = {"ok": applied.ok, "cancelled": applied.cancelled}
        journal.record(Event("apply.done", done))
    emit(Event("plan.done", {**done, "seconds": round(applied.seconds, 3)}))
    return applied


def _step(
    job: StepJournal, change: Change, resource: Resource, earlier: Mapping[str, OperationName]
) -> Step:
    def work(progress: Progress) -> None:
        job.say("step.start", resource)
        try:
            performance = perform(
                resource,
                job.work_of(resource, progress),
                earlier.get(resource.id),
                progress.retrying,
            )
        except Cancelled:
            raise Cancelled(job.left_running(resource, RESUME)) from None
        if performance.made and isinstance(resource, BindingsResource):
            job.granted[resource.id] = time.monotonic()
        job.say(
            "step.done",
            resource,
            action=change.action.value,
            made=performance.made and change.action is Action.CREATE,
            diff=[part.as_json() for part in change.diff],
            identity=performance.identity,
        )

    return Step(
        id=change.id,
        title=change.title,
        needs=change.needs,
        command=change.command,
        seconds_estimate=change.seconds_estimate,
        turn=resource.turn,
        work=work,
    )


def longest_chain(plan: Plan, ended: Mapping[str, Ended]) -> float:
    """Return the real seconds of the longest chain of steps."""
    return critical_path(
        replace(change, seconds_estimate=ended[change.id].seconds if change.id in ended else 0.0)
        for change in plan.changes
    )


def _start(blueprint: Blueprint, plan: Plan, world: str) -> Event:
    return Event(
        "apply.start",
        {
            "project": blueprint.project.id,
            "world": world,
            "needs": {part.id: list(part.needs) for part in plan.changes},
            "blueprint": blueprint.hash,
            "file": blueprint.file,
            "pid": os.getpid(),
            "changes": [{"id": part.id, "action": part.action.value} for part in plan.todo],
        },
    )


def blocked_card(plan: Plan) -> Failure:
    """Return the card that says why a plan cannot be applied, with every fix."""
    reasons = [check.says for check in plan.preflight if check.level == "red"]
    reasons += [f"{part.title}: {part.blocked_by}" for part in plan.changes if part.blocked_by]
    fixes = [check.fix for check in plan.preflight if check.level == "red" and check.fix]
    return Failure(
        "plan-blocked",
        _("the plan cannot be applied yet"),
        why="\n".join(reasons),
        next=tuple(line for fix in fixes for line in fix.splitlines()),
        exit_code=Exit.BLOCKED,
    )
