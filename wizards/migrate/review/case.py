"""One statement under judgement: what it locks, rewrites and scans, and what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wizards.events import Json
from wizards.migrate.model import Finding, Severity
from wizards.migrate.review.context import Context
from wizards.migrate.review.locks import Lock
from wizards.migrate.review.names import Name
from wizards.migrate.review.severities import RULES
from wizards.migrate.review.sql import Parsed

_NO_FACTS: Mapping[str, Json] = {}


@dataclass(slots=True)
class Case:
    """Rules write into it with :meth:`touch` and :meth:`find`; ``index`` counts from 0.

    ``inherited`` are the tables it reaches only through a parent.
    """

    parsed: Parsed
    context: Context
    index: int
    locks: dict[Name, Lock] = field(default_factory=dict)
    rewrites: frozenset[Name] = frozenset()
    scans: frozenset[Name] = frozenset()
    inherited: frozenset[Name] = frozenset()
    findings: list[Finding] = field(default_factory=list)
    pending_keys: tuple[tuple[Name, frozenset[str], int], ...] = ()
    pending_views: tuple[tuple[Name, int], ...] = ()
    pending_tables: tuple[tuple[Name, int], ...] = ()

    def touch(
        self, table: Name, lock: Lock, *, rewrites: bool = False, scans: bool = False
    ) -> None:
        """Record what the statement does to a table, whether or not that is worth a finding."""
        held = self.locks.get(table)
        if held is None or lock > held:
            self.locks[table] = lock
        if rewrites:
            self.rewrites |= {table}
        if scans or rewrites:
            self.scans |= {table}

    def find(
        self,
        rule: str,
        message: str,
        *,
        on: Sequence[Name] = (),
        lock: Lock | None = None,
        rewrites: bool = False,
        scans: bool = False,
        fix: str | None = None,
        severity: Severity | None = None,
        even_new: bool = False,
        facts: Mapping[str, Json] = _NO_FACTS,
    ) -> None:
        """Report a finding, unless every table it is about was made by the same plan."""
        if lock is not None:
            for table in on:
                self.touch(table, lock, rewrites=rewrites, scans=scans)
        if on and not even_new and all(table in self.context.new for table in on):
            return
        parsed = self.parsed
        self.findings.append(
            Finding(
                rule=rule,
                severity=severity or RULES[rule],
                message=message,
                statement=self.index,
                line=parsed.line,
                column=parsed.column,
                end_line=parsed.end_line,
                lock=lock.words if lock else None,
                tables=tuple(dict.fromkeys(table.shown for table in on)),
                rewrites=rewrites,
                scans=scans or rewrites,
                blocks=lock.blocks if lock else "nothing",
                fix=fix,
                facts=facts,
            )
        )
