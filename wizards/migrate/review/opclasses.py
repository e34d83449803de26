"""Which operator class sorts a type in an index? PostgreSQL's defaults, from its catalogue.

After GetDefaultOpClass() and CheckIndexCompatible(): an index survives a type change that rewrites
nothing only where old and new type have the same class, and that class is not polymorphic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class OpClass(NamedTuple):
    """A default class: of which access method and type, and whether that type is preferred."""

    method: str
    type: str
    oid: int
    preferred: bool


@dataclass(frozen=True, slots=True)
class OpClasses:
    """The default classes of a database, the relabelling implicit casts and types' kinds.

    ``kinds`` maps types to the polymorphic type that stands for them ("anyenum", "anyrange").
    """

    defaults: Mapping[tuple[str, str], OpClass] = field(default_factory=dict)
    casts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)

    def of(self, method: str, base: str, name: str, *, array: bool) -> tuple[int, str]:
        """The class of a type's base by its oid (0: none), with ``name`` where it matters."""
        exact = None if array else self.defaults.get((method, base))
        if exact is not None:
            return exact.oid, ""
        kind = "anyarray" if array else self.kinds.get(base, "")
        polymorphic = self.defaults.get((method, kind))
        if polymorphic is not None:
            return polymorphic.oid, "" if kind == "record" else f"{name}{'[]' * array}"
        near = [
            found
            for target in self.casts.get(base, ())
            if (found := self.defaults.get((method, target))) is not None
        ]
        chosen = [one for one in near if one.preferred] or near
        return (chosen[0].oid if len(chosen) == 1 else 0), ""


def opclasses(
    defaults: Iterable[tuple[str, str, int, bool]],
    casts: Iterable[tuple[str, str]],
    kinds: Iterable[tuple[str, str]],
) -> OpClasses:
    """Put together what the catalogue's rows say."""
    targets: dict[str, tuple[str, ...]] = {}
    for source, target in casts:
        targets[source] = (*targets.get(source, ()), target)
    found = (OpClass(*row) for row in defaults)
    return OpClasses({(one.method, one.type): one for one in found}, targets, dict(kinds))
