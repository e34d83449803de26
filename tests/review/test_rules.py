"""Each rule: SQL in which it speaks, and SQL beside it in which it is silent."""

from __future__ import annotations

import pytest

from tests.review.asked import found
from tests.review.rule_cases import CASES
from wizards.migrate.review import libpg
from wizards.migrate.review.severities import ASKED_FOR_RULES, RULES

SPOKEN_ELSEWHERE = {"will-fail", "not-checked"}  # these need a database: test_will_fail.py


@pytest.mark.parametrize(
    ("rule", "sql", "options"),
    [(rule, sql, options) for rule, sql, _silent, options in CASES],
    ids=[f"{case[0]}-{number}" for number, case in enumerate(CASES)],
)
def test_the_rule_speaks(rule: str, sql: str, options: dict[str, object]) -> None:
    findings = found(sql, **options)
    assert rule in findings, sorted(findings)
    assert findings[rule].message


@pytest.mark.parametrize(
    ("rule", "sql", "options"),
    [(rule, silent, options) for rule, _sql, silent, options in CASES],
    ids=[f"{case[0]}-{number}" for number, case in enumerate(CASES)],
)
def test_the_rule_is_silent(rule: str, sql: str, options: dict[str, object]) -> None:
    findings = found(sql, **options)
    assert rule not in findings, findings.get(rule)


def test_every_rule_has_a_case() -> None:
    assert set(RULES) - {case[0] for case in CASES} == SPOKEN_ELSEWHERE


def test_rules_that_must_be_asked_for_are_off() -> None:
    sql = "BEGIN; ALTER TABLE t ADD COLUMN x int; COMMIT; DROP TABLE t"
    assert not ASKED_FOR_RULES & set(found(sql))


@pytest.mark.parametrize(
    "sql",
    [case[1] for case in CASES],
    ids=[f"{case[0]}-{number}" for number, case in enumerate(CASES)],
)
def test_every_fix_is_sql_that_parses(sql: str) -> None:
    for in_transaction in (False, True):
        for finding in found(sql, in_transaction=in_transaction).values():
            if finding.rule != "not-understood" and finding.fix:
                libpg.parse(finding.fix.encode())


def test_locks_and_what_they_block_are_told() -> None:
    index = found("CREATE INDEX i ON t (a)")["create-index-nonconcurrent"]
    assert (index.lock, index.blocks, index.scans, index.rewrites) == (
        "SHARE",
        "writes",
        True,
        False,
    )
    alter = found("ALTER TABLE s.t ALTER a TYPE bigint")["alter-type"]
    assert (alter.lock, alter.blocks, alter.rewrites) == (
        "ACCESS EXCLUSIVE",
        "reads and writes",
        True,
    )
    assert alter.tables == ("s.t",)


def test_quoted_names_stay_quoted_in_the_fix() -> None:
    fix = found('CREATE INDEX "Ix" ON "My Table" ("select")')["create-index-nonconcurrent"].fix
    assert fix == 'CREATE INDEX CONCURRENTLY "Ix" ON "My Table" ("select");'
    fix = found('ALTER TABLE "Order" ALTER "select" SET NOT NULL')["set-not-null"].fix
    assert fix is not None
    assert 'ALTER TABLE "Order" ADD CONSTRAINT' in fix
    assert '"select" IS NOT NULL' in fix
