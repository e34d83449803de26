"""What an export is: files as text, and what could not be said in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import TopologicalSorter

from wizards.setup.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """One file by its name inside the folder of the export; ``mode`` as in chmod."""

    name: str
    text: str
    mode: int = 0o644


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The files of one form, and the resources (by id) that this form does not cover yet."""

    form: str
    files: tuple[ExportedFile, ...]
    uncovered: tuple[str, ...] = ()


def in_order(resources: Iterable[Resource]) -> list[Resource]:
    """Return the resources so that each comes after what it needs, else in their own order."""
    known = {resource.id: resource for resource in resources}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for key, resource in known.items():
        sorter.add(key, *(need for need in resource.needs if need in known))
    sorter.prepare()
    places = {key: place for place, key in enumerate(known)}
    ready = sorted(sorter.get_ready(), key=places.__getitem__)
    ordered: list[Resource] = []
    while ready:
        key = ready.pop(0)
        ordered.append(known[key])
        sorter.done(key)
        ready = sorted([*ready, *sorter.get_ready()], key=places.__getitem__)
    return ordered
