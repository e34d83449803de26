"""How the world differs from tarmac.toml, whose doing it was, and what can be done about it.

The façade: :func:`compare` reads. Per difference there are three answers: :func:`adopt` writes the
world's value into tarmac.toml, :func:`revert` applies that one item, :func:`ignore` agrees to leave
it (``[drift] ignore`` in tarmac.toml, committed, so that everybody and every pipeline judges
alike). The journals tell a change that somebody made since the last apply from one that was made in
tarmac.toml.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.blueprint_writing import write
from wizards.cancel import Cancel
from wizards.cloud.port import Cloud
from wizards.events import Emit, Json
from wizards.failures import UsageFailure
from wizards.plan import Action, Change, Plan
from wizards.question import Value
from wizards.setup.applying import AppliedPlan, apply
from wizards.setup.drift_reading import compare
from wizards.setup.drift_report import DriftReport, FieldDrift, ItemDrift, State, Who, no_such

__all__ = [
    "DriftReport",
    "FieldDrift",
    "ItemDrift",
    "State",
    "Who",
    "adopt",
    "compare",
    "ignore",
    "revert",
    "reverting",
]


def adopt(path: Path, report: DriftReport, which: str) -> dict[str, Value]:
    """Write the world's value of ID or ID.FIELD into a tarmac.toml; return the keys written.

    Comments and everything else in the file stay. Raises UsageFailure when no key can take it.
    """
    item, chosen = _chosen(report, which)
    values = {part.key: _value(part.world) for part in chosen if part.key}
    if not values or any(value is None for value in values.values()):
        raise UsageFailure(
            "not-adoptable",
            _("tarmac.toml has no key for {which}").format(which=which),
            why=item.says,
            next=(f"tarmac drift --revert {item.id}", f"tarmac drift --ignore {which}"),
        )
    write(path, values)
    return values


def ignore(path: Path, blueprint: Blueprint, report: DriftReport, which: str) -> tuple[str, ...]:
    """Add ID or ID.FIELD to ``[drift] ignore`` of a tarmac.toml; return what was added."""
    item, chosen = _chosen(report, which)
    names = [f"{item.id}.{part.field}" for part in chosen]
    added = tuple(name for name in dict.fromkeys(names) if name not in blueprint.drift.ignore)
    write(path, {"drift.ignore": (*blueprint.drift.ignore, *added)})
    return added


def reverting(report: DriftReport, ids: Collection[str]) -> Plan:
    """Return the part of the plan that brings these items, and what they need, to tarmac.toml."""
    for key in ids:
        item = report.item(key)
        if not item.revertible:
            raise UsageFailure(
                "not-revertible",
                _("{what} cannot be reverted from here").format(what=item.title),
                why=item.says,
                next=tuple(item.command.splitlines()),
            )
    rows = {change.id: change for change in report.plan.changes}
    seen: set[str] = set()
    todo = list(ids)
    while todo:
        key = todo.pop()
        if key in rows and key not in seen:
            seen.add(key)
            todo += rows[key].needs
    kept = tuple(
        change
        for change in report.plan.changes
        if change.id in ids or (change.id in seen and _in_the_way(change))
    )
    return replace(report.plan, changes=kept)


def _in_the_way(change: Change) -> bool:
    """Say whether something needed is missing itself; what only differs can wait."""
    return change.action in (Action.CREATE, Action.DELETE) or change.kind in ("apis", "billing")


def revert(
    root: Path,
    blueprint: Blueprint,
    cloud: Cloud,
    report: DriftReport,
    ids: Collection[str],
    secret_values: Mapping[str, str],
    emit: Emit,
    cancel: Cancel,
) -> AppliedPlan:
    """Bring single items back to what tarmac.toml says; raises as :func:`apply` does."""
    plan = reverting(report, ids)
    return apply(root, blueprint, cloud, plan, secret_values, emit, cancel)


def _chosen(report: DriftReport, which: str) -> tuple[ItemDrift, tuple[FieldDrift, ...]]:
    """Return the item and fields behind ID or ID.FIELD; both may hold dots and colons."""
    for item in report.items:
        if which == item.id:
            return item, item.fields
        chosen = tuple(part for part in item.fields if which == f"{item.id}.{part.field}")
        if chosen:
            return item, chosen
    names = [f"{item.id}.{part.field}" for item in report.items for part in item.fields]
    raise no_such(which, names)


def _value(value: Json) -> Value:
    return value if isinstance(value, str | int | bool) else None
