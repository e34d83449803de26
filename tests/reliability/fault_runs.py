"""One journey with one fault: how it ended, and whether the world is what it should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.reliability.checks import left_wrong, made_calls, state
from tests.reliability.faults import Point, points_of
from tests.reliability.journeys import UNDO, applied, found_project, undone, wanted_by
from tests.reliability.sandbox_inside import SandboxInside
from tests.reliability.state_of import State, differences
from tests.reliability.virtual_time import VirtualTime
from wizards.blueprint import Blueprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Undisturbed:
    """What a run without any fault leaves, the calls it makes and how long it takes (virtual)."""

    journey: str
    state: State
    points: list[Point]
    made: Counter[str]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``cards`` are the codes that a person saw before the attempt that ended well."""

    journey: str
    point: Point
    kind: str
    struck: bool
    cards: tuple[str, ...]
    wrong: tuple[str, ...]
    seconds: float

    @property
    def verdict(self) -> str:
        """One word for the table."""
        if self.wrong:
            return "wrong"
        if not self.struck:
            return "missed"
        return "resumed" if self.cards else "by itself"


@dataclass(frozen=True, slots=True)
class FaultRuns:
    """Runs in one sandbox, one after the other."""

    inside: SandboxInside
    time: VirtualTime

    def undisturbed(self, journey: str) -> Undisturbed:
        """Run a journey and note everything about it."""
        wanted = wanted_by(journey)
        with TemporaryDirectory() as folder:
            self._begin(journey, wanted, Path(folder))
            since, began = self.inside.log_end(), self.time.moment
            cards = self._go(journey, wanted, Path(folder))
            assert not cards, cards
            project = wanted.project.id
            found = Undisturbed(
                journey=journey,
                state=state(self.inside, wanted, Path(folder)),
                points=points_of(self.inside.requests(since), project, self._number(project)),
                made=made_calls(self.inside, since, project),
                seconds=self.time.moment - began,
            )
            wrong = left_wrong(self.inside, wanted, Path(folder), found.made, since, journey)
            assert not wrong, wrong
        self.inside.forget()
        return found

    def each_disturbed(
        self, usual: Undisturbed, points: Sequence[Point], kind: str
    ) -> list[Outcome]:
        """Disturb all of these calls in one run; only when that is not well, each in its own."""
        together = self.disturbed(usual, points, kind)
        if together.verdict == "by itself":
            return [replace(together, point=point) for point in points]
        return [self.disturbed(usual, (point,), kind) for point in points]

    def disturbed(self, usual: Undisturbed, points: Sequence[Point], kind: str) -> Outcome:
        """Run the same journey in another project with one fault at each of these calls."""
        wanted, journey = wanted_by(usual.journey), usual.journey
        faults = self.inside.world.faults
        planned = [point.fault(wanted.project.id, kind) for point in points]
        with TemporaryDirectory() as folder:
            root = Path(folder)
            self._begin(journey, wanted, root)
            since, began = self.inside.log_end(), self.time.moment
            self.inside.inside(lambda: [faults.add(fault) for fault in planned])
            cards = self._go(journey, wanted, root)
            seconds = self.time.moment - began
            struck = self.inside.inside(lambda: all(each.hit for each in faults.all()))
            self.inside.inside(faults.clear)
            wrong = differences(usual.state, state(self.inside, wanted, root))
            wrong += left_wrong(self.inside, wanted, root, usual.made, since, journey)
        self.inside.forget()
        return Outcome(
            journey=journey,
            point=points[0],
            kind=kind,
            struck=struck,
            cards=tuple(cards),
            wrong=tuple(wrong),
            seconds=seconds,
        )

    def _begin(self, journey: str, wanted: Blueprint, root: Path) -> None:
        """Do what comes before the part that is disturbed."""
        if journey == UNDO:
            found_project(self.inside.cloud, wanted)
            cards = applied(self.inside.cloud, wanted, root)
            assert not cards, cards

    def _go(self, journey: str, wanted: Blueprint, root: Path) -> list[str]:
        if journey == UNDO:
            return undone(self.inside.cloud, root)
        return applied(self.inside.cloud, wanted, root)

    def _number(self, project: str) -> str:
        store = self.inside.world.store
        return self.inside.inside(lambda: str((store.get("project", project) or {})["number"]))
