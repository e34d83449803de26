"""Backups go when they are old, not among the last five, and no open session needs them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.migrate.test_decisions import BACKUP
from wizards.migrate import manifest, retention

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def of_ages(*ages: int) -> list[object]:
    return [
        replace(BACKUP, path=Path(f"{age}.dump"), taken_at=NOW - timedelta(days=age))
        for age in ages
    ]


def gone(ages: tuple[int, ...], needed: set[Path]) -> list[str]:
    return [one.path.name for one in retention.expired(of_ages(*ages), needed, NOW)]


def test_old_ones_beyond_the_last_five_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BACKUP_RETENTION_DAYS", raising=False)
    assert gone((1, 31, 32, 33, 34, 35, 36), set()) == ["35.dump", "36.dump"]
    assert gone((1, 2, 3, 4, 5, 6, 29), set()) == []
    assert gone((1, 31, 32, 33, 34, 35, 36), {Path("36.dump")}) == ["35.dump"]


def test_the_variable_sets_the_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_RETENTION_DAYS", "7")
    assert gone((1, 2, 3, 4, 5, 6, 8), set()) == ["8.dump"]


def test_dump_and_manifest_go_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_RETENTION_DAYS", "7")
    for age in range(100, 107):
        one = replace(
            BACKUP, path=tmp_path / f"{age}.dump", taken_at=datetime.now(UTC) - timedelta(days=age)
        )
        one.path.write_bytes(b"x")
        manifest.write(one)
    kept = manifest.all_in(tmp_path)
    assert retention.clean(kept, set()) == [tmp_path / "105.dump", tmp_path / "106.dump"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        name for age in range(100, 105) for name in (f"{age}.dump", f"{age}.dump.json")
    )
