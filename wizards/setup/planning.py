"""From a blueprint and the world to a plan: reads in parallel, never writes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from wizards.blueprint import Blueprint
from wizards.cancel import Cancel
from wizards.cloud.denied import together
from wizards.cloud.failing import CloudFailure, going_on_with
from wizards.cloud.port import Cloud
from wizards.events import Emit, Event
from wizards.plan import Action, Change, Plan
from wizards.setup.apis import ApisResource
from wizards.setup.billing import BillingResource
from wizards.setup.leftovers import beginning_anew, leftover_changes, leftovers
from wizards.setup.leftovers import wanted as wanted_now
from wizards.setup.made import History, history
from wizards.setup.preflight.verdicts import Verdicts
from wizards.setup.prices import dated
from wizards.setup.project import ProjectResource
from wizards.setup.resource import Resource, Seen
from wizards.setup.sql_stopped import unseen
from wizards.setup.titles import title

READERS = 8
_NOT_THERE = {"absent", "api-disabled", "billing-missing"}


@going_on_with("tarmac plan")
def make_plan(
    blueprint: Blueprint,
    cloud: Cloud,
    emit: Emit,
    cancel: Cancel,
    *,
    secret_values: Mapping[str, str] | None = None,
    root: Path | None = None,
    confirmed: Collection[str] = (),
) -> Plan:
    """Return the changes that lead from the world to the blueprint, with cost and verdicts.

    With the folder of the project as ``root`` its journals tell what Tarmac made and nothing wants
    any more: that is deleted, what holds data only when its name is among the ``confirmed``.
    A resource that differs only in what ``[drift] ignore`` names is left as it is.
    Emits ``plan.read`` with ``id`` and ``action`` as each resource is known, ``plan.retrying``
    with ``says`` when a call is made again. Raises CloudFailure when the world cannot be read,
    Cancelled when asked to stop.
    """
    before = cloud.calls
    bound = cloud.until(cancel, lambda text: emit(Event("plan.retrying", {"says": text})))
    project = blueprint.project.id
    past = history(root, cloud.world) if root is not None else History()
    wanted = wanted_now(blueprint, secret_values, past)
    with Verdicts(blueprint, bound) as verdicts:
        looks = _look_at(wanted, bound, emit, cancel, verdicts.begin)
        checks = verdicts.all(wanted, looks)
    changes = [change(resource, looks[resource.id]) for resource in wanted]
    there = any(row.kind == "project" and row.action is Action.NONE for row in changes)
    left = leftovers(past, wanted, blueprint) if there else []
    changes = beginning_anew(changes, left)
    extra = leftover_changes(left, past, project, bound, emit, confirmed)
    return Plan(
        changes=(*(_agreed(row, blueprint.drift.ignore) for row in changes), *extra),
        cost_usd_month=sum(_month(resource, looks[resource.id]) for resource in wanted),
        prices_of=dated(),
        preflight=tuple(checks),
        calls=cloud.calls - before,
    )


def _month(resource: Resource, seen: Seen) -> float:
    return resource.cost() if seen.month is None else seen.month


def _agreed(row: Change, ignored: Collection[str]) -> Change:
    """Return a row as it is, unless everything that differs was agreed to be left."""
    if not row.diff or row.action is Action.CREATE:
        return row
    if not all(f"{row.id}.{part.field}" in ignored for part in row.diff):
        return row
    return replace(
        row,
        action=Action.NONE,
        diff=(),
        command="",
        cost_delta_usd=0.0,
        seconds_estimate=0.0,
        waits_for="",
        breaks="",
        blocked_by="",
    )


def change(resource: Resource, seen: Seen) -> Change:
    """Return a resource and what was found as a row of the plan."""
    idle = seen.action is Action.NONE
    return Change(
        id=resource.id,
        kind=resource.kind,
        action=seen.action,
        title=title(resource),
        why=resource.why,
        diff=seen.diff,
        command="" if idle else resource.command(seen),
        cost_delta_usd=seen.cost_delta,
        needs=resource.needs,
        seconds_estimate=0.0 if idle else resource.seconds,
        waits_for="" if idle else resource.waits_for(),
        breaks=seen.breaks,
        blocked_by=seen.blocked_by,
    )


def _look_at(
    wanted: Sequence[Resource],
    cloud: Cloud,
    emit: Emit,
    cancel: Cancel,
    begin: Callable[[Action], None],
) -> dict[str, Seen]:
    """Read the project first, then billing and APIs; what cannot exist yet is not asked for.

    ``begin`` is told what is to be done to the project as soon as that is known.
    """
    looks: dict[str, Seen] = {}
    roots = [part for part in wanted if isinstance(part, ProjectResource)]
    _read(roots, cloud, emit, looks)
    cancel.check()
    begin(next(looks[root.id].action for root in roots))
    stems = [part for part in wanted if isinstance(part, BillingResource | ApisResource)]
    rest = [part for part in wanted if part not in roots and part not in stems]
    if any(looks[root.id].action is not Action.NONE for root in roots):
        _absent([*stems, *rest], emit, looks)
        return looks
    _read(stems, cloud, emit, looks)
    cancel.check()
    disabled = {
        part.field
        for stem in stems
        if isinstance(stem, ApisResource)
        for part in looks[stem.id].diff
    }
    _absent([part for part in rest if part.reads_through in disabled], emit, looks)
    _read([part for part in rest if part.reads_through not in disabled], cloud, emit, looks)
    return looks


def _absent(parts: Iterable[Resource], emit: Emit, looks: dict[str, Seen]) -> None:
    for part in parts:
        looks[part.id] = part.absent()
        _tell(part, looks[part.id], emit)


def _read(parts: Sequence[Resource], cloud: Cloud, emit: Emit, looks: dict[str, Seen]) -> None:
    if not parts:
        return
    refused: list[CloudFailure] = []
    with ThreadPoolExecutor(min(READERS, len(parts)), "plan") as pool:
        for part, seen in zip(parts, pool.map(lambda part: _look(part, cloud), parts), strict=True):
            if isinstance(seen, CloudFailure):
                refused.append(seen)
                continue
            looks[part.id] = seen
            _tell(part, seen, emit)
    if refused:
        raise together(refused)


def _look(part: Resource, cloud: Cloud) -> Seen | CloudFailure:
    """Return what was found, or a refusal: others may be refused in the same way."""
    try:
        return part.look(cloud)
    except CloudFailure as failure:
        if failure.code == "instance-not-ready":
            return unseen(part, cloud)
        return part.absent() if failure.code in _NOT_THERE else failure


def _tell(part: Resource, seen: Seen, emit: Emit) -> None:
    emit(Event("plan.read", {"id": part.id, "action": seen.action.value, "title": title(part)}))
