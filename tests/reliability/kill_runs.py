"""An apply that is killed at one point, resumed, and compared with one that nobody killed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.reliability.checks import left_wrong, made_calls, state
from tests.reliability.journeys import UNDO, found_project, wanted_by, words_of
from tests.reliability.sandbox_inside import SandboxInside, sandbox_inside
from tests.reliability.state_of import State, differences
from tests.reliability.whole import TYPED, written
from wizards.blueprint import Blueprint

SPEED = 600.0
DIED = -9
MOST_RESUMES = 2
MOMENTS = {
    "before": "before a journal record",
    "half": "in the middle of a journal record",
    "after": "after a journal record",
    "answered": "after a write, before its record",
}
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unkilled:
    """What a run that nobody killed leaves, and every point that it passes."""

    journey: str
    state: State
    points: list[str]
    made: Counter[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """How a killed and resumed run ended."""

    journey: str
    point: str
    died: bool
    resumes: int
    wrong: tuple[str, ...]
    cards: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The moment of its death, for the table."""
        return f"kill -9 {MOMENTS[self.point.partition(' ')[0]]}"

    @property
    def verdict(self) -> str:
        """One word for the table."""
        if self.wrong:
            return "wrong"
        return "resumed" if self.died else "missed"


class Forge:
    """The warm process that forks a `tarmac` per order."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.forge"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def tarmac(self, *words: str, place: Place, point: str = "") -> int:
        """Run a command until it ends or dies; return its code, negative for a signal."""
        order = {
            "words": words,
            "folder": str(place.root),
            "environment": place.environment,
            "said": str(place.said),
            "points": str(place.points),
            "point": point,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._answer()["code"])

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of one run, what it said, and the points it passed."""

    root: Path
    inside: SandboxInside

    @property
    def said(self) -> Path:
        """Everything that the commands wrote."""
        return self.root / "said"

    @property
    def points(self) -> Path:
        """The points that were passed."""
        return self.root / "points"

    @property
    def environment(self) -> dict[str, str]:
        """The variables of the commands."""
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TARMAC_LANG": "en",
            "TARMAC_SANDBOX": str(self.inside.address.state),
            **TYPED,
        }


@contextmanager
def killing_place(state: Path) -> Iterator[tuple[SandboxInside, Forge]]:
    """Run a sandbox with pooled servers, and the forge."""
    with sandbox_inside(state, speed=SPEED) as inside:
        forge = Forge()
        try:
            yield inside, forge
        finally:
            forge.close()


def unkilled(inside: SandboxInside, forge: Forge, journey: str) -> Unkilled:
    """Go a journey without any harm and note every point."""
    with _place(inside, forge, journey) as (place, wanted, words):
        since = inside.log_end()
        code = forge.tarmac(*words[False], place=place)
        assert code == 0, place.said.read_text()
        return Unkilled(
            journey=journey,
            state=state(inside, wanted, place.root),
            points=place.points.read_text().splitlines(),
            made=made_calls(inside, since, wanted.project.id),
        )


def killed(inside: SandboxInside, forge: Forge, usual: Unkilled, point: str) -> Killed:
    """Go the same journey, die at a point, resume, and compare."""
    with _place(inside, forge, usual.journey) as (place, wanted, words):
        since = inside.log_end()
        died = forge.tarmac(*words[False], place=place, point=point) == DIED
        resumes, code = 0, DIED
        while code != 0 and resumes < MOST_RESUMES:
            resumes += 1
            code = forge.tarmac(*words[True], place=place)
        wrong = differences(usual.state, state(inside, wanted, place.root))
        wrong += left_wrong(inside, wanted, place.root, usual.made, since, usual.journey)
        if code != 0:
            wrong.insert(0, f"what was resumed ended with {code}: {_tail(place.said)}")
    return Killed(
        journey=usual.journey, point=point, died=died, resumes=resumes, wrong=tuple(wrong)
    )


@contextmanager
def _place(
    inside: SandboxInside, forge: Forge, journey: str
) -> Iterator[tuple[Place, Blueprint, Mapping[bool, tuple[str, ...]]]]:
    """Prepare a folder, and for an undo everything that it is to take back."""
    wanted = wanted_by(journey)
    with TemporaryDirectory() as folder:
        place = Place(Path(folder), inside)
        written(wanted, place.root / "tarmac.toml")
        if journey == UNDO:
            found_project(inside.cloud, wanted)
            code = forge.tarmac("apply", "--yes", place=place)
            assert code == 0, place.said.read_text()
            place.points.unlink()
        yield place, wanted, words_of(journey, inside.cloud, place.root)
    inside.forget()


def _tail(said: Path) -> str:
    return re.sub(r"\s+", " ", said.read_text(encoding="utf-8")[-600:])
