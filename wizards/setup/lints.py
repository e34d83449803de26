"""What does not go together in a blueprint, said before anybody is asked anything.

One verdict per rule, each with the keys it is about and the change that cures it. The interview
shows them while one answers, preflight and the plan before any write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from wizards.blueprint import Blueprint
from wizards.plan import Check
from wizards.setup import (
    connections,
    lints_database,
    lints_names,
    lints_pipeline,
    lints_places,
    lints_service,
)

Lint = Callable[[Blueprint], Check | None]

LINTS: tuple[Lint, ...] = (
    connections.check,
    *lints_places.LINTS,
    *lints_database.LINTS,
    *lints_service.LINTS,
    *lints_names.LINTS,
    *lints_pipeline.LINTS,
)


def lints(blueprint: Blueprint) -> list[Check]:
    """Return every verdict on a blueprint; those that pass have the level ok."""
    return [found for lint in LINTS if (found := lint(blueprint)) is not None]


def complaints(blueprint: Blueprint) -> list[Check]:
    """Return the verdicts that ask something of a person, what forbids a plan first."""
    wrong = [found for found in lints(blueprint) if found.level != "ok"]
    return sorted(wrong, key=lambda found: found.level != "red")


def about(checks: Iterable[Check], key: str) -> list[Check]:
    """Return the verdicts that are about a key."""
    return [check for check in checks if key in check.keys]
