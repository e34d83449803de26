"""One set-up with one fault: how it ended, and whether the world is what it should be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from tests.reliability.faults import Point, points_of
from tests.reliability.state_of import State, differences, state_of
from tests.reliability.virtual_cloud import VirtualCloud
from tests.reliability.whole import TYPED, whole
from wizards.blueprint import Blueprint
from wizards.cancel import Cancel
from wizards.events import discard
from wizards.failures import Failure
from wizards.setup.applying import apply
from wizards.setup.desired import resources
from wizards.setup.naming import secrets_of
from wizards.setup.planning import make_plan
from wizards.setup.sql_database import SqlUserResource

ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Undisturbed:
    """What a run without any fault leaves, the calls it makes and how long it takes (virtual)."""

    pipeline: str
    state: State
    points: list[Point]
    seconds: float
    steps: int


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


def undisturbed(virtual: VirtualCloud, pipeline: str) -> Undisturbed:
    """Run a set-up and note everything about it."""
    wanted = whole(pipeline)
    since, began = virtual.log_end(), virtual.time.moment
    cards, steps = _applied(virtual, wanted)
    assert not cards, cards
    project = wanted.project.id
    number = virtual.inside(lambda: (virtual.world.store.get("project", project) or {})["number"])
    points = points_of(virtual.requests(since), project, number)
    found = Undisturbed(
        pipeline=pipeline,
        state=_state(virtual, wanted),
        points=points,
        seconds=virtual.time.moment - began,
        steps=steps,
    )
    wrong = list(_wrong(virtual, wanted, found))
    assert not wrong, wrong
    virtual.forget()
    return found


def disturbed(virtual: VirtualCloud, usual: Undisturbed, point: Point, kind: str) -> Outcome:
    """Run the same set-up in another project with one fault at one call."""
    wanted = whole(usual.pipeline)
    began = virtual.time.moment
    faults = virtual.world.faults
    fault = point.fault(wanted.project.id, kind)
    virtual.inside(lambda: faults.add(fault))
    cards, _steps = _applied(virtual, wanted)
    struck = virtual.inside(lambda: any(each.hit for each in faults.all()))
    virtual.inside(faults.clear)
    outcome = Outcome(
        point=point,
        kind=kind,
        struck=struck,
        cards=tuple(cards),
        wrong=tuple(_wrong(virtual, wanted, usual)),
        seconds=virtual.time.moment - began,
    )
    virtual.forget()
    return outcome


def _applied(virtual: VirtualCloud, wanted: Blueprint) -> tuple[list[str], int]:
    """Plan and apply until it ends well, as a person would; return the cards seen meanwhile."""
    cards: list[str] = []
    with TemporaryDirectory() as folder:
        for _attempt in range(ATTEMPTS):
            try:
                plan = make_plan(
                    wanted, virtual.cloud, discard, Cancel(), secret_values=dict(TYPED)
                )
                done = apply(
                    Path(folder), wanted, virtual.cloud, plan, dict(TYPED), discard, Cancel()
                )
            except Failure as failure:
                cards.append(f"plan:{failure.code}")
                continue
            if done.ok:
                return cards, len(done.steps)
            cards += [f"{step}:{failure.code}" for step, failure in done.failures]
    return [*cards, "never ended well"], 0


def _state(virtual: VirtualCloud, wanted: Blueprint) -> State:
    generated = [part.name for part in secrets_of(wanted).values() if part.source == "generate"]
    project = wanted.project.id
    return virtual.inside(lambda: state_of(virtual.world.store, project, generated))


def _wrong(virtual: VirtualCloud, wanted: Blueprint, usual: Undisturbed) -> Iterable[str]:
    """Return what is not as after an undisturbed run."""
    plan = make_plan(wanted, virtual.cloud, discard, Cancel(), secret_values=dict(TYPED))
    for change in plan.todo:
        yield f"left to do: {change.id} {change.action}"
    yield from differences(usual.state, _state(virtual, wanted))
    yield from _logins(virtual, wanted)


def _logins(virtual: VirtualCloud, wanted: Blueprint) -> Iterable[str]:
    """Log in to the real server with what Secret Manager holds."""
    database = wanted.database
    assert database is not None
    cluster = virtual.world.clusters.get(wanted.project.id, database.instance)
    for user in resources(wanted):
        if not isinstance(user, SqlUserResource):
            continue
        target: dict[str, Any] = {"host": "127.0.0.1", "port": cluster.port, "user": user.user}
        password = virtual.cloud.secret_value(wanted.project.id, user.secret)
        try:
            psycopg.connect(**target, dbname=database.name, password=password).close()
        except psycopg.OperationalError as refused:
            yield f"{user.user} cannot log in: {str(refused).strip().splitlines()[-1]}"
