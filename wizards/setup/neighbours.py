"""What other files of the same folder want in the same project: none of that is left over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from wizards.blueprint import FILE_NAME, Blueprint
from wizards.blueprint_reading import load
from wizards.plan import FieldDiff
from wizards.setup.bindings import BindingsResource, Grant
from wizards.setup.desired import resources
from wizards.setup.made import History, MadeResource
from wizards.setup.members import NUMBER
from wizards.setup.resource import Resource


def neighbours(blueprint: Blueprint, past: History) -> list[Resource]:
    """Return what the files that were applied here want, and tarmac.toml, this one left out.

    A file that is gone wants nothing any more. Raises the card of one that cannot be read: nobody
    knows then what is still needed.
    """
    if past.root is None or not blueprint.file:
        return []
    names = sorted({FILE_NAME, *past.files} - {blueprint.file})
    others = [load(past.root / name) for name in names if (past.root / name).is_file()]
    return [
        resource
        for other in others
        if other.project.id == blueprint.project.id
        for resource in resources(other)
    ]


def beyond(diff: Iterable[FieldDiff], grants: Sequence[Grant]) -> tuple[FieldDiff, ...]:
    """Return the parts of what was granted that none of these grants names."""
    patterns = [(grant.role, _pattern(grant.member)) for grant in grants]
    return tuple(
        each
        for each in diff
        if not any(
            role == each.field and pattern.fullmatch(str(each.after)) for role, pattern in patterns
        )
    )


def apart(parts: Iterable[MadeResource], others: Iterable[Resource]) -> list[MadeResource]:
    """Return what was made without everything that the others want, grants among it."""
    wanted = {part.id: part for part in others}
    found: list[MadeResource] = []
    for part in parts:
        other = wanted.get(part.id)
        if other is None:
            found.append(part)
        elif isinstance(other, BindingsResource):
            left = beyond(part.made.diff, other.grants)
            found += [replace(part, made=replace(part.made, diff=left))] if left else []
    return found


def _pattern(member: str) -> re.Pattern[str]:
    """Return what a member looks like in a policy, where the project's number is put in."""
    return re.compile(re.escape(member).replace(re.escape(NUMBER), r"\d+"))
