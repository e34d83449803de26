"""Whatever happens to one call, and wherever the process is killed: the same world comes of it.

The whole matrix runs with ``make check-slow`` (``docs/reliability.md`` has its table); here is a
sample of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.reliability.fault_runs import FaultRuns
from tests.reliability.faults import KINDS, distinct
from tests.reliability.journeys import UNDO
from tests.reliability.kill_runs import killed, killing_place, unkilled
from tests.reliability.matrix import fault_orders, first_times, kill_orders, run, workers
from tests.reliability.virtual_cloud import virtual_cloud

T = TypeVar("T")

KILLS = 2
"""How many kills the sample has; of the kinds of fault each third is in it."""

REMOVED = "after step.removed sql.instance"
"""Here an undo has already taken away something whose name was typed."""


def test_a_sample_of_all_faults_ends_like_an_undisturbed_run(tmp_path: Path) -> None:
    with virtual_cloud(tmp_path / "sandbox") as (inside, time):
        runs = FaultRuns(inside, time)
        usual = runs.undisturbed("cloud-build")
        kinds = tuple(KINDS)[::3]
        places = spread(distinct(usual.points), len(kinds))
        outcomes = [
            runs.disturbed(usual, (point,), kind) for point, kind in zip(places, kinds, strict=True)
        ]
    all_well(outcomes)


def test_killed_at_a_sample_of_points_and_resumed_it_ends_like_an_undisturbed_run(
    tmp_path: Path,
) -> None:
    with killing_place(tmp_path / "sandbox") as (inside, forge):
        usual = unkilled(inside, forge, "github")
        places = spread(first_times(usual.points), KILLS)
        outcomes = [killed(inside, forge, usual, point) for point in places]
        back = unkilled(inside, forge, UNDO)
        late = next(point for point in back.points if point.startswith(REMOVED))
        outcomes.append(killed(inside, forge, back, late))
    all_well(outcomes)


@pytest.mark.slow
def test_every_fault_at_every_call_ends_like_an_undisturbed_run() -> None:
    all_well(run(fault_orders(1), "faults", workers()))


@pytest.mark.slow
def test_killed_at_any_point_and_resumed_it_ends_like_an_undisturbed_run() -> None:
    all_well(run(kill_orders(1), "kills", workers()))


def spread(places: Sequence[T], count: int) -> list[T]:
    """Return so many places, evenly from the first half step on."""
    step = len(places) / count
    return [places[int((number + 0.5) * step)] for number in range(count)]


def all_well(outcomes: Sequence[Any]) -> None:
    """Nothing ended otherwise, and all but a few points were really reached."""
    wrong = [f"{each.kind} at {each.point}: {each.wrong[:3]}" for each in outcomes if each.wrong]
    assert not wrong, "\n".join(wrong)
    missed = [(each.kind, each.point) for each in outcomes if each.verdict == "missed"]
    assert len(missed) <= len(outcomes) // 20 + 1, missed
