"""Filters of lists: ``name=x``, ``status eq RUNNING``, ``labels.env:*``, joined by AND."""

from __future__ import annotations

import re
from typing import Any

from sandbox.call import Call
from sandbox.compute.links import last
from sandbox.compute.refusals import invalid

Body = dict[str, Any]

TERM = re.compile(r"([\w.]+)\s*(!=|=|:|\s(?:eq|ne)\s)\s*(\S+)")


def fitting(call: Call, items: list[Body]) -> list[Body]:
    """Return the items that fit the call's filter; one that cannot be read is refused."""
    wanted = call.text("filter").strip()
    if not wanted:
        return items
    terms = []
    for part in re.split(r"\s+AND\s+|\)\s*\(", wanted):
        match = TERM.fullmatch(part.strip(" ()"))
        if match is None:
            raise invalid("filter", wanted, "Invalid list filter expression.")
        terms.append((match[1], match[2].strip(), match[3].strip("\"'")))
    return [item for item in items if all(_fits(item, *term) for term in terms)]


def _fits(item: Body, path: str, operator: str, value: str) -> bool:
    have: Any = item
    for key in path.split("."):
        have = have.get(key) if isinstance(have, dict) else None
    if value == "*" and operator == ":":
        return have is not None
    text = "" if have is None else str(have)
    if operator in ("eq", "ne"):
        try:
            same = bool(re.fullmatch(value, text) or re.fullmatch(value, last(text)))
        except re.error:
            same = False
    else:
        same = value in (text, last(text))
    return same is (operator not in ("!=", "ne"))
