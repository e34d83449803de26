"""What can go wrong with one call, and where: the two sides of the matrix."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.request_log import Entry

KINDS: dict[str, dict[str, Any]] = {
    "403 denied": {"kind": "status", "status": 403, "reason": "IAM_PERMISSION_DENIED"},
    "403 API off": {"kind": "status", "status": 403, "reason": "SERVICE_DISABLED"},
    "409 conflict": {"kind": "status", "status": 409, "reason": "ABORTED"},
    "429 wait": {"kind": "status", "status": 429, "retry_after": 7.0},
    "500": {"kind": "status", "status": 500},
    "503": {"kind": "status", "status": 503},
    "timeout": {"kind": "timeout"},
    "timeout, carried out": {"kind": "timeout", "after": True},
    "reset": {"kind": "reset"},
    "reset, carried out": {"kind": "reset", "after": True},
    "slow": {"kind": "slow", "seconds": 25.0},
}

POLLS = 4
"""How many of the same call in one run are each disturbed; of more, the last one is too."""

_NAMED_BY_GOOGLE = re.compile(r"(operations|triggers)/[^/ ]+")


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """The n-th call (from 1) of a method on a path, the same in every project."""

    call: str
    number: int

    def fault(self, project: str, kind: str) -> dict[str, Any]:
        """Return the fault that hits this call once in a project."""
        words = re.escape(self.call).replace("PROJECT", re.escape(project))
        words = words.replace("NUMBER", r"\d+").replace("ANY", "[^/ ]+")
        return {"method": f"^{words}$", "times": 1, "skip": self.number - 1, **KINDS[kind]}


def call_of(entry: Entry, project: str, number: str) -> str:
    """Return what a fault's ``method`` is compared with, without what differs between runs."""
    service, _version, method = (entry.method or "::").split(":", 2)
    path = re.sub(r"^/_/[^/]+/", "", entry.path.partition("?")[0])
    path = _NAMED_BY_GOOGLE.sub(r"\1/ANY", path)
    path = path.replace(project, "PROJECT")
    path = path.replace(number, "NUMBER") if number else path
    return f"{service}.{method} {entry.http} {path}"


def points_of(entries: Iterable[Entry], project: str, number: str) -> list[Point]:
    """Return every call of an undisturbed run, in order."""
    seen: Counter[str] = Counter()
    points: list[Point] = []
    for entry in entries:
        call = call_of(entry, project, number)
        seen[call] += 1
        points.append(Point(call, seen[call]))
    return points


def distinct(points: Iterable[Point]) -> list[Point]:
    """Return the points without polls that are like others: the first four and the last stay."""
    ordered = list(points)
    last = {point.call: point.number for point in ordered}
    return [point for point in ordered if point.number <= POLLS or point.number == last[point.call]]
