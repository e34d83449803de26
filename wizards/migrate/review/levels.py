"""From what the rules said to what is reported: sizes, suppressions, levels."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from generators.language import _
from wizards.migrate.model import Finding, Severity
from wizards.migrate.review.case import Case
from wizards.migrate.review.catalogue import Facts
from wizards.migrate.review.severities import RULES
from wizards.migrate.review.sizes import brief, sized
from wizards.migrate.review.suppressions import Allow

OFF = "off"
_NONE: frozenset[int] = frozenset()


def levels_of(rules: Mapping[str, str]) -> dict[str, Severity | None]:
    """Read the levels of tarmac.toml, a severity or "off"; ValueError names a bad one."""
    levels: dict[str, Severity | None] = {}
    for rule, word in rules.items():
        if rule not in RULES:
            raise ValueError(_("there is no rule {rule}").format(rule=rule))
        if word != OFF and word not in set(Severity):
            raise ValueError(
                _("{rule} = {word}: must be danger, caution, notice or off").format(
                    rule=rule, word=word
                )
            )
        levels[rule] = None if word == OFF else Severity(word)
    return levels


def settle(
    case: Case,
    facts: Facts | None,
    levels: Mapping[str, Severity | None],
    off: Collection[str],
) -> tuple[Finding, ...]:
    """Return what is reported of one statement."""
    found = case.findings
    if not found and not case.parsed.allows:
        return ()
    answered = _answered_later(case)
    covered = [at for table, at in case.pending_views if table in case.context.views]
    allowed = {allow.rule for allow in case.parsed.allows if allow.reason}
    kept = []
    for position, finding in enumerate(found):
        rule = finding.rule
        if position in answered or rule in allowed or rule in off:
            continue
        if position in covered:
            finding = replace(finding, severity=Severity.NOTICE)
        if facts is not None:
            finding = brief(sized(finding, facts), case.scans, facts)
        if rule in levels:
            level = levels[rule]
            if level is None:
                continue
            finding = replace(finding, severity=level)
        kept.append(finding)
    kept += [bad for allow in case.parsed.allows if (bad := _bad_allow(case, allow))]
    return tuple(kept)


def _answered_later(case: Case) -> Collection[int]:
    """Findings a later statement of the plan takes back: the missing index, the missing key."""
    if not case.pending_keys and not case.pending_tables:
        return _NONE
    context = case.context
    answered = {at for table, at in case.pending_tables if table in context.keys}
    for table, wanted, at in case.pending_keys:
        if context.indexes.covers(table, wanted):
            answered.add(at)
    return answered


def _bad_allow(case: Case, allow: Allow) -> Finding | None:
    """A suppression must name a rule and a reason."""
    if allow.rule not in RULES:
        message = _("tarmac: allow names no rule that exists: {rule}").format(
            rule=allow.rule or "–"
        )
    elif not allow.reason:
        message = _("tarmac: allow {rule} gives no reason: add “because …”").format(rule=allow.rule)
    else:
        return None
    return Finding(
        rule="suppression-without-reason",
        severity=Severity.DANGER if allow.rule in RULES else Severity.CAUTION,
        message=message,
        statement=case.index,
        line=allow.line,
        end_line=allow.line,
    )
