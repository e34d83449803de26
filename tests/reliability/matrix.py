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
from multiprocessing.queues import Queue
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.reliability.fault_runs import FaultRuns
from tests.reliability.faults import KINDS, distinct
from tests.reliability.kill_runs import killed, killing_place, unkilled
from tests.reliability.reported import Report, Row, written
from tests.reliability.virtual_cloud import virtual_cloud
from tests.reliability.whole import PIPELINES

KILL = "kill -9"
FIRST_TIMES = (" #1", " #2")
Answer = tuple[str, Any]
Do = Callable[[str, Any, str], Any]


@dataclass(frozen=True, slots=True)
class Order:
    """One run: what goes wrong ("" for nothing), where, with which pipeline."""

    kind: str
    point: Any
    pipeline: str


def run(orders: Sequence[Order], family: str, cores: int) -> list[Any]:
    """Carry orders out in so many processes; the results come in any order."""
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
    results = [_taken(answers, workers) for _order in orders]
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
                answers.put(do(order.kind, order.point, order.pipeline))


@contextmanager
def _faults(state: Path) -> Iterator[Do]:
    with virtual_cloud(state) as (inside, clock):
        runs = FaultRuns(inside, clock)
        usual = {}

        def do(kind: str, point: Any, pipeline: str) -> Any:
            if pipeline not in usual:
                usual[pipeline] = runs.undisturbed(pipeline)
            return runs.disturbed(usual[pipeline], point, kind) if kind else usual[pipeline]

        yield do


@contextmanager
def _kills(state: Path) -> Iterator[Do]:
    with killing_place(state) as (inside, forge):
        usual = {}

        def do(kind: str, point: Any, pipeline: str) -> Any:
            if pipeline not in usual:
                usual[pipeline] = unkilled(inside, forge, pipeline)
            return killed(inside, forge, usual[pipeline], point) if kind else usual[pipeline]

        yield do


def fault_orders(every: int, pipelines: Sequence[str] = PIPELINES) -> list[Order]:
    """Return each N-th of all calls with all kinds of fault; no call twice."""
    usual = run([Order("", None, each) for each in pipelines], "faults", 1)
    places = _first_ones({each.pipeline: distinct(each.points) for each in usual})
    whole = [Order(kind, point, pipeline) for point, pipeline in places for kind in KINDS]
    return whole[::every]


def kill_orders(every: int, pipelines: Sequence[str] = PIPELINES) -> list[Order]:
    """Return each N-th of all points at which a process can be killed; no point twice."""
    usual = run([Order("", None, each) for each in pipelines], "kills", 1)
    places = _first_ones({each.pipeline: first_times(each.points) for each in usual})
    return [Order(KILL, point, pipeline) for point, pipeline in places][::every]


def first_times(points: Sequence[str]) -> list[str]:
    """Return the points without those that a step passes again while it waits for others."""
    return [point for point in points if point.endswith(FIRST_TIMES)]


def _first_ones(places: Mapping[str, Sequence[Any]]) -> list[tuple[Any, str]]:
    """Return every place with the first pipeline (in the order of all) that comes by there."""
    found: dict[Any, str] = {}
    for pipeline in sorted(places, key=PIPELINES.index):
        for point in places[pipeline]:
            found.setdefault(point, pipeline)
    return list(found.items())


def rows_of(outcomes: Sequence[Any]) -> list[Row]:
    """Return one row per kind of trouble."""
    kinds = dict.fromkeys(outcome.kind for outcome in outcomes)
    return [
        Row.of(kind, [outcome for outcome in outcomes if outcome.kind == kind]) for kind in kinds
    ]


def main() -> int:
    """Run the matrix; 1 when a run ended wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--only", choices=("faults", "kills"))
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    began = time.monotonic()
    outcomes: list[Any] = []
    if chosen.only != "kills":
        outcomes += run(fault_orders(chosen.every), "faults", chosen.cores)
    if chosen.only != "faults":
        outcomes += run(kill_orders(chosen.every), "kills", chosen.cores)
    report = Report(
        rows=rows_of(outcomes),
        seconds=time.monotonic() - began,
        every=chosen.every,
        cores=chosen.cores,
    )
    print(report.text())
    for outcome in outcomes:
        if outcome.wrong:
            wrong = "".join(f"\n  {line[:400]}" for line in outcome.wrong[:6])
            print(f"{outcome.kind} at {outcome.point}: {outcome.cards}{wrong}")
    if chosen.write:
        written(report, chosen.write)
    return int(any(outcome.wrong for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
