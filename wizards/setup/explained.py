"""What follows from the answers, each line with its reason: APIs, grants, connections."""

from __future__ import annotations

from collections.abc import Callable

from wizards.blueprint import Blueprint
from wizards.question import Known, Value

BETWEEN = " — "
"""Stands between what a line names and its reason."""

Lines = Callable[[Known], Value]


def apis(existing: Blueprint | None) -> Lines:
    """Return the lines about APIs: each that will be enabled, and what needs it."""

    def lines(known: Known) -> Value:
        from wizards.setup.desired import wanted_apis
        from wizards.setup.draft import draft

        wanted = wanted_apis(draft(known, existing))
        return tuple(f"{name}{BETWEEN}{why}" for name, why in wanted.items())

    return lines


def grants(existing: Blueprint | None) -> Lines:
    """Return the lines about identities: who gets which role on what, and why."""

    def lines(known: Known) -> Value:
        from wizards.setup.bindings import BindingsResource
        from wizards.setup.desired import resources
        from wizards.setup.draft import draft

        return tuple(
            f"{short_member(grant.member)}: {grant.role.removeprefix('roles/')} · "
            f"{part.short}{BETWEEN}{grant.why}"
            for part in resources(draft(known, existing))
            if isinstance(part, BindingsResource)
            for grant in part.grants
        )

    return lines


def connections(existing: Blueprint | None) -> Lines:
    """Return the line about the database's connections."""

    def lines(known: Known) -> Value:
        from wizards.setup.connections import check
        from wizards.setup.draft import draft

        found = check(draft(known, existing))
        return (found.says,) if found else ()

    return lines


def short_member(member: str) -> str:
    """Return the part of a member that a person knows it by."""
    kind, _colon, who = member.partition(":")
    if kind in ("serviceAccount", "user", "group"):
        return who.partition("@")[0] if kind == "serviceAccount" else who
    return member.rpartition("/")[2] or member
