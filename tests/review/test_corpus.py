"""The review over what other tools' authors call dangerous and safe (TARMAC_CORPUS)."""

from __future__ import annotations

import json

import pytest

from tests.review.corpus import corpus, measure, share
from tests.review.test_measured import MODES
from wizards.migrate.facts import connected, gather
from wizards.migrate.review.judge import Reviewer
from wizards.migrate.review.locks import Lock
from wizards.migrate.review.sql import statements

pytestmark = pytest.mark.skipif(corpus() is None, reason="TARMAC_CORPUS is not set")

# The statement failed to run when it was measured, or its locks were read too late.
NOT_MEASURED = {"reindex index concurrently", "detach concurrently"}
RENAMED = {"t2": "t"}


def test_cases_are_found_and_wolf_is_not_cried() -> None:
    folder = corpus()
    assert folder is not None
    report = measure(folder)
    lines = "\n".join(report.lines())
    assert share(report.safety_cases) >= 0.97, lines
    assert share(report.all_cases) >= 0.96, lines
    assert share(report.quiet_cases) <= 0.05, lines


def test_measured_locks_rewrites_and_scans_are_predicted(everything: str) -> None:
    folder = corpus()
    assert folder is not None
    wrong = []
    rows = json.loads((folder / "locks.json").read_text(encoding="utf-8"))
    for row in rows:
        if row["name"] in NOT_MEASURED or row.get("locks") is None:
            continue
        with connected(everything) as connection:
            facts = gather(connection, [row["sql"]])
        reviewer = Reviewer(postgres=row["pg"], facts=facts)
        alone = any(word in row["sql"] for word in (" CONCURRENTLY ", "VACUUM"))
        cases = reviewer.add(enumerate(statements(row["sql"])), transactional=not alone)
        locks: dict[str, Lock] = {}
        for case in cases:
            for table, lock in case.locks.items():
                locks[table.name] = max(locks.get(table.name, lock), lock)
        expected = {RENAMED.get(name, name): MODES[mode] for name, mode in row["locks"].items()}
        kept = {name: lock for name, lock in locks.items() if name in expected}
        if kept != expected:
            wrong.append((row["name"], "lock", locks, expected))
        tables = {name for name in row.get("rewritten") or () if name in facts_names(facts)}
        rewritten = {table.name for case in cases for table in case.rewrites}
        if row.get("rewritten") is not None and rewritten != tables:
            wrong.append((row["name"], "rewrite", rewritten, tables))
        scans = {table.name for case in cases for table in case.scans}
        expected_scans = set(row.get("scans") or ())
        if row.get("scans") is not None and "rename" not in row["name"] and scans != expected_scans:
            wrong.append((row["name"], "scan", scans, expected_scans))
    assert not wrong, "\n".join(map(str, wrong))


def facts_names(facts: object) -> set[str]:
    return {name.name for name in facts.tables}  # type: ignore[attr-defined]
