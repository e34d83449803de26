"""Over TARMAC_CORPUS: what the review finds, misses and cries wolf about, by source and rule.

``TARMAC_CORPUS=… python -m tests.review.corpus`` prints the report. A case is judged the way its
own tool judges it: some assume a transaction around every file. "Found" means that a finding of
the canonical rule, or of the finer rule that stands for it here, is reported; a false alarm is a
finding of caution or more for the rule under test where none is expected.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wizards.migrate.review.lint import judge_file
from wizards.migrate.review.severities import ASKED_FOR_RULES, RULES

OURS = {
    "constraint-not-valid": {
        "fk-not-valid",
        "check-not-valid",
        "validate-same-tx",
        "add-column-constraint",
    },
    "add-serial-or-generated": {"add-serial", "add-generated-stored"},
    "vacuum-full-or-cluster": {"vacuum-full", "cluster"},
    "idempotent-ddl": {"not-idempotent"},
    "volatile-default": {"volatile-default", "add-generated-stored"},
    "add-unique": {"add-unique", "add-pk"},
    "drop-cascade": {"drop-cascade", "truncate-cascade"},
    "add-required-column": {"add-required-column", "set-not-null"},
}
FACTS = {
    "volatile-default": "since PostgreSQL 11 a constant default rewrites nothing",
    "char-type": "the case holds `int array[]`, which PostgreSQL does not parse",
    "idempotent-ddl": "ENABLE ROW LEVEL SECURITY and SET NOT NULL can be run twice",
    "missing-lock-timeout": "the case sets one timeout and expects both to be missing",
    "missing-statement-timeout": "the case sets it; SET without LOCAL outlives a COMMIT",
    "wide-lock-window": "the same table twice: nothing else is locked by the second statement",
    "invalid-index-retry": "without IF NOT EXISTS the retry fails instead of keeping INVALID",
    "stmt-after-access-exclusive": "outside a transaction no lock outlives its statement",
    "fk-not-valid": "both tables are made by the same file: nobody waits for them",
    "truncate": "the table is made by the same file",
    "multi-alter": "the two ALTER TABLE are not of the same table",
    "vacuum-full-or-cluster": "both block every reader on each version; REPACK comes with 19",
    "reindex-nonconcurrent": "it blocks writes also where CONCURRENTLY does not exist",
    "add-serial": "IDENTITY numbers, and so rewrites, every row just as serial does",
    "add-serial-or-generated": "IDENTITY numbers, and so rewrites, every row just as serial does",
    "replica-identity": "FULL takes ACCESS EXCLUSIVE and logs every old row",
    "disable-trigger": "SHARE ROW EXCLUSIVE blocks writes, for one trigger as for all",
    "drop-table": "the suppression is another tool's comment",
}
ASSUMED = ("assume_in_transaction", "assume_transaction", "assuming_in_transaction_err")


def corpus() -> Path | None:
    """The folder of the corpus, where there is one."""
    named = os.environ.get("TARMAC_CORPUS")
    return Path(named) if named else None


@dataclass
class Report:
    """Counts by (source, rule), and the cases behind every disagreement."""

    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)
    alarms: Counter[tuple[str, str]] = field(default_factory=Counter)
    safety_cases: list[bool] = field(default_factory=list)
    all_cases: list[bool] = field(default_factory=list)
    quiet_cases: list[bool] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """The report for a person."""
        for source, rule in sorted({*self.found, *self.missed, *self.alarms}):
            key = (source, rule)
            if self.missed[key] or self.alarms[key]:
                yield (
                    f"{source:24} {rule:28} found {self.found[key]:3} "
                    f"missed {self.missed[key]:2} false alarms {self.alarms[key]:2}"
                )
        yield from self.disagreements
        for name, cases in (("safety", self.safety_cases), ("all", self.all_cases)):
            yield f"{name}: {sum(cases)} of {len(cases)} cases found = {share(cases):.1%}"
        quiet = self.quiet_cases
        yield f"false alarms: {sum(quiet)} of {len(quiet)} = {share(quiet):.1%}"


def share(cases: list[bool]) -> float:
    """The share of cases that are true."""
    return sum(cases) / len(cases)


def is_safety(rule: str) -> bool:
    """Whether a canonical rule is about locks, data or failing rather than about taste."""
    ours = OURS.get(rule, {rule}) - ASKED_FOR_RULES
    return any(RULES[one].rank < 2 for one in ours if one in RULES)


def measure(folder: Path) -> Report:
    """Judge every case of migrations.jsonl."""
    report = Report()
    with (folder / "migrations.jsonl").open(encoding="utf-8") as file:
        for line in file:
            _case(json.loads(line), report)
    return report


def _case(case: dict[str, Any], report: Report) -> None:
    judged = judge_file(
        case["sql"],
        path="case.sql",
        in_transaction=_in_transaction(case),
        postgres=int(str(case.get("pg_version") or 16).split(".")[0]),
        asked_for=ASKED_FOR_RULES,
    )
    told = {one.rule for one in judged.findings}
    loud = {one.rule for one in judged.findings if one.severity.rank < 2}
    source, where = case["source"], case["path"].rsplit("/", 1)[-1]
    if case["canon"]:
        hits = {rule: bool(OURS.get(rule, {rule}) & told) for rule in case["canon"]}
        for rule, hit in hits.items():
            (report.found if hit else report.missed)[source, rule] += 1
            if not hit:
                report.disagreements.append(_disagreement("missed", rule, source, where))
        report.all_cases.append(all(hits.values()))
        safety = [hit for rule, hit in hits.items() if is_safety(rule)]
        if safety:
            report.safety_cases.append(all(safety))
        return
    asked = set(case.get("canon_under_test") or ())
    if asked:
        wrong = {
            rule for rule in asked if (OURS.get(rule, {rule}) if rule in _SAME else {rule}) & loud
        }
        for rule in wrong:
            report.alarms[source, rule] += 1
            report.disagreements.append(_disagreement("false alarm", rule, source, where))
        report.quiet_cases.append(bool(wrong))


def _disagreement(what: str, rule: str, source: str, where: str) -> str:
    return f"{what} {rule}: {source} {where}\n    {FACTS.get(rule, '')}"


_SAME = frozenset({"constraint-not-valid", "add-serial-or-generated", "vacuum-full-or-cluster"})


def _in_transaction(case: dict[str, Any]) -> bool:
    if "disable-assume-in-transaction" in case["sql"]:
        return False
    assumed = any(word in case["path"] for word in ASSUMED)
    return assumed or case["source"] == "postgres-language-server"


if __name__ == "__main__":
    place = corpus()
    print("TARMAC_CORPUS is not set" if place is None else "\n".join(measure(place).lines()))
