"""One set-up with one fault: how it ended, and whether the world is what it should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.reliability.checks import doubled, logins, made_calls, remaining, state, values_in_files
from tests.reliability.faults import Point, points_of
from tests.reliability.sandbox_inside import SandboxInside
from tests.reliability.state_of import State, differences
from tests.reliability.virtual_time import VirtualTime
from tests.reliability.whole import TYPED, whole
from wizards.blueprint import Blueprint
from wizards.cancel import Cancel
from wizards.events import discard
from wizards.failures import Failure
from wizards.setup.applying import apply
from wizards.setup.planning import make_plan

ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Undisturbed:
    """What a run without any fault leaves, the calls it makes and how long it takes (virtual)."""

    pipeline: str
    state: State
    points: list[Point]
    made: Counter[str]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``cards`` are the codes that a person saw before the attempt that ended well."""

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

    def undisturbed(self, pipeline: str) -> Undisturbed:
        """Run a set-up and note everything about it."""
        wanted = whole(pipeline)
        since, began = self.inside.log_end(), self.time.moment
        with TemporaryDirectory() as folder:
            cards = self._applied(wanted, Path(folder))
        assert not cards, cards
        project, store = wanted.project.id, self.inside.world.store
        number = self.inside.inside(lambda: (store.get("project", project) or {})["number"])
        found = Undisturbed(
            pipeline=pipeline,
            state=state(self.inside, wanted),
            points=points_of(self.inside.requests(since), project, number),
            made=made_calls(self.inside, since, project),
            seconds=self.time.moment - began,
        )
        wrong = [*remaining(self.inside, wanted), *logins(self.inside, wanted)]
        assert not wrong, wrong
        self.inside.forget()
        return found

    def disturbed(self, usual: Undisturbed, point: Point, kind: str) -> Outcome:
        """Run the same set-up in another project with one fault at one call."""
        wanted = whole(usual.pipeline)
        since, began = self.inside.log_end(), self.time.moment
        faults, fault = self.inside.world.faults, point.fault(wanted.project.id, kind)
        self.inside.inside(lambda: faults.add(fault))
        with TemporaryDirectory() as folder:
            cards = self._applied(wanted, Path(folder))
            struck = self.inside.inside(lambda: any(each.hit for each in faults.all()))
            self.inside.inside(faults.clear)
            wrong = tuple(self._wrong(wanted, usual, since, Path(folder)))
        outcome = Outcome(
            point=point,
            kind=kind,
            struck=struck,
            cards=tuple(cards),
            wrong=wrong,
            seconds=self.time.moment - began,
        )
        self.inside.forget()
        return outcome

    def _applied(self, wanted: Blueprint, root: Path) -> list[str]:
        """Plan and apply until it ends well, as a person would; return the cards seen till then."""
        cards: list[str] = []
        cloud, cancel = self.inside.cloud, Cancel()
        for _attempt in range(ATTEMPTS):
            try:
                plan = make_plan(wanted, cloud, discard, cancel, secret_values=dict(TYPED))
                done = apply(root, wanted, cloud, plan, dict(TYPED), discard, cancel)
            except Failure as failure:
                cards.append(f"plan: {failure.code}")
                continue
            if done.ok:
                return cards
            cards += [f"{step}: {failure.code}" for step, failure in done.failures]
        return [*cards, "never ended well"]

    def _wrong(
        self, wanted: Blueprint, usual: Undisturbed, since: int, root: Path
    ) -> Iterator[str]:
        """Say what is not as after an undisturbed run."""
        made = made_calls(self.inside, since, wanted.project.id)
        yield from doubled(made, usual.made)
        yield from remaining(self.inside, wanted)
        yield from differences(usual.state, state(self.inside, wanted))
        yield from logins(self.inside, wanted)
        yield from values_in_files(self.inside, wanted, root)
