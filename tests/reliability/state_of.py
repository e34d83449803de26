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
    state: State = {}
    for kind, name, body in rows:
        mine = project in name or name == number or project in body
        if not mine or kind in _NOT_OF_A_PROJECT or _is_an_attempt(kind, body):
            continue
        random = any(part in f"{name}/" for part in hidden)
        told = _Teller(project, number, values=not random)
        key = f"{kind} {told.text(name)}"
        while key in state:
            key += "'"
        state[key] = told.told(json.loads(body))
    return dict(sorted(state.items()))


def _is_an_attempt(kind: str, body: str) -> bool:
    """Say whether this is a revision that never ran: each attempt leaves one, as with Google."""
    return kind == "run-by-id" or (kind == "run-revision" and '"FAILED"' in body)


def differences(left: State, right: State) -> list[str]:
    """Return what is in one state and not, or otherwise, in the other."""
    keys = sorted(left.keys() | right.keys())
    return [
        f"{key}: {_short(left.get(key), right.get(key))} ≠ {_short(right.get(key), left.get(key))}"
        for key in keys
        if left.get(key) != right.get(key)
    ]


def _short(value: Any, other: Any) -> str:
    """Return the parts of a body that another has not."""
    if isinstance(value, dict) and isinstance(other, dict):
        value = {key: part for key, part in value.items() if other.get(key) != part}
    return json.dumps(value)[:300]


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
            return {self.text(name): self.told(part, name) for name, part in value.items()}
        if isinstance(value, list):
            return sorted((self.told(part) for part in value), key=json.dumps)
        if isinstance(value, float) and value > 1e9:
            return "a moment"
        return self.text(value) if isinstance(value, str) else value
