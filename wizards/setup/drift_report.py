"""How the world differs from tarmac.toml: items, fields, and whose doing each is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from generators.language import _
from wizards.events import Json
from wizards.failures import UsageFailure
from wizards.plan import Plan


class Who(StrEnum):
    """Whose doing a difference is, as far as the journals tell."""

    WORLD = "world"  # somebody changed the world since our apply
    BLUEPRINT = "blueprint"  # tarmac.toml changed since our apply, or was never applied
    BOTH = "both"
    UNKNOWN = "unknown"  # no journal here tells of it


class State(StrEnum):
    """What kind of difference an item is."""

    CHANGED = "changed"
    MISSING = "missing"
    UNWANTED = "unwanted"  # Tarmac made it, tarmac.toml does not want it any more
    EXTRA = "extra"  # it carries Tarmac's label, and neither tarmac.toml nor a journal knows it
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDrift:
    """One field that differs: in the world, in tarmac.toml, and as the last apply wrote it.

    ``key`` is the dotted key of tarmac.toml that can take the world's value, "" when none can.
    """

    field: str
    world: Json
    wanted: Json
    applied: Json
    who: Who
    key: str = ""
    ignored: bool = False

    def as_json(self) -> dict[str, Json]:
        """Return ``{"field", "world", "wanted", "applied", "who", "key", "ignored"}``."""
        return {
            "field": self.field,
            "world": self.world,
            "wanted": self.wanted,
            "applied": self.applied,
            "who": self.who.value,
            "key": self.key,
            "ignored": self.ignored,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDrift:
    """One item that differs; ``command`` is what a person would type to revert it."""

    id: str
    kind: str
    title: str
    state: State
    who: Who
    fields: tuple[FieldDrift, ...] = ()
    says: str = ""
    command: str = ""
    revertible: bool = True

    @property
    def ignored(self) -> bool:
        """Whether everything about it was agreed to be left."""
        return bool(self.fields) and all(part.ignored for part in self.fields)

    @property
    def adoptable(self) -> bool:
        """Whether tarmac.toml can take over what the world has."""
        return any(part.key for part in self.fields)

    def as_json(self) -> dict[str, Json]:
        """Return the shape of ``data.items[]``."""
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "state": self.state.value,
            "who": self.who.value,
            "fields": [part.as_json() for part in self.fields],
            "says": self.says,
            "command": self.command,
            "adopt": self.adoptable,
            "revert": self.revertible,
            "ignored": self.ignored,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """Every difference, and the plan that would revert them all."""

    items: tuple[ItemDrift, ...]
    plan: Plan
    calls: int = 0

    @property
    def different(self) -> tuple[ItemDrift, ...]:
        """The items about which nobody agreed yet."""
        return tuple(item for item in self.items if not item.ignored)

    def item(self, key: str) -> ItemDrift:
        """Return an item by its id, or raise the card that lists those that differ."""
        found = next((item for item in self.items if item.id == key), None)
        if found is None:
            raise no_such(key, (item.id for item in self.items))
        return found

    def as_json(self) -> dict[str, Json]:
        """Return ``{"items", "different", "ignored", "calls"}``."""
        return {
            "items": [item.as_json() for item in self.items],
            "different": len(self.different),
            "ignored": len(self.items) - len(self.different),
            "calls": self.calls,
        }


def no_such(which: str, known: Iterable[str]) -> UsageFailure:
    """Return the card for something that was named and does not differ."""
    return UsageFailure(
        "no-such-drift",
        _("{which} does not differ").format(which=which),
        why="\n".join(known) or _("nothing differs"),
        next=("tarmac drift",),
    )
