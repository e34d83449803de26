"""How long rendering every artefact takes, and the whole of `tarmac generate` without writing.

python benchmarks/generate.py             # the example, and a stack of several services
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from generators.detect import detect
from generators.render import render
from wizards.blueprint import Blueprint, Database, Project, Service
from wizards.files import artefacts, write
from wizards.stack import stack_of

_ROOT = Path(__file__).parents[1]
_APPS = _ROOT / "tests" / "imagelab" / "apps"
_BUDGET = 0.5
_TIMES = 9
_BLUEPRINT = Blueprint(
    project=Project(id="notes-prod"),
    service=Service(name="notes"),
    database=Database(instance="notes-db", name="notes", user="notes"),
)


def several(root: Path) -> Path:
    """Make a repository of four services: two APIs with front ends of their own, and workers."""
    for name in ("django", "flask", "nest", "static"):
        shutil.copytree(_APPS / name, root / name)
    return root


def seconds(work: Callable[[], object]) -> float:
    """Return the median of several runs."""
    taken = []
    for _time in range(_TIMES):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def measured(name: str, root: Path, blueprint: Blueprint) -> float:
    """Print what a repository takes, first time and again; return the slower of the two."""
    found = detect(root)
    started = time.perf_counter()
    made = render(stack_of(blueprint, found, root))
    first = time.perf_counter() - started
    again = seconds(lambda: render(stack_of(blueprint, found, root)))
    write(root, artefacts(root, blueprint, detection=found))
    merged = seconds(lambda: artefacts(root, blueprint, detection=found))
    print(
        f"{name}: {len(made)} files; rendered in {first * 1000:.0f} ms, again in "
        f"{again * 1000:.0f} ms; with detection and comparison {seconds_whole(root, blueprint):.2f}"
        f" s, comparison alone {merged * 1000:.0f} ms (budget {_BUDGET} s)"
    )
    return max(first, again)


def seconds_whole(root: Path, blueprint: Blueprint) -> float:
    """Return what the command does, without starting Python."""
    return seconds(lambda: artefacts(root, blueprint))


def main() -> int:
    """Print one line for each repository; 1 when one is over its budget."""
    with tempfile.TemporaryDirectory() as folder:
        example = Path(folder) / "notes"
        ignored = shutil.ignore_patterns("node_modules", "dist", ".venv", "__pycache__")
        shutil.copytree(_ROOT / "examples" / "notes", example, ignore=ignored)
        slowest = measured("the example", example, _BLUEPRINT)
        many = Path(folder) / "many"
        many.mkdir()
        service = Service(name="shop", root="django")
        stack = Blueprint(project=_BLUEPRINT.project, service=service, database=_BLUEPRINT.database)
        slowest = max(slowest, measured("several services", several(many), stack))
    return 1 if slowest > _BUDGET else 0


if __name__ == "__main__":
    raise SystemExit(main())
