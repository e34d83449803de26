"""Packages of a workspace that have to be built before one that uses them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from generators.detection.node_packages import Package
from generators.project import FrontEnd, Service

_NAME = re.compile(r"[@\w./-]+")


def siblings(package: Package, packages: list[Package]) -> tuple[str, ...]:
    """Return the names of what a package uses of its workspace and what builds, each after its own.

    Other programs of the workspace that it only names for types are built as well; what has no
    script "build" is used as it is.
    """
    if not package.workspace:
        return ()
    members = {one.name: one for one in packages if one.workspace == package.workspace}
    found = dict.fromkeys(_before(package, members, {package.name}))
    return tuple(
        name for name in found if "build" in members[name].scripts and _NAME.fullmatch(name)
    )


def _before(package: Package, members: dict[str, Package], seen: set[str]) -> Iterator[str]:
    for name in package.dependencies:
        if name in members and name not in seen:
            seen.add(name)
            yield from _before(members[name], members, seen)
            yield name


def with_siblings(
    fronts: list[tuple[Package, FrontEnd]], packages: list[Package]
) -> list[tuple[Package, FrontEnd]]:
    """Return the front ends, each with what is built before it."""
    return [
        (package, replace(front, siblings=siblings(package, packages))) for package, front in fronts
    ]


def having_siblings(services: list[Service], packages: list[Package]) -> list[Service]:
    """Return the services, each with what is built before it."""
    known = {package.path: package for package in packages}
    return [
        replace(one, siblings=siblings(known[one.manifest], packages))
        if one.manifest in known
        else one
        for one in services
    ]
