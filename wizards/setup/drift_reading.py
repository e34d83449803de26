"""Comparing the world with tarmac.toml and with what the journals say was written last."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from generators.language import _
from wizards.blueprint import Blueprint, Drift
from wizards.cancel import Cancel
from wizards.cloud.failing import going_on_with
from wizards.cloud.port import Cloud
from wizards.events import Emit, Json
from wizards.plan import Action, Change, FieldDiff
from wizards.setup.drift_report import DriftReport, FieldDrift, ItemDrift, State, Who
from wizards.setup.labelled import labelled_things
from wizards.setup.leftovers import wanted
from wizards.setup.made import MadeResource, history
from wizards.setup.planning import make_plan
from wizards.setup.resource import Resource

# Of secrets only words stand in a diff, and words cannot be compared.
_WORDED = {"password", "value"}


@going_on_with("tarmac drift")
def compare(
    root: Path, blueprint: Blueprint, cloud: Cloud, emit: Emit, cancel: Cancel
) -> DriftReport:
    """Return how the world differs from a blueprint; reads only.

    Emits ``plan.read`` as each resource is known; raises what :func:`make_plan` raises.
    """
    before = cloud.calls
    past = history(root, cloud.world)
    made = {part.id: part for part in past.of(blueprint.project.id)}
    strict = replace(blueprint, drift=Drift())
    plan = make_plan(strict, cloud, emit, cancel, root=root)
    by_id = {part.id: part for part in wanted(strict, None, past)}
    ignored = frozenset(blueprint.drift.ignore)
    told = bool(past.things)
    items = [
        _item(change, by_id.get(change.id), made.get(change.id), ignored, told=told)
        for change in plan.changes
        if change.action is not Action.NONE or change.stays
    ]
    project = next((change for change in plan.changes if change.kind == "project"), None)
    if project is not None and project.action is Action.NONE:
        bound = cloud.until(cancel, lambda _text: None)
        items += _extra(bound, blueprint, {*by_id, *made}, ignored)
    return DriftReport(items=tuple(items), plan=plan, calls=cloud.calls - before)


def _item(
    change: Change,
    resource: Resource | None,
    made: MadeResource | None,
    ignored: Collection[str],
    *,
    told: bool,
) -> ItemDrift:
    state = _state_of(change, resource, made)
    fields = (
        tuple(_field(part, change.id, resource, made, ignored) for part in change.diff)
        if state in (State.CHANGED, State.BLOCKED)
        else _present(change, ignored)
    )
    return ItemDrift(
        id=change.id,
        kind=change.kind,
        title=change.title,
        state=state,
        who=_whose(state, fields, made) if told else Who.UNKNOWN,
        fields=fields,
        says=_says(change, state, made),
        command=change.command,
        revertible=state is not State.BLOCKED and not change.stays and not change.confirm,
    )


def _state_of(change: Change, resource: Resource | None, made: MadeResource | None) -> State:
    if resource is None:
        return State.UNWANTED
    if change.action is Action.BLOCKED:
        return State.BLOCKED
    if change.action is Action.CREATE and (resource.whole or made is None):
        return State.MISSING
    return State.CHANGED


def _present(change: Change, ignored: Collection[str]) -> tuple[FieldDrift, ...]:
    """Return the one field of something that is there or not, so that it too can be ignored."""
    there = change.action is not Action.CREATE
    return (
        FieldDrift(
            field="exists",
            world=there,
            wanted=not there,
            applied=None,
            who=Who.UNKNOWN,
            ignored=f"{change.id}.exists" in ignored,
        ),
    )


def _field(
    part: FieldDiff,
    key: str,
    resource: Resource | None,
    made: MadeResource | None,
    ignored: Collection[str],
) -> FieldDrift:
    applied = _applied(part, resource, made)
    return FieldDrift(
        field=part.field,
        world=part.before,
        wanted=part.after,
        applied=applied,
        who=_who(part, applied),
        key=resource.blueprint_key(part.field) if resource is not None else "",
        ignored=f"{key}.{part.field}" in ignored,
    )


def _applied(part: FieldDiff, resource: Resource | None, made: MadeResource | None) -> Json:
    """Return the value that the last apply left in a field, None where no journal tells."""
    if made is None or part.field in _WORDED:
        return None
    same = [each for each in made.made.diff if each.field == part.field]
    if resource is not None and resource.several:
        granted = {each.after for each in same}
        return next((each for each in (part.after, part.before) if each in granted), None)
    if not same and made.made.created and part.field == "labels.managed-by":
        return part.after
    return same[-1].after if same else None


def _who(part: FieldDiff, applied: Json) -> Who:
    if applied is None:
        return Who.UNKNOWN
    if applied == part.after:
        return Who.WORLD
    return Who.BLUEPRINT if applied == part.before else Who.BOTH


def _whose(state: State, fields: Iterable[FieldDrift], made: MadeResource | None) -> Who:
    if state is State.MISSING:
        return Who.WORLD if made is not None else Who.BLUEPRINT
    if state is State.UNWANTED:
        return Who.BLUEPRINT
    found = {part.who for part in fields}
    if len(found) == 1:
        return found.pop()
    return Who.BOTH if {Who.WORLD, Who.BLUEPRINT} <= found else Who.UNKNOWN


def _says(change: Change, state: State, made: MadeResource | None) -> str:
    if change.blocked_by or change.stays:
        return change.blocked_by or change.stays
    if state is State.MISSING:
        return _("somebody deleted it since") if made is not None else _("no apply here made it")
    if change.confirm:
        return _("it holds data; nothing but its typed name deletes it: {command}").format(
            command=f"tarmac apply --confirm {change.confirm}"
        )
    return change.why if state is State.UNWANTED else change.breaks


def _extra(
    cloud: Cloud, blueprint: Blueprint, known: Collection[str], ignored: Collection[str]
) -> list[ItemDrift]:
    found = labelled_things(cloud, blueprint.project.id, (blueprint.project.region,))
    return [
        ItemDrift(
            id=thing.id,
            kind=thing.id.partition(":")[0],
            title=thing.title,
            state=State.EXTRA,
            who=Who.UNKNOWN,
            fields=(
                FieldDrift(
                    field="exists",
                    world=True,
                    wanted=False,
                    applied=None,
                    who=Who.UNKNOWN,
                    ignored=f"{thing.id}.exists" in ignored,
                ),
            ),
            says=_(
                "it has the label managed-by=tarmac, but neither tarmac.toml nor a journal of this "
                "folder knows it: another folder or another clone may look after it"
            ),
            command=thing.command,
            revertible=False,
        )
        for thing in found
        if thing.id not in known
    ]
