"""Label selectors: ``a = b``, ``a==b``, ``a != b``, ``a in (b, c)``, ``a``, separated by commas."""

from __future__ import annotations

import re
from collections.abc import Mapping

TERM = re.compile(
    r"\s*([^\s=!,()]+)\s*(?:(==?|!=|\bin\b|\bnotin\b)\s*(\([^)]*\)|[^,\s]*))?\s*(?:,|$)"
)


def fits(labels: Mapping[str, str], selector: str) -> bool:
    """Whether labels fit a selector; an empty one fits everything."""
    for key, relation, wanted in TERM.findall(selector):
        values = [each.strip() for each in wanted.strip("()").split(",")]
        if relation in ("!=", "notin"):
            if labels.get(key) in values:
                return False
        elif relation:
            if labels.get(key) not in values:
                return False
        elif key not in labels:
            return False
    return True
