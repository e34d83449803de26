"""Reading what an undo can take back: the journals say what Tarmac made, the world what is left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.cancel import Cancel
from wizards.cloud.failing import CloudFailure, going_on_with
from wizards.cloud.port import Cloud
from wizards.events import Emit, Event, discard
from wizards.failures import Failure
from wizards.plan import Action
from wizards.setup.closing import settled
from wizards.setup.made import History, MadeResource, history
from wizards.setup.neighbours import apart, neighbours
from wizards.setup.others import others
from wizards.setup.resource import Ours
from wizards.setup.sql_instance import FINAL_BACKUP_DAYS
from wizards.setup.titles import title
from wizards.setup.undo_plan import Removal, UndoPlan, in_order

T = TypeVar("T")

READERS = 8
_NOT_READY = {"absent", "instance-not-ready", "billing-missing", "invalid"}


@going_on_with("tarmac undo")
def plan_undo(
    root: Path,
    cloud: Cloud,
    emit: Emit = discard,
    cancel: Cancel | None = None,
    *,
    project: str = "",
    blueprint: Blueprint | None = None,
) -> UndoPlan:
    """Return what can be taken back of what the journals of a folder say; reads only.

    ``project`` is chosen when Tarmac made things in several; the last one touched otherwise. With
    a ``blueprint`` what other files of the folder want in its project is left out. Emits
    ``plan.read`` with ``id`` and ``action`` as each thing is known. Raises a Failure when the
    project cannot be seen, and CloudFailure.
    """
    before = cloud.calls
    bound = cloud.until(
        cancel or Cancel(), lambda text: emit(Event("plan.retrying", {"says": text}))
    )
    past = history(root, cloud.world)
    of_file = blueprint.project.id if blueprint is not None else ""
    chosen = project or of_file or next(reversed(past.projects), "")
    parts = past.of(chosen)
    if blueprint is not None and chosen == of_file:
        parts = apart(parts, neighbours(blueprint, past))
    elsewhere = tuple(part for part in past.projects if part != chosen)
    if not parts:
        return UndoPlan(project=chosen, elsewhere=elsewhere, unread=past.unread)
    found = bound.project(chosen)
    if found is None:
        raise _hidden(chosen)
    if found.state != "ACTIVE":
        removals = [_with_project(part) for part in parts]
        behind: Mapping[str, tuple[str, ...]] = {}
    else:
        ours = ours_of(parts)
        removals = read_all(parts, bound, ours, emit, past.removed_in(chosen))
        created = {part.id for part in removals if part.whole and not part.gone}
        behind = others(bound, chosen, created, regions_of(parts))
    return UndoPlan(
        project=chosen,
        removals=tuple(in_order(removals, past.needs)),
        needs=past.needs,
        others=behind,
        backups=_backups(past, chosen),
        elsewhere=elsewhere,
        unread=past.unread,
        calls=cloud.calls - before,
    )


def _backups(past: History, project: str) -> tuple[str, ...]:
    """Return the deleted instances whose final backup Google still keeps."""
    oldest = datetime.now(UTC) - timedelta(days=FINAL_BACKUP_DAYS)
    return tuple(
        key for (where, key), when in past.backed_up.items() if where == project and when > oldest
    )


def read_all(
    parts: Sequence[MadeResource],
    cloud: Cloud,
    ours: Ours,
    emit: Emit,
    gone: Collection[str] = (),
) -> list[Removal]:
    """Return what is left of each thing, read concurrently; what lived in the ``gone`` is not."""
    found: list[Removal] = []
    with ThreadPoolExecutor(min(READERS, max(len(parts), 1)), "undo") as pool:
        for removal in pool.map(lambda part: _examined(part, cloud, ours, gone), parts):
            found.append(removal)
            action = Action.NONE if removal.gone or removal.stays else Action.DELETE
            told = {"id": removal.id, "action": action.value, "title": title(removal.resource)}
            emit(Event("plan.read", dict(told)))
    return found


def ours_of(parts: Sequence[MadeResource]) -> Ours:
    """Return everything that Tarmac made, in the form that resources ask for."""
    grants = {
        (_policy_name(part), each.field, str(each.after))
        for part in parts
        if part.resource.kind == "iam"
        for each in part.made.diff
    }
    return Ours(ids=frozenset(part.id for part in parts), grants=frozenset(grants))


def _policy_name(part: MadeResource) -> str:
    of = getattr(part.resource, "of", None)
    return str(getattr(of, "name", ""))


def regions_of(parts: Sequence[MadeResource]) -> tuple[str, ...]:
    """Return the regions in which Tarmac made anything."""
    found = (getattr(part.resource, "region", "") for part in parts)
    return tuple(dict.fromkeys(str(region) for region in found if region))


def history_of(root: Path, cloud: Cloud) -> History:
    """Return the journals' account of the world that a cloud is."""
    return history(root, cloud.world)


