"""Everything the sandbox knows of a project, so that two runs can be compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from sandbox.store import Store

# Counters, random ids and moments: they differ between any two runs of the same thing.
_GENERATED = {
    "etag",
    "serial",
    "uid",
    "unique",
    "since",
    "generation",
    "observedGeneration",
    "observed",
    "hashed",
    "log_since",
}
_RANDOM = re.compile(
    r"\b(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|1\d{12}|1\d{20})\b"
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_REVISION = re.compile(r"-\d{5}-[a-z0-9]{3}\b")
_NOT_OF_A_PROJECT = ("fault", "billing-account")

State = dict[str, Any]


def state_of(store: Store, project: str, generated: Iterable[str] = ()) -> State:
    """Return the project's resources by "kind name", without ids, moments and generated values.

    ``generated`` names the secrets whose value is random.
    """
    found = store.get("project", project) or {}
    number = str(found.get("number", "none"))
    rows = store.connection.execute("SELECT kind, name, body FROM resources").fetchall()
    hidden = tuple(f"/secrets/{secret}/" for secret in generated)
    bodies: dict[str, list[Any]] = {}
    for kind, name, body in rows:
        mine = project in name or name == number or project in body
        if not mine or kind in _NOT_OF_A_PROJECT or _is_an_attempt(kind, body):
            continue
        random = any(part in f"{name}/" for part in hidden)
        told = _Teller(project, number, values=not random)
        bodies.setdefault(f"{kind} {told.text(name)}", []).append(told.told(json.loads(body)))
    return {key: sorted(found, key=json.dumps) for key, found in sorted(bodies.items())}


def _is_an_attempt(kind: str, body: str) -> bool:
    """Say whether this is a revision that never ran: each attempt leaves one, as with Google."""
    return kind == "run-by-id" or (kind == "run-revision" and '"FAILED"' in body)


def differences(left: Any, right: Any, at: str = "") -> list[str]:
    """Return where two states (or parts of them) differ, down to the smallest part."""
    if left == right:
        return []
    if isinstance(left, dict) and isinstance(right, dict):
        return [
            line
            for key in sorted(left.keys() | right.keys())
            for line in differences(left.get(key), right.get(key), f"{at}.{key}" if at else key)
        ]
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        pairs = enumerate(zip(left, right, strict=True))
        return [line for n, (a, b) in pairs for line in differences(a, b, f"{at}[{n}]")]
    return [f"{at}: {json.dumps(left)[:200]} ≠ {json.dumps(right)[:200]}"]


def _of_attempts(name: str, part: Any) -> bool:
    """Say whether a part tells how many attempts there were: what names the revision before."""
    return name == "tarmac-retry" or (name == "annotations" and part == {})


class _Teller:
    """Names what belongs to this run alone by what it is."""

    def __init__(self, project: str, number: str, *, values: bool) -> None:
        self._project = project
        self._number = number
        self._values = values

    def text(self, text: str) -> str:
        text = text.replace(self._project, "PROJECT").replace(self._number, "NUMBER")
        text = _REVISION.sub("-REVISION", text)
        return _MOMENT.sub("MOMENT", _RANDOM.sub("ID", text))

    def told(self, value: Any, key: str = "") -> Any:
        if key in _GENERATED:
            return f"a {key}"
        if key in ("data", "tarmac-digest") and not self._values:
            return "a value"
        if isinstance(value, dict):
            parts = {self.text(name): self.told(part, name) for name, part in value.items()}
            return {name: part for name, part in parts.items() if not _of_attempts(name, part)}
        if isinstance(value, list):
            return sorted((self.told(part) for part in value), key=json.dumps)
        if isinstance(value, float) and value > 1e9:
            return "a moment"
        return self.text(value) if isinstance(value, str) else value
