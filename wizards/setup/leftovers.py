"""What Tarmac made once and tarmac.toml does not want any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.cloud.port import Cloud
from wizards.events import Emit
from wizards.plan import Action, Change
from wizards.setup.bindings import BindingsResource, Grant
from wizards.setup.desired import resources
from wizards.setup.made import History, MadeResource
from wizards.setup.neighbours import beyond, neighbours
from wizards.setup.resource import Resource
from wizards.setup.run_resource import RunResource
from wizards.setup.undo_plan import UndoPlan, in_order
from wizards.setup.undo_reading import ours_of, read_all

# Never left over: a project is not dropped for being renamed, an enabled API harms nobody.
_STEMS = {"project", "billing", "apis"}


def wanted(blueprint: Blueprint, values: Mapping[str, str] | None, past: History) -> list[Resource]:
    """Return every wanted resource, and what each should lose of what Tarmac itself gave it."""
    made = {part.id: part for part in past.of(blueprint.project.id)}
    others = {part.id: part for part in neighbours(blueprint, past)}
    return [
        _losing(part, made[part.id], others.get(part.id)) if part.id in made else part
        for part in resources(blueprint, values)
    ]


def _losing(resource: Resource, part: MadeResource, other: Resource | None) -> Resource:
    if isinstance(resource, BindingsResource):
        kept = other.grants if isinstance(other, BindingsResource) else ()
        return _with_unwanted(resource, part, kept)
    if isinstance(resource, RunResource) and other is None:
        return replace(resource, written=part.made.diff)
    return resource


def leftovers(
    past: History, wanted: Iterable[Resource], blueprint: Blueprint
) -> list[MadeResource]:
    """Return what the journals say was made in the project and no file here names any more."""
    named = {part.id for part in (*wanted, *neighbours(blueprint, past))}
    return [
        part
        for part in past.of(blueprint.project.id)
        if part.id not in named and part.resource.kind not in _STEMS
    ]


def leftover_changes(
    left: Sequence[MadeResource],
    past: History,
    project: str,
    cloud: Cloud,
    emit: Emit,
    confirmed: Collection[str],
) -> list[Change]:
    """Return the deletions, what is gone left out; what holds data waits for its typed name."""
    if not left:
        return []
    ours = ours_of(past.of(project))
    found = read_all(left, cloud, ours, emit, past.removed_in(project))
    removals = [part for part in found if not part.gone]
    plan = UndoPlan(
        project=project, removals=tuple(in_order(removals, past.needs)), needs=past.needs
    )
    why = _("tarmac.toml does not want it any more, and Tarmac made it")
    return [_explained(change, why) for change in plan.decided(confirmed).changes]


def beginning_anew(changes: Sequence[Change], left: Iterable[MadeResource]) -> list[Change]:
    """Return the rows; those that take the place of something left over say what is not moved."""
    old = {part.resource.kind: part.resource for part in left}
    words = {
        "sql.instance": _("it begins empty: the databases of {old} are not moved"),
        "sql.database": _("it begins empty: the tables of {old} are not moved"),
        "repository": _("it begins empty: the images of {old} are not moved"),
        "run.service": _("it has an address of its own; what is deployed at {old} is not moved"),
    }
    return [
        replace(row, breaks=words[row.kind].format(old=old[row.kind].name))
        if row.action is Action.CREATE and row.kind in old and row.kind in words
        else row
        for row in changes
    ]


def _explained(change: Change, why: str) -> Change:
    """Return a row with its reason; of what others made, also that it goes back to theirs."""
    if change.action is not Action.UPDATE:
        return replace(change, why=why)
    back = _("tarmac.toml does not want it any more: what was there before Tarmac comes back")
    breaks = "; ".join(words for words in (back, change.breaks) if words)
    return replace(change, why=why, breaks=breaks)


def _with_unwanted(
    resource: BindingsResource, part: MadeResource, kept: Iterable[Grant]
) -> BindingsResource:
    unwanted = tuple(
        Grant(role=each.field, member=str(each.after), why=_("nothing needs it any more"))
        for each in beyond(part.made.diff, (*resource.grants, *kept))
    )
    return replace(resource, unwanted=unwanted)
