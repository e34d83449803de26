"""What Tarmac made, folded from every journal of a folder: the only ground for taking it back.

A journal belongs to one world (Google, or one sandbox); what was tried in a sandbox never counts as
made at Google. Per step the journals hold ``step.make`` (what a look found, the diff to be written,
the resource itself), ``step.refused`` (nothing of it was done), ``step.wrote`` (what only an answer
could tell), ``step.done`` and, in an undo, ``step.removed``. A ``step.make`` that found nothing
there counts as made even when the run was killed before ``step.done``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from wizards.cloud.things import OperationName
from wizards.events import Json
from wizards.journal import Journal
from wizards.plan import Action, FieldDiff
from wizards.setup.journals import journals
from wizards.setup.recording import read_resource
from wizards.setup.resource import Made, Resource

GOOGLE = "google"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeResource:
    """One thing that Tarmac made or changed.

    ``opened`` is a write whose end nobody journalled, ``operation`` one that may run still.
    """

    made: Made
    resource: Resource
    opened: Action | None = None
    operation: OperationName | None = None

    @property
    def id(self) -> str:
        """The resource's id."""
        return self.made.id


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything that the journals of one world say; ``things`` by project and id, oldest first.

    ``needs`` maps the id of whatever was wanted once to what it needed. ``unread`` are ids whose
    record this version cannot read. ``backed_up`` says when an undo deleted which
    database instance: its final backup may be left. ``removed`` are things that an undo deleted as
    a whole and no apply made again.
    """

    things: Mapping[tuple[str, str], MadeResource] = field(default_factory=dict)
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    backed_up: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    removed: frozenset[tuple[str, str]] = frozenset()
    root: Path | None = None
    """The folder of the journals."""
    files: frozenset[str] = frozenset()
    """The names of the files in it that were applied."""

    @property
    def projects(self) -> tuple[str, ...]:
        """The projects in which something is left, the last one touched last."""
        return tuple(dict.fromkeys(project for project, _id in self.things))

    def removed_in(self, project: str) -> frozenset[str]:
        """Return the ids of what an undo deleted in one project."""
        return frozenset(key for where, key in self.removed if where == project)

    def of(self, project: str) -> list[MadeResource]:
        """Return what was made in one project, the oldest first."""
        return [part for (where, _id), part in self.things.items() if where == project]


def made(root: Path, world: str = GOOGLE) -> list[MadeResource]:
    """Return what the journals of a folder say that Tarmac made in a world, the oldest first."""
    return list(history(root, world).things.values())


def history(root: Path, world: str = GOOGLE) -> History:
    """Fold every journal of a folder that tells of a world."""
    fold = _Fold()
    for path in journals(root):
        records = list(Journal(path).read())
        start = records[0] if records else {}
        if start.get("world", GOOGLE) == world:
            fold.begin(start)
            for part in records:
                fold.add(part)
    return History(
        things=fold.things,
        needs=fold.needs,
        unread=tuple(dict.fromkeys(fold.unread)),
        backed_up=fold.backed_up,
        removed=frozenset(fold.removed),
        root=root,
        files=frozenset(fold.files),
    )


def other_worlds(root: Path, world: str) -> tuple[str, ...]:
    """Return the other worlds in which the journals of a folder say that something is left."""
    starts = (next(iter(Journal(path).read()), {}) for path in journals(root))
    worlds = dict.fromkeys(str(start.get("world", GOOGLE)) for start in starts)
    return tuple(one for one in worlds if one != world and made(root, one))


class _Fold:
    """One pass over the records, in the order in which they were written."""

    def __init__(self) -> None:
        self.things: dict[tuple[str, str], MadeResource] = {}
        self.needs: dict[str, tuple[str, ...]] = {}
        self.unread: list[str] = []
        self.backed_up: dict[tuple[str, str], datetime] = {}
        self.removed: set[tuple[str, str]] = set()
        self.files: set[str] = set()
        self._project = ""
        self._before: dict[tuple[str, str], MadeResource | None] = {}

    def begin(self, start: Mapping[str, Json]) -> None:
        self._project = str(start.get("project", ""))
        self._before.clear()
        if start.get("file"):
            self.files.add(Path(str(start["file"])).name)
        graph = start.get("needs")
        for key, needs in graph.items() if isinstance(graph, Mapping) else ():
            self.needs[key] = tuple(str(part) for part in _listed(needs))

    def add(self, part: Mapping[str, Json]) -> None:
        key = (self._project, str(part.get("id", "")))
        match part.get("event"):
            case "step.make":
                self._make(key, part)
            case "step.refused":
                self._refused(key)
            case "step.operation":
                self._began(key, part)
            case "step.wrote":
                self._wrote(key, part)
            case "step.done":
                self._done(key, part)
            case "step.removed":
                self._removed(key, part)

    def _make(self, key: tuple[str, str], part: Mapping[str, Json]) -> None:
        recorded = part.get("resource")
        resource = read_resource(recorded) if isinstance(recorded, Mapping) else None
        if resource is None:
            self.unread.append(key[1])
            return
        old = self.things.get(key)
        self._before[key] = old
        self.removed.discard(key)
        action, diff = Action(str(part["action"])), _diff(part)
        created = action in (Action.CREATE, Action.REPLACE)
        known = old.made if old is not None else Made(id=key[1])
        if created and resource.whole:
            fresh = Made(id=key[1], created=True, diff=diff)
        else:
            fresh = replace(known, diff=_joined(known.diff, diff, several=resource.several))
        operation = old.operation if old is not None else None
        self.things[key] = MadeResource(
            made=fresh, resource=resource, opened=action, operation=operation
        )

    def _refused(self, key: tuple[str, str]) -> None:
        if key not in self._before:
            return
        old = self._before.pop(key)
        if old is None:
            self.things.pop(key, None)
        else:
            self.things[key] = old

    def _began(self, key: tuple[str, str], part: Mapping[str, Json]) -> None:
        old = self.things.get(key)
        if old is not None:
            name = OperationName.read(str(part["operation"]))
            self.things[key] = replace(old, operation=name)

    def _wrote(self, key: tuple[str, str], part: Mapping[str, Json]) -> None:
        old = self.things.get(key)
        if old is not None:
            diff = _joined(old.made.diff, _diff(part), several=old.resource.several)
            self.things[key] = replace(old, made=replace(old.made, diff=diff))

    def _done(self, key: tuple[str, str], part: Mapping[str, Json]) -> None:
        self._before.pop(key, None)
        old = self.things.get(key)
        if old is not None:
            identity = str(part.get("identity", "")) or old.made.identity
            fresh = replace(old.made, identity=identity)
            self.things[key] = replace(old, made=fresh, opened=None, operation=None)

    def _removed(self, key: tuple[str, str], part: Mapping[str, Json]) -> None:
        old = self.things.get(key)
        if old is None:
            return
        if old.resource.kind == "sql.instance" and part.get("whole") and old.operation is not None:
            self.backed_up[key] = datetime.fromisoformat(str(part["at"]))
        gone = {(each.field, each.after) for each in _diff(part)}
        left = tuple(each for each in old.made.diff if (each.field, each.after) not in gone)
        if part.get("whole"):
            self.removed.add(key)
        if part.get("whole") or not left:
            del self.things[key]
        else:
            fresh = replace(old.made, diff=left)
            self.things[key] = replace(old, made=fresh, opened=None, operation=None)


def _joined(
    old: tuple[FieldDiff, ...], new: tuple[FieldDiff, ...], *, several: bool
) -> tuple[FieldDiff, ...]:
    """Return what was there before the first write of each field and what after the last."""
    joined = {_place(part, several=several): part for part in old}
    for part in new:
        if several and part.after is None:
            joined.pop((part.field, part.before), None)
            continue
        key = _place(part, several=several)
        first = joined.get(key)
        joined[key] = part if first is None else replace(part, before=first.before)
    return tuple(part for part in joined.values() if part.before != part.after)


def _place(part: FieldDiff, *, several: bool) -> tuple[str, Json]:
    return part.field, part.after if several else None


def _diff(part: Mapping[str, Json]) -> tuple[FieldDiff, ...]:
    return tuple(
        FieldDiff(str(each["field"]), each.get("before"), each.get("after"))
        for each in _listed(part.get("diff"))
        if isinstance(each, Mapping)
    )


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else []
