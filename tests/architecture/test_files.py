"""The shape of the code base: small files, one of them big by design."""

from __future__ import annotations

import statistics
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("tui", "wizards", "generators", "sandbox")
BIG_BY_DESIGN = {"wizards/migrate/agent.py"}


def lengths() -> dict[str, int]:
    return {
        str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines())
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
    }


def test_no_file_is_longer_than_a_person_reads() -> None:
    long = {
        name: lines
        for name, lines in lengths().items()
        if lines > 400 and name not in BIG_BY_DESIGN
    }
    assert long == {}


def test_the_median_file_is_short() -> None:
    assert statistics.median(lengths().values()) < 120
