"""A plan is data: changes with reasons, needs and costs; a person reads it before any write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from wizards.events import Json


class Action(StrEnum):
    """What a change does to the world."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    ADOPT = "adopt"
    NONE = "none"
    BLOCKED = "blocked"

    @property
    def mark(self) -> str:
        """The single-cell mark that stands beside the word."""
        return {
            "create": "+",
            "update": "~",
            "replace": "±",
            "delete": "-",
            "adopt": "=",
            "none": "✓",
            "blocked": "✗",
        }[self.value]


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field that differs: dotted path, the value in the world and the wanted one.

    Of a grant, ``field`` is the role, ``after`` the member and ``why`` what it is for.
    """

    field: str
    before: Json
    after: Json
    why: str = ""

    def as_json(self) -> dict[str, Json]:
        """Return ``{"field", "before", "after"}``, and ``"why"`` where there is a reason."""
        shown: dict[str, Json] = {"field": self.field, "before": self.before, "after": self.after}
        return shown | ({"why": self.why} if self.why else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One resource and what happens to it.

    ``id`` is stable ("sql.instance:notes-db"); ``needs`` are ids that must be done first;
    ``why`` says what it is for and what breaks without it; ``command`` is the gcloud equivalent;
    ``breaks`` says what a replace or delete destroys; ``waits_for`` what is waited for after it.
    A change that takes something away may wait for a word of the person: ``confirm`` is the name
    to type first. ``stays`` says why something is left where it is, ``within`` is the id of what
    takes it along when that is deleted. With any of the three nothing is done to it by itself.
    """

    id: str
    kind: str
    action: Action
    title: str
    why: str = ""
    diff: tuple[FieldDiff, ...] = ()
    command: str = ""
    cost_delta_usd: float = 0.0
    needs: tuple[str, ...] = ()
    seconds_estimate: float = 1.0
    waits_for: str = ""
    breaks: str = ""
    blocked_by: str = ""
    confirm: str = ""
    stays: str = ""
    within: str = ""

    @property
    def idle(self) -> bool:
        """Whether nothing is done for it, or nothing by itself or not yet."""
        nothing = self.action in (Action.NONE, Action.BLOCKED)
        return nothing or bool(self.confirm or self.stays or self.within)

    def as_json(self) -> dict[str, Json]:
        """Return the shape of ``data.changes[]`` (design §4)."""
        shown: dict[str, Json] = {
            "id": self.id,
            "kind": self.kind,
            "action": self.action.value,
            "title": self.title,
            "why": self.why,
            "diff": [part.as_json() for part in self.diff],
            "command": self.command,
            "cost_delta_usd": round(self.cost_delta_usd, 2),
            "needs": list(self.needs),
        }
        said = {
            "blocked_by": self.blocked_by,
            "breaks": self.breaks,
            "confirm": self.confirm,
            "stays": self.stays,
            "within": self.within,
        }
        return shown | {key: text for key, text in said.items() if text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One preflight verdict; ``fix`` is a command or an action, ``level`` ok, warning or red.

    ``keys`` are the keys of the blueprint it is about, where it is about any.
    """

    id: str
    title: str
    level: str
    says: str = ""
    fix: str = ""
    keys: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """Return ``{"id", "title", "level", "says", "fix"}`` and ``"keys"`` if there are any."""
        shown: dict[str, Json] = {
            "id": self.id,
            "title": self.title,
            "level": self.level,
            "says": self.says,
            "fix": self.fix,
        }
        return shown | ({"keys": list(self.keys)} if self.keys else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Every change in dependency order, the month's cost and the preflight verdicts."""

    changes: tuple[Change, ...]
    cost_usd_month: float = 0.0
    prices_of: str = ""
    preflight: tuple[Check, ...] = ()
    calls: int = 0

    @property
    def todo(self) -> tuple[Change, ...]:
        """The changes that touch the world."""
        return tuple(change for change in self.changes if not change.idle)

    @property
    def blocked(self) -> bool:
        """Whether preflight or a change forbids applying."""
        return any(check.level == "red" for check in self.preflight) or any(
            change.action is Action.BLOCKED for change in self.changes
        )

    def as_json(self) -> dict[str, Json]:
        """Return ``{"changes", "cost_usd_month", "prices_of", "preflight", "calls"}``."""
        return {
            "changes": [change.as_json() for change in self.changes],
            "cost_usd_month": round(self.cost_usd_month, 2),
            "prices_of": self.prices_of,
            "preflight": [check.as_json() for check in self.preflight],
            "calls": self.calls,
        }


def critical_chain(changes: Iterable[Change]) -> tuple[float, tuple[Change, ...]]:
    """Return the longest dependency chain: its seconds, and its changes in order.

    Changes must be in dependency order.
    """
    ends: dict[str, tuple[float, tuple[Change, ...]]] = {}
    longest: tuple[float, tuple[Change, ...]] = (0.0, ())
    for change in changes:
        before = max(
            (ends.get(need, (0.0, ())) for need in change.needs), default=(0.0, ()), key=_end
        )
        ends[change.id] = (before[0] + change.seconds_estimate, (*before[1], change))
        longest = max(longest, ends[change.id], key=_end)
    return longest


def _end(chain: tuple[float, tuple[Change, ...]]) -> float:
    return chain[0]


def critical_path(changes: Iterable[Change]) -> float:
    """Return the seconds of the longest dependency chain; changes must be in dependency order."""
    return critical_chain(changes)[0]
