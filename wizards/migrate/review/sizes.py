"""How long would it block? Sizes turn caution into danger; every duration is an estimate."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from wizards.events import Json
from wizards.migrate.model import Finding, Severity
from wizards.migrate.review.catalogue import Facts, Table
from wizards.migrate.review.names import Name, shown_name

ASSUMED_RATE = 100e6
TYPE_RULES = frozenset(
    {"int-type", "serial-type", "json-type", "char-type", "varchar-type", "timestamp-type"}
    | {"money-type", "float-type"}
)
MOST_SECONDS = 2.0
MANY_ROWS = 1_000_000
_NO_TIME = 0.1
_WORK = {
    "create-index-nonconcurrent": 4.0,
    "reindex-nonconcurrent": 4.0,
    "add-unique": 4.0,
    "add-pk": 4.0,
    "add-exclusion": 8.0,
    "fk-not-valid": 3.0,
    "refresh-matview": 4.0,
    "unfiltered-dml": 8.0,
}
_REWRITE = 6.0
_INSTANT = frozenset({"truncate", "truncate-cascade"})


def sized(finding: Finding, facts: Facts | None) -> Finding:
    """Return the finding with rows, bytes and seconds_estimate, and its severity by them."""
    if facts is None or not finding.tables or finding.rule in TYPE_RULES:
        return finding
    tables = [facts.tables.get(shown_name(name)) for name in finding.tables]
    live = [table for table in tables if table is not None]
    if not live:
        return finding
    known: dict[str, Json] = {
        **finding.facts,
        "rows": sum(table.rows for table in live),
        "bytes": sum(table.bytes for table in live),
    }
    if not all(table.rows_known for table in live):
        known["rows_unknown"] = True
    slow = finding.scans or finding.rewrites
    if not slow or finding.blocks == "nothing" or finding.rule in _INSTANT:
        return replace(finding, facts=known)
    seconds = _seconds(finding, live, facts)
    known["seconds_estimate"] = round(seconds, 2)
    known["rate"] = "measured" if facts.rate_measured else "assumed"
    severity = finding.severity
    unknown_and_large = not all(table.rows_known for table in live) and any(
        table.rows > MANY_ROWS for table in live
    )
    if severity is Severity.CAUTION and (seconds > MOST_SECONDS or unknown_and_large):
        severity = Severity.DANGER
    return replace(finding, facts=known, severity=severity)


def brief(finding: Finding, worked_on: Collection[Name], facts: Facts) -> Finding:
    """Return a finding about what is held for long, milder where it is known to be no time.

    ``worked_on`` are the tables that the statement reads or rewrites meanwhile.
    """
    live = [facts.tables.get(table) for table in worked_on]
    if finding.rule != "stmt-after-access-exclusive" or not live:
        return finding
    known = [table for table in live if table is not None and table.rows_known]
    if len(known) < len(live):
        return finding
    rate = facts.rate or ASSUMED_RATE
    seconds = sum(table.bytes for table in known) * _REWRITE / rate
    if seconds > _NO_TIME or finding.severity is not Severity.DANGER:
        return finding
    return replace(finding, severity=Severity.CAUTION)


def _seconds(finding: Finding, tables: list[Table], facts: Facts) -> float:
    rate = facts.rate or ASSUMED_RATE
    if finding.rewrites:
        return sum(table.bytes for table in tables) * _REWRITE / rate
    return sum(table.table_bytes for table in tables) * _WORK.get(finding.rule, 1.0) / rate