def _examined(
    part: MadeResource, cloud: Cloud, ours: Ours, gone_before: Collection[str]
) -> Removal:
    if part.resource.inside in gone_before:
        return Removal(made=part.made, resource=part.resource, gone=_("gone already"))
    try:
        part = settled(part, cloud)
        if part.made.created and part.resource.whole:
            return _created(part, cloud, ours)
        diff = part.resource.standing(cloud, part.made)
    except CloudFailure as failure:
        if failure.code == "api-disabled" and not _enabled(part, cloud):
            return Removal(
                made=part.made,
                resource=part.resource,
                stays=_("its API is disabled, so nobody can see it: {command}").format(
                    command=f"gcloud services enable {part.resource.reads_through} "
                    f"--project={part.resource.project}"
                ),
            )
        if failure.code == "instance-not-ready":
            hidden = _("nobody can see it while its instance does not run")
            return Removal(made=part.made, resource=part.resource, stays=hidden)
        if failure.code != "absent":
            raise
        diff = ()
    gone = "" if diff else _why_nothing_is_left(part, cloud)
    return Removal(made=part.made, resource=part.resource, diff=diff, gone=gone)


def _enabled(part: MadeResource, cloud: Cloud) -> bool:
    """Whether the API that a refusal calls disabled is on: the refusal was too old then."""
    api = part.resource.reads_through
    return bool(api) and api in cloud.enabled_apis(part.resource.project, (api,))


def _why_nothing_is_left(part: MadeResource, cloud: Cloud) -> str:
    """Return why there is nothing to bring back; "" while an operation may still do it."""
    if part.operation is None:
        return _("somebody changed it since, or it cannot be brought back")
    try:
        done = cloud.operation(part.operation).done
    except CloudFailure:
        done = True
    return _("gone already") if done else ""


def _created(part: MadeResource, cloud: Cloud, ours: Ours) -> Removal:
    resource, made = part.resource, part.made
    trace = resource.trace(cloud)
    if not trace.identity and resource.look(cloud).action is Action.CREATE:
        gone = "" if part.operation is not None else _("gone already")
        return Removal(made=made, resource=resource, gone=gone)
    if made.identity and trace.identity and trace.identity != made.identity:
        return Removal(
            made=made,
            resource=resource,
            gone=_("gone already; what has its name now was made by somebody else"),
        )
    nobody: tuple[str, ...] = ()
    foreign = _ready(lambda: resource.foreign(cloud, ours), nobody)
    if not trace.labelled:
        foreign = (_("its label managed-by=tarmac was taken off by somebody"), *foreign)
    data = _ready(lambda: resource.holds_data(cloud), bool(resource.loses()))
    return Removal(
        made=made, resource=resource, foreign=foreign, loses=resource.loses() if data else ""
    )


def _ready(ask: Callable[[], T], otherwise: T) -> T:
    try:
        return ask()
    except CloudFailure as failure:
        if failure.code in _NOT_READY:
            return otherwise
        raise


def _with_project(part: MadeResource) -> Removal:
    return Removal(
        made=part.made, resource=part.resource, gone=_("gone with the project, which is deleted")
    )


def _hidden(project: str) -> Failure:
    return Failure(
        "project-hidden",
        _("the project {project} cannot be seen with this login").format(project=project),
        why=_("it is gone, or it belongs to somebody else; nothing was removed"),
        next=("tarmac doctor", f"gcloud projects describe {project}"),
    )
