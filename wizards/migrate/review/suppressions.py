"""Suppressions in comments: ``-- tarmac: allow RULE[, RULE] because REASON``."""

from __future__ import annotations

import re
from typing import NamedTuple

_ALLOW = re.compile(
    r"tarmac:\s*allow\b\s*(?P<rules>[\w-]+(?:\s*,\s*[\w-]+)*)?"
    r"(?:\s+because\b[ \t]*(?P<why>[^\n]*))?",
    re.IGNORECASE,
)


class Allow(NamedTuple):
    """One rule allowed on one statement; a missing reason makes it a finding itself."""

    rule: str
    reason: str
    line: int


def allows_in(comment: str, line: int) -> list[Allow]:
    """Return the suppressions of one comment that starts on ``line``."""
    found: list[Allow] = []
    for match in _ALLOW.finditer(comment):
        at = line + comment.count("\n", 0, match.start())
        why = (match["why"] or "").removesuffix("*/").strip()
        rules = re.split(r"\s*,\s*", match["rules"] or "")
        found.extend(Allow(rule, why, at) for rule in rules)
    return found
