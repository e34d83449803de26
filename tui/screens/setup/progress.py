"""The plan and, once it is applied, the state of each step; as data, events change it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from wizards.events import Event, Json
from wizards.failures import Failure
from wizards.plan import Action, Change, Check, Plan, critical_chain
from wizards.setup.areas import area_of

if TYPE_CHECKING:
    from wizards.setup.unfinished import UnfinishedApply

CHECKS = "checks"
"""The fold of the verdicts, which stand before all areas."""

ENDED = {"done", "failed", "skipped", "cancelled"}


@dataclass
class StepState:
    """How far a change is: waiting, running, retrying, done, failed, skipped or cancelled."""

    state: str = "waiting"
    says: str = ""
    since: float = field(default_factory=time.monotonic)
    took: float | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since it started, or what it took."""
        return self.took if self.took is not None else time.monotonic() - self.since


@dataclass
class PlanBoard:
    """What the plan view shows; ``folded`` are the areas whose rows are hidden.

    While it is applied, areas that are done fold by themselves unless a person opened them.
    """

    plan: Plan | None = None
    unfinished: UnfinishedApply | None = None
    steps: dict[str, StepState] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    folded: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    only_changes: bool = False
    commands: Path | None = None

    @property
    def applying(self) -> bool:
        """Whether an apply has said anything yet."""
        return bool(self.steps)

    def begin(self) -> None:
        """Forget an older apply."""
        self.steps.clear()
        self.failures.clear()
        self.opened.clear()
        self.commands = None

    def take(self, event: Event) -> bool:
        """Let an event of an apply change the board; True when it did."""
        name, state = event.fields.get("id"), event.fields.get("state")
        if event.event != "plan.step" or not isinstance(name, str) or not isinstance(state, str):
            return False
        step = self.steps.setdefault(name, StepState())
        if state == "running" and step.state not in ("running", "retrying"):
            step.since = time.monotonic()
        step.state = state
        step.says = str(event.fields.get("says") or "")
        self.failures.pop(name, None)
        if state == "failed":
            self.failures[name] = failure_of(event.fields.get("failure"), step.says)
        elapsed = event.fields.get("elapsed")
        if state in ENDED:
            step.took = float(elapsed) if isinstance(elapsed, int | float) else step.elapsed
        return True

    def count(self, *states: str) -> int:
        """How many steps are in one of these states."""
        return sum(step.state in states for step in self.steps.values())

    def counts(self) -> dict[Action, int]:
        """How many changes there are of each action, in the order of the enum."""
        changes = self.plan.changes if self.plan else ()
        return {
            action: count
            for action in Action
            if (count := sum(change.action is action for change in changes))
        }

    def change(self, change_id: str) -> Change | None:
        """Return a change of the plan."""
        changes = self.plan.changes if self.plan else ()
        return next((change for change in changes if change.id == change_id), None)

    def check(self, row_id: str) -> Check | None:
        """Return the preflight verdict of a row."""
        checks = self.plan.preflight if self.plan else ()
        return next((check for check in checks if f"check {check.id}" == row_id), None)

    def is_folded(self, area: str) -> bool:
        """Say whether an area's rows are hidden now."""
        return area in self.folded or (area not in self.opened and self._is_over(area))

    def _is_over(self, area: str) -> bool:
        """Say whether nothing of an area is left to look at while the plan is applied."""
        changes = self.plan.changes if self.plan else ()
        steps = [self.steps.get(change.id) for change in changes if area_of(change.kind) == area]
        return self.applying and all(step is None or step.state == "done" for step in steps)

    def fold(self, area: str) -> None:
        """Hide an area's rows, or show them again."""
        if self.is_folded(area):
            self.folded.discard(area)
            self.opened.add(area)
        else:
            self.folded.add(area)
            self.opened.discard(area)

    def under_way(self) -> list[Change]:
        """Return the changes that run now."""
        return [
            change
            for change in (self.plan.changes if self.plan else ())
            if (step := self.steps.get(change.id)) and step.state in ("running", "retrying")
        ]

    def left(self, speed: float) -> tuple[float, tuple[Change, ...]]:
        """Return the seconds that are left at about, and the chain of steps that takes them.

        ``speed`` is how many of the cloud's seconds pass in one of ours.
        """
        rest = []
        for change in self.plan.changes if self.plan else ():
            step = self.steps.get(change.id)
            if step is None or step.state in ENDED:
                continue
            estimate = change.seconds_estimate / speed
            if step.state != "waiting":
                estimate = max(estimate - step.elapsed, 0.0)
            rest.append(replace(change, seconds_estimate=estimate))
        return critical_chain(rest)

    def waits(self, change: Change) -> list[str]:
        """Return the titles of what a change still waits for."""
        waiting = []
        for need in change.needs:
            step, other = self.steps.get(need), self.change(need)
            if step is not None and step.state != "done" and other is not None:
                waiting.append(other.title)
        return waiting


def failure_of(said: Json, message: str) -> Failure:
    """Return the failure that an event tells of; only its message where it tells no more."""
    if not isinstance(said, Mapping):
        return Failure("step-failed", message)
    steps = said.get("next")
    return Failure(
        str(said.get("code")),
        str(said.get("message")),
        why=str(said.get("why") or ""),
        next=tuple(str(step) for step in steps) if isinstance(steps, Sequence) else (),
        raw=str(said.get("raw") or ""),
    )
