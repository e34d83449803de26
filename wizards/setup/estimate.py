"""What the answers so far would cost a month: the same numbers as the plan's, area by area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.question import Known
from wizards.setup.areas import AREAS, area_of
from wizards.setup.desired import resources
from wizards.setup.draft import draft
from wizards.setup.prices import dated, elsewhere, knows


@dataclass(frozen=True, slots=True)
class Estimate:
    """USD a month by area, requests and traffic left out; ``known`` when the region's own."""

    areas: Mapping[str, float]
    known: bool = True

    @property
    def total(self) -> float:
        """The sum of all areas."""
        return sum(self.areas.values())

    @property
    def dated(self) -> str:
        """Say from when and from where the prices are."""
        if self.known:
            return _("prices of {date}").format(date=dated())
        return _("prices of {date} in {region}: no others are known").format(
            date=dated(), region=elsewhere()
        )


def estimate(blueprint: Blueprint) -> Estimate:
    """Return what a blueprint would cost."""
    costs = dict.fromkeys(AREAS, 0.0)
    for resource in resources(blueprint):
        costs[area_of(resource.kind)] += resource.cost()
    return Estimate(
        {area: cost for area, cost in costs.items() if cost}, knows(blueprint.project.region)
    )


def month(known: Known, existing: Blueprint | None = None) -> float:
    """Return USD a month for answers; traffic and requests are not in it."""
    return estimate(draft(known, existing)).total


def moved(before: float, after: float) -> str:
    """Return what the last answer changed ("+3.10"), "" when nothing."""
    return f"{after - before:+.2f}" if abs(after - before) >= 0.005 else ""


def line(known: Known) -> str:
    """Return the estimate as a line with the date of its prices."""
    found = estimate(draft(known))
    return _("about ${total} a month so far ({prices})").format(
        total=f"{found.total:.2f}", prices=found.dated
    )
