"""Carrying a plan out: concurrently, journalled, resumable."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.cancel import Cancel, Cancelled
from wizards.cloud.port import Cloud
from wizards.cloud.things import OperationName
from wizards.events import Emit, Event, Json
from wizards.failures import Exit, Failure
from wizards.journal import Journal, private_folder
from wizards.plan import Action, Change, Plan, critical_path
from wizards.runner import Ended, Progress, Run, State, Step
from wizards.setup.desired import resources
from wizards.setup.performing import perform
from wizards.setup.resource import Resource
from wizards.setup.unfinished import operations_of, unfinished
from wizards.setup.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedPlan:
    """How an apply ended: each step, real seconds, and where the journal is.

    ``chain_seconds`` is the longest chain of steps; no order of work could be quicker.
    """

    steps: Mapping[str, Ended]
    seconds: float
    chain_seconds: float = 0.0
    journal: Path | None = None
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
    with _alone(root):
        earlier = operations_of(unfinished(root))
        wanted = {part.id: part for part in resources(blueprint, secret_values)}
        journal = _new_journal(root)
        journal.record(_start(blueprint, plan))
        job = _Job(journal, cloud, cancel, dict(secret_values), earlier, attended)
        steps = [job.step(change, wanted[change.id]) for change in plan.todo]
        ended = Run(steps, emit, cancel).go()
        applied = AppliedPlan(
            steps=ended,
            seconds=time.monotonic() - began,
            chain_seconds=_longest_chain(plan, ended),
            journal=journal.path,
            cancelled=any(end.state is State.CANCELLED for end in ended.values()),
        )
        done = {"ok": applied.ok, "cancelled": applied.cancelled}
        journal.record(Event("apply.done", done))
    emit(Event("plan.done", {**done, "seconds": round(applied.seconds, 3)}))
    return applied


class _Job:
    """What the steps of one apply share."""

    def __init__(
        self,
        journal: Journal,
        cloud: Cloud,
        cancel: Cancel,
        values: dict[str, str],
        earlier: Mapping[str, OperationName],
        attended: bool,
    ) -> None:
        self.journal = journal
        self.cloud = cloud
        self.cancel = cancel
        self.values = values
        self.earlier = earlier
        self.attended = attended
        self.begun: set[str] = set()

    def step(self, change: Change, resource: Resource) -> Step:
        def work(progress: Progress) -> None:
            self.journal.record(Event("step.start", {"id": resource.id}))
            earlier = self.earlier.get(resource.id)
            job = self._work_of(resource, progress)
            try:
                performance = perform(resource, job, earlier, progress.retrying)
            except Cancelled:
                raise Cancelled(self._left_running(resource)) from None
            made = performance.made and change.action is Action.CREATE
            done: dict[str, Json] = {
                "id": resource.id,
                "action": change.action.value,
                "made": made,
                "diff": [part.as_json() for part in change.diff],
            }
            self.journal.record(Event("step.done", done))

        return Step(
            id=change.id,
            title=change.title,
            needs=change.needs,
            command=change.command,
            seconds_estimate=change.seconds_estimate,
            work=work,
        )

    def _left_running(self, resource: Resource) -> str:
        if resource.id in self.begun:
            return _("left running at Google; tarmac apply --resume joins it")
        return _("stopped before anything was left half done")

    def _work_of(self, resource: Resource, progress: Progress) -> Work:
        def note(operation: OperationName) -> None:
            self.begun.add(resource.id)
            named = {"id": resource.id, "operation": str(operation)}
            self.journal.record(Event("step.operation", named))
            progress.says(resource.waits_for() or _("waiting for Google to finish"))

        return Work(
            cloud=self.cloud.until(self.cancel, progress.retrying),
            says=progress.says,
            journal=note,
            values=self.values,
            attended=self.attended,
        )


def _longest_chain(plan: Plan, ended: Mapping[str, Ended]) -> float:
    return critical_path(
        replace(change, seconds_estimate=ended[change.id].seconds if change.id in ended else 0.0)
        for change in plan.changes
    )


def _start(blueprint: Blueprint, plan: Plan) -> Event:
    return Event(
        "apply.start",
        {
            "project": blueprint.project.id,
            "blueprint": blueprint.hash,
            "pid": os.getpid(),
            "changes": [{"id": part.id, "action": part.action.value} for part in plan.todo],
        },
    )


def _new_journal(root: Path) -> Journal:
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    return Journal(private_folder(root) / "journal" / f"apply-{moment}.jsonl")


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the lock of this folder; the kernel frees it when the process dies."""
    path = private_folder(root) / "apply.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(
                "apply-running",
                _("another apply is running in this folder"),
                next=("tarmac status --watch",),
            ) from None
        yield
    finally:
        os.close(descriptor)


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
