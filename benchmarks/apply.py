"""`tarmac apply` against a sandbox, beside its critical path and beside one step after the other.

``python benchmarks/apply.py [--speed N]``: a sandbox process of its own, and everything that a
set-up can have. The critical path is what the sandbox itself takes (the duration of every operation
that the journal names, and the propagation that has to pass before the next call can succeed) along
the longest chain of needs: no order of work could be quicker. The sum of the same durations is what
a script takes that does one thing after the other. Times are Google's seconds: real ones × speed.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sandbox_process import sandbox_process
from sandbox.iam.policies import ACCOUNT_PROPAGATION
from sandbox.projects import ENABLE_PROPAGATION
from tests.reliability.whole import PIPELINES, TYPED, whole
from wizards.cancel import Cancel
from wizards.cloud.google_cloud import GoogleCloud
from wizards.events import discard
from wizards.failures import Failure
from wizards.journal import Journal
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.setup.applying import AppliedPlan, apply
from wizards.setup.desired import resources
from wizards.setup.planning import make_plan
from wizards.setup.resource import Resource

BUDGET = 1.05


@dataclass(frozen=True, slots=True)
class Measured:
    """One apply, in Google's seconds."""

    pipeline: str
    steps: int
    took: float
    path: float
    sum: float
    chain: tuple[str, ...]

    def line(self) -> str:
        """The figures, and whether the budget holds."""
        ratio = self.took / self.path
        verdict = "ok" if ratio <= BUDGET else "OVER"
        return (
            f"apply ({self.pipeline}, {self.steps} steps): {self.took:.1f} s, critical path "
            f"{self.path:.1f} s, {ratio:.3f}x (budget {BUDGET}x) {verdict}; one after the other "
            f"{self.sum:.1f} s, {self.sum / self.took:.2f}x\n  {' → '.join(self.chain)}"
        )


def measure(address: SandboxAddress, pipeline: str) -> Measured:
    """Plan, apply, and compute from the sandbox's own durations what was possible."""
    wanted = whole(pipeline)
    cloud = GoogleCloud.of(address)
    with tempfile.TemporaryDirectory() as folder:
        plan = make_plan(wanted, cloud, discard, Cancel(), secret_values=dict(TYPED))
        done = apply(Path(folder), wanted, cloud, plan, dict(TYPED), discard, Cancel())
        if not done.ok:
            raise SystemExit("\n".join(f"{step}: {_words(card)}" for step, card in done.failures))
        seconds = _operations(done, address.state)
    cloud.close()
    parts = [part for part in resources(wanted, TYPED) if part.id in done.steps]
    lengths = {part.id: seconds.get(part.id, 0.0) + _settling(part) for part in parts}
    path, chain = longest(parts, lengths)
    return Measured(
        pipeline=pipeline,
        steps=len(done.steps),
        took=done.seconds * address.speed,
        path=path,
        sum=sum(lengths.values()) + ENABLE_PROPAGATION,
        chain=chain,
    )


def longest(
    parts: Sequence[Resource], lengths: Mapping[str, float]
) -> tuple[float, tuple[str, ...]]:
    """Return the seconds and the ids of the longest chain; ``parts`` in dependency order.

    Whoever speaks to an API begins when that API, switched on, has become usable. Of what takes
    turns (Google carries out one operation at a time on a Cloud SQL instance), everything that a
    step needs has to have happened one after the other.
    """
    ends: dict[str, tuple[float, tuple[str, ...]]] = {}
    begins: dict[str, float] = {}
    needed: dict[str, frozenset[str]] = {}
    usable = (0.0, tuple[str, ...]())
    turns = {part.id: part.turn for part in parts}
    for part in parts:
        known = [need for need in part.needs if need in ends]
        needed[part.id] = frozenset(known).union(*(needed[need] for need in known))
        before = [ends[need] for need in known]
        if part.reads_through:
            before.append(usable)
        start, chain = max(before, default=(0.0, ()))
        for turn in {turns[need] for need in needed[part.id]} - {""}:
            takers = [need for need in needed[part.id] if turns[need] == turn]
            first = min(begins[taker] for taker in takers)
            start = max(start, first + sum(lengths[taker] for taker in takers))
        begins[part.id] = start
        ends[part.id] = (start + lengths[part.id], (*chain, part.id))
        if part.kind == "apis":
            usable = (ends[part.id][0] + ENABLE_PROPAGATION, ends[part.id][1])
    return max(ends.values())


def _settling(part: Resource) -> float:
    """Return the seconds that pass before others can build on something without an operation."""
    return ACCOUNT_PROPAGATION if part.kind == "account" else 0.0


def _operations(done: AppliedPlan, state: Path) -> dict[str, float]:
    """Return how long the operations of each step take in this sandbox."""
    assert done.journal is not None
    with sqlite3.connect(state / "sandbox.db") as store:
        rows = store.execute("SELECT name, seconds FROM operations").fetchall()
    known = {_last(str(name)): float(seconds) for name, seconds in rows}
    total: dict[str, float] = {}
    for record in Journal(done.journal).read():
        if record["event"] == "step.operation":
            step, name = str(record["id"]), str(record["operation"])
            found = known[_last(name)]
            total[step] = total.get(step, 0.0) + found
    return total


def _last(name: str) -> str:
    return name.rpartition("/")[2].rpartition(":")[2]


def _words(card: Failure) -> str:
    return f"{card.message} {card.why} {card.raw}"


def main() -> int:
    """Measure every pipeline; 1 when a budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speed", type=float, default=20.0)
    speed = parser.parse_args().speed
    good = True
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = f"{folder}/xdg"
        with sandbox_process(Path(folder) / "sandbox", speed) as address:
            for pipeline in PIPELINES:
                measured = measure(address, pipeline)
                print(measured.line(), flush=True)
                good &= measured.took <= BUDGET * measured.path
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
