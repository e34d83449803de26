"""The plan and, once it is applied, the state of each step; as data, events change it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wizards.events import Event
from wizards.plan import Action, Change, Plan

if TYPE_CHECKING:
    from wizards.setup.unfinished import UnfinishedApply

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
    """What the plan view shows."""

    plan: Plan | None = None
    unfinished: UnfinishedApply | None = None
    steps: dict[str, StepState] = field(default_factory=dict)

    @property
    def applying(self) -> bool:
        """Whether an apply has said anything yet."""
        return bool(self.steps)

    def begin(self) -> None:
        """Forget an older apply."""
        self.steps.clear()

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

    def waits(self, change: Change) -> list[str]:
        """Return the titles of what a change still waits for."""
        waiting = []
        for need in change.needs:
            step, other = self.steps.get(need), self.change(need)
            if step is not None and step.state not in ("done", "skipped") and other is not None:
                waiting.append(other.title)
        return waiting
