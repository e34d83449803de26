"""Whatever happens to a migration, wherever: no row is lost, and the next start knows the truth.

The whole matrix runs with ``make check-slow`` (``docs/reliability.md`` has its table); here is a
sample of it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.migrate.faults.fault_runs import MISSED, Ended, disturbed, undisturbed
from tests.migrate.faults.matrix import orders, run
from tests.migrate.faults.subjects import SUBJECTS
from tests.migrate.faults.workshop import Workshop

SAMPLE = (
    ("kill-tarmac", "during commit#2"),
    ("kill-postgres", "during s2#1 items"),
    ("fill-disk", "after pg_dump#1"),
)


def test_a_sample_of_all_faults_loses_nothing(tmp_path: Path, alembic_python: Path) -> None:
    shop = Workshop(tmp_path / "shop", alembic_python)
    try:
        usual = undisturbed(shop, SUBJECTS["alembic, one per revision"])
        assert len(orders(usual)) > 150
        ended = [disturbed(shop, usual, kind, at) for kind, at in SAMPLE if may(kind)]
    finally:
        shop.close()
    all_well(ended)


@pytest.mark.slow
def test_every_fault_at_every_point_loses_nothing() -> None:
    all_well(run(workers=os.cpu_count() or 1))


def may(kind: str) -> bool:
    """Filling a disk wants one that can be mounted."""
    return kind != "fill-disk" or os.geteuid() == 0


def all_well(ended: Sequence[Ended]) -> None:
    """Nothing is wrong, and all but a few moments were really reached."""
    wrong = [f"{one.subject}: {one.kind} {one.at}: {one.wrong}" for one in ended if one.wrong]
    assert not wrong, "\n".join(wrong)
    missed = [(one.subject, one.kind, one.at) for one in ended if one.verdict == MISSED]
    assert len(missed) <= len(ended) // 20, missed
