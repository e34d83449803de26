"""What the steps of one apply or undo write down before, while and after they touch the world."""

from __future__ import annotations

import time
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from math import inf

from generators.language import _
from wizards.cancel import Cancel
from wizards.cloud.port import Cloud
from wizards.cloud.things import OperationName
from wizards.events import Event, Json
from wizards.journal import Journal
from wizards.plan import Action, FieldDiff
from wizards.runner import Progress
from wizards.setup.recording import record
from wizards.setup.resource import Resource
from wizards.setup.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class StepJournal:
    """One journal for every step; ``opened`` are writes whose end an earlier run never told.

    ``values`` are secret values, in memory only. ``begun`` gathers the steps that left an operation
    with Google, ``granted`` the moments (``time.monotonic()``) at which policies were written.
    """

    journal: Journal
    cloud: Cloud
    cancel: Cancel
    opened: Mapping[str, Action] = field(default_factory=dict)
    values: MutableMapping[str, str] = field(default_factory=dict, repr=False)
    attended: bool = True
    begun: set[str] = field(default_factory=set)
    granted: MutableMapping[str, float] = field(default_factory=dict)

    def say(self, event: str, of: Resource, /, **fields: Json) -> None:
        """Record an event of a step."""
        self.journal.record(Event(event, {"id": of.id, **fields}))

    def work_of(self, resource: Resource, progress: Progress, *, removing: bool = False) -> Work:
        """Return what a resource is handed, bound to this journal and to the step's voice.

        What a resource waits for is said of its making only; a removal speaks for itself.
        """

        def note(operation: OperationName) -> None:
            self.begun.add(resource.id)
            self.say("step.operation", resource, operation=str(operation))
            if not removing:
                progress.says(resource.waits_for() or _("waiting for Google to finish"))

        def begins(action: Action, diff: tuple[FieldDiff, ...]) -> None:
            found = [part.as_json() for part in diff]
            self.say(
                "step.make", resource, action=action.value, diff=found, resource=record(resource)
            )

        def granted() -> float:
            moments = [self.granted[need] for need in resource.needs if need in self.granted]
            if not moments:
                return inf
            return (time.monotonic() - max(moments)) * self.cloud.speed

        return Work(
            cloud=self.cloud.until(self.cancel, progress.retrying),
            says=progress.says,
            journal=note,
            values=self.values,
            attended=self.attended,
            begins=begins,
            refused=lambda: self.say("step.refused", resource),
            wrote=lambda part: self.say("step.wrote", resource, diff=[part.as_json()]),
            opened=self.opened.get(resource.id),
            granted=granted,
        )

    def left_running(self, resource: Resource, resume: str) -> str:
        """Return what a cancelled step leaves behind; ``resume`` is the command that goes on."""
        if resource.id in self.begun:
            return _("left running at Google; {command} joins it").format(command=resume)
        return _("stopped before anything was left half done")
