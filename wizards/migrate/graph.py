"""The revision graph as data: what is applied, and an order that people can read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from generators.language import _
from wizards.migrate.downgrades import kind_of_downgrade
from wizards.migrate.messages import Message
from wizards.migrate.model import Revision

_FEW = 3  # heads of branches are named; the rows of a folder of files are not


def told(heads: Collection[str]) -> str:
    """Return heads for people: all of a few, else the last one and how many more there are."""
    names = sorted(heads)
    if len(names) > _FEW:
        return _("{name} and {count} before it").format(name=names[-1], count=len(names) - 1)
    return ", ".join(names)


def closure(heads: Iterable[str], revisions: Iterable[Revision]) -> set[str]:
    """Return the heads and everything below them, ``depends_on`` included."""
    by_id = {revision.id: (*revision.down, *revision.depends) for revision in revisions}
    return _below(heads, by_id)


def ordered(
    described: Sequence[Message],
    heads: Iterable[str],
    pending: Sequence[str],
    directory: Path,
) -> tuple[Revision, ...]:
    """Return the revisions oldest first; pending ones in the order an upgrade applies them."""
    by_id = {one.text("id"): one for one in described}
    needs = {id_: (*one.texts("down"), *one.texts("depends")) for id_, one in by_id.items()}
    applied = _below(heads, needs)
    oldest_first = [one.text("id") for one in reversed(described)]
    rest = [id_ for id_ in oldest_first if id_ not in applied and id_ not in pending]
    order = [id_ for id_ in oldest_first if id_ in applied]
    order += [id_ for id_ in pending if id_ in by_id] + rest
    return tuple(_revision(by_id[id_], id_ in applied, directory) for id_ in order)


def _below(heads: Iterable[str], needs: dict[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    todo = [head for head in heads if head in needs]
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += needs.get(one, ())
    return found


def _revision(one: Message, applied: bool, directory: Path) -> Revision:
    path = Path(one.text("path"))
    shown = path.relative_to(directory) if path.is_relative_to(directory) else path
    return Revision(
        id=one.text("id"),
        down=one.texts("down"),
        depends=one.texts("depends"),
        labels=one.texts("labels"),
        message=one.text("message"),
        path=str(shown),
        applied=applied,
        is_head=one.flag("head"),
        downgrade=one.text("downgrade") or kind_of_downgrade(path),
    )
