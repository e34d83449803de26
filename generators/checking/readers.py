"""From what validators print to complaints with their lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from generators.checking.verdict import Complaint

_NUMBERED = re.compile(r"(?:line |:)(\d+)(?::(\d+))?")


def hadolint(path: str, stdout: str, _stderr: str) -> Iterable[Complaint]:
    """Read ``hadolint --format json``."""
    for one in _list(stdout):
        yield Complaint(path, int(one.get("line", 0)), f"{one.get('code')}: {one.get('message')}")


def shellcheck(path: str, stdout: str, _stderr: str) -> Iterable[Complaint]:
    """Read ``shellcheck --format json``."""
    for one in _list(stdout):
        message = f"SC{one.get('code')}: {one.get('message')}"
        yield Complaint(path, int(one.get("line", 0)), message)


def schema(path: str, stdout: str, _stderr: str) -> Iterable[Complaint]:
    """Read ``check-jsonschema --output-format json``: the deepest of each error's reasons."""
    try:
        found = json.loads(stdout or "{}")
    except json.JSONDecodeError:
        return
    for one in (*found.get("errors", ()), *found.get("parse_errors", ())):
        deepest = one.get("best_deep_match") or one
        message = f"{deepest.get('path', '')} {deepest.get('message', '')}".strip()
        yield Complaint(path, 0, message[:500])


def zizmor(path: str, stdout: str, _stderr: str) -> Iterable[Complaint]:
    """Read ``zizmor --format json``; lines there begin at 0."""
    for one in _list(stdout):
        places = one.get("locations") or [{}]
        start = places[0].get("concrete", {}).get("location", {}).get("start_point", {})
        message = f"{one.get('ident')}: {one.get('desc')}"
        yield Complaint(path, int(start.get("row", -1)) + 1, message)


def actionlint(path: str, stdout: str, _stderr: str) -> Iterable[Complaint]:
    """Read ``actionlint -format '{{json .}}'``."""
    for one in _list(stdout):
        yield Complaint(path, int(one.get("line", 0)), str(one.get("message", "")))


def said(path: str, stdout: str, stderr: str) -> Iterable[Complaint]:
    """Read lines of plain text that speak of an error, with the number of a line in them."""
    for line in (*stderr.splitlines(), *stdout.splitlines()):
        text = line.strip()
        if re.search(r"error|FAILED|\[emerg\]|invalid|could not", text, re.IGNORECASE):
            number = _NUMBERED.search(text)
            yield Complaint(path, int(number[1]) if number else 0, text[:500])


def compose(path: str, _stdout: str, stderr: str) -> Iterable[Complaint]:
    """Read ``docker compose config``."""
    for line in stderr.splitlines():
        if line.strip() and "level=warning" not in line:
            number = re.search(r"line (\d+)", line)
            yield Complaint(path, int(number[1]) if number else 0, line.strip())


def _list(text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text or "[]")
    except json.JSONDecodeError:
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
