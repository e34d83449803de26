"""Every fault at every call, and a kill at every point, on all cores.

``python -m tests.reliability.matrix [--every N] [--write docs/reliability.md]``: runs the whole (or
each N-th point of it), prints what went wrong, and writes the table.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.queues import Queue
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.reliability.fault_runs import FaultRuns
from tests.reliability.faults import KINDS, Point, distinct
from tests.reliability.journeys import JOURNEYS, UNDO
from tests.reliability.kill_runs import killed, killing_place, unkilled
from tests.reliability.reported import Report, Row, written
from tests.reliability.virtual_cloud import virtual_cloud

KILL = "kill -9"
UNDO_EVERY = 7
"""Of undo a sample must do: each of its runs is an apply before that."""

SHARED = 12
"""How many calls one run disturbs; when it does not end well, each gets a run of its own."""

FIRST_TIMES = (" #1", " #2")
Answer = tuple[str, Any]
Do = Callable[[str, Any, str], list[Any]]


@dataclass(frozen=True, slots=True)
class Order:
    """One run: what goes wrong ("" for nothing), where (at several calls), on which journey."""

    kind: str
    point: Any
    journey: str


def workers() -> int:
    """Return how many processes keep this machine busy: half of their time they wait."""
    return 2 * (os.cpu_count() or 1)


def run(
    orders: Sequence[Order],
    family: str,
    cores: int,
    tell: Callable[[Any, int], None] = lambda _outcome, _done: None,
) -> list[Any]:
    """Carry orders out in so many processes; the results come, and are told, in any order."""
    context = multiprocessing.get_context("spawn")
    todo: Queue[Order | None] = context.Queue()
    answers: Queue[Any] = context.Queue()
    workers = [
        context.Process(target=_work, args=(family, todo, answers), name=f"{family}-{number}")
        for number in range(min(cores, max(len(orders), 1)))
    ]
    for worker in workers:
        worker.start()
    for order in [*orders, *(None for _worker in workers)]:
        todo.put(order)
    results: list[Any] = []
    for _order in orders:
        for outcome in _taken(answers, workers):
            results.append(outcome)
            tell(outcome, len(results))
    for worker in workers:
        worker.join(120)
        if worker.exitcode:
            raise AssertionError(f"{worker.name} ended with {worker.exitcode}")
    return results


def _taken(answers: Queue[Any], workers: Sequence[Any]) -> Any:
    from queue import Empty

    while True:
        try:
            found = answers.get(timeout=5)
        except Empty:
            dead = [worker.name for worker in workers if worker.exitcode]
            if dead:
                raise AssertionError(f"{', '.join(dead)} died") from None
            continue
        return found


def _work(family: str, todo: Queue[Order | None], answers: Queue[Any]) -> None:
    with TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = f"{folder}/xdg"
        opened = _faults if family == "faults" else _kills
        with opened(Path(folder) / "sandbox") as do:
            while (order := todo.get()) is not None:
                answers.put(do(order.kind, order.point, order.journey))


@contextmanager
def _faults(state: Path) -> Iterator[Do]:
    with virtual_cloud(state) as (inside, clock):
        runs = FaultRuns(inside, clock)
        usual = {}

        def do(kind: str, point: Any, journey: str) -> list[Any]:
            if journey not in usual:
                usual[journey] = runs.undisturbed(journey)
            if not kind:
                return [usual[journey]]
            return runs.each_disturbed(usual[journey], point, kind)

        yield do


@contextmanager
def _kills(state: Path) -> Iterator[Do]:
    with killing_place(state) as (inside, forge):
        usual = {}

        def do(kind: str, point: Any, journey: str) -> list[Any]:
            if journey not in usual:
                usual[journey] = unkilled(inside, forge, journey)
            return [killed(inside, forge, usual[journey], point) if kind else usual[journey]]

        yield do


def fault_orders(every: int, journeys: Sequence[str] = JOURNEYS) -> list[Order]:
    """Return each N-th of all calls with all kinds of fault; no call twice."""
    usual = run([Order("", None, each) for each in journeys], "faults", 1)
    places = _first_ones({each.journey: distinct(each.points) for each in usual}, _call)
    single = [Order(kind, point, journey) for point, journey in places for kind in KINDS]
    return _together(_sampled(single, every))


def kill_orders(every: int, journeys: Sequence[str] = JOURNEYS) -> list[Order]:
    """Return each N-th of all points at which a process can be killed; no point twice."""
    usual = run([Order("", None, each) for each in journeys], "kills", 1)
    places = _first_ones({each.journey: told_apart(each.points) for each in usual}, str)
    return _sampled([Order(KILL, point, journey) for point, journey in places], every)


def first_times(points: Sequence[str]) -> list[str]:
    """Return the points without those that a step passes again while it waits for others."""
    return [point for point in points if point.endswith(FIRST_TIMES)]


def told_apart(points: Sequence[str]) -> list[str]:
    """Return the points at which a kill finds something else than at the point before.

    Between the end of one journal record and the beginning of the next nothing is there to lose,
    unless a write was answered meanwhile: that is a point of its own.
    """
    same = {
        point
        for last, point in pairwise(points)
        if last.startswith("after ") and point.startswith("before ")
    }
    return [point for point in first_times(points) if point not in same]


def _first_ones(
    places: Mapping[str, Sequence[Any]], what: Callable[[Any], str]
) -> list[tuple[Any, str]]:
    """Return every place with its journey, without what an earlier journey did already.

    ``what`` tells what happens at a place. An undo meets nothing in the situation of an apply.
    """
    done: dict[tuple[bool, str], str] = {}
    return [
        (place, journey)
        for journey in sorted(places, key=JOURNEYS.index)
        for place in places[journey]
        if done.setdefault((journey == UNDO, what(place)), journey) == journey
    ]


def _call(point: Point) -> str:
    return point.call


def _sampled(orders: Sequence[Order], every: int) -> list[Order]:
    applies = [order for order in orders if order.journey != UNDO]
    undos = [order for order in orders if order.journey == UNDO]
    return [*applies[::every], *undos[:: every * UNDO_EVERY]]


def _together(orders: Sequence[Order]) -> list[Order]:
    """Let faults of one kind share runs, those of one run as far from each other as can be."""
    groups: dict[tuple[str, str], list[Any]] = {}
    for order in orders:
        groups.setdefault((order.journey, order.kind), []).append(order.point)
    made: list[Order] = []
    for (journey, kind), points in groups.items():
        runs = -(-len(points) // SHARED)
        made += [Order(kind, tuple(points[first::runs]), journey) for first in range(runs)]
    return made


def rows_of(outcomes: Sequence[Any]) -> list[Row]:
    """Return one row per kind of trouble, undo apart."""
    groups: dict[str, list[Any]] = {}
    for outcome in sorted(outcomes, key=lambda each: (each.journey == UNDO, each.kind)):
        undo = "undo: " if outcome.journey == UNDO else ""
        groups.setdefault(undo + outcome.kind, []).append(outcome)
    return [Row.of(kind, each) for kind, each in groups.items()]


def _told(outcome: Any, done: int) -> None:
    """Print what needs a person's eye, and now and then how far it is."""
    if outcome.wrong or outcome.cards or outcome.verdict == "missed":
        wrong = "".join(f"\n  {line[:400]}" for line in outcome.wrong[:6])
        cards = ", ".join(outcome.cards)
        where = f"{outcome.journey}, {outcome.point}"
        print(f"{outcome.verdict}: {outcome.kind} at {where}: {cards}{wrong}", flush=True)
    if done % 100 == 0:
        print(f"{done} runs", file=sys.stderr, flush=True)


def main() -> int:
    """Run the matrix; 1 when a run ended wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--only", choices=("faults", "kills"))
    parser.add_argument("--journey", choices=JOURNEYS, action="append")
    parser.add_argument("--workers", type=int, default=workers())
    chosen = parser.parse_args()
    journeys = tuple(chosen.journey or JOURNEYS)
    began = time.monotonic()
    outcomes: list[Any] = []
    if chosen.only != "kills":
        outcomes += run(fault_orders(chosen.every, journeys), "faults", chosen.workers, _told)
    if chosen.only != "faults":
        outcomes += run(kill_orders(chosen.every, journeys), "kills", chosen.workers, _told)
    report = Report(
        rows=rows_of(outcomes),
        seconds=time.monotonic() - began,
        every=chosen.every,
        cores=os.cpu_count() or 1,
    )
    print(report.text())
    if chosen.write:
        written(report, chosen.write)
    return int(any(outcome.wrong for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
