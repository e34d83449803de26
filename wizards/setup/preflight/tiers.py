"""Is the machine of the database one that Google has, and has in this region?"""

from __future__ import annotations

import re

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.cloud.failing import CloudFailure
from wizards.cloud.port import Cloud
from wizards.cloud.things import SqlTier
from wizards.plan import Check

_CUSTOM = re.compile(r"db-custom-(\d+)-(\d+)")
_STEP, _SMALLEST = 256, 3840
_LEAST_EACH, _MOST_EACH, _MOST_CPUS = 922, 6656, 96


def shape_check(blueprint: Blueprint) -> Check | None:
    """Say whether a custom machine has a shape that Cloud SQL makes."""
    database = blueprint.database
    custom = _CUSTOM.fullmatch(database.tier) if database else None
    if database is None or custom is None:
        return None
    fitting = fitting_shape(int(custom[1]), int(custom[2]))
    if fitting == database.tier:
        return None
    return _check(
        "red",
        _(
            "{tier}: 1 or an even number of CPUs up to {cpus}, memory a multiple of 256 MB, "
            "0.9 to 6.5 GB per CPU and 3.75 GB at least"
        ).format(tier=database.tier, cpus=_MOST_CPUS),
        f"tarmac init --set database.tier={fitting}",
    )


def fitting_shape(cpus: int, megabytes: int) -> str:
    """Return the nearest machine that Cloud SQL makes, no smaller where that can be."""
    cpus = min(max(cpus, 1), _MOST_CPUS)
    cpus += cpus % 2 if cpus > 1 else 0
    least = max(_SMALLEST, -(-cpus * _LEAST_EACH // _STEP) * _STEP)
    most = cpus * _MOST_EACH // _STEP * _STEP
    rounded = -(-megabytes // _STEP) * _STEP
    return f"db-custom-{cpus}-{min(max(rounded, least), most)}"


def region_check(cloud: Cloud, blueprint: Blueprint) -> Check | None:
    """Say whether Google lists the machine for the region; what it does not list is left open."""
    database = blueprint.database
    if database is None:
        return None
    try:
        listed = {tier.name: tier for tier in cloud.sql_tiers(blueprint.project.id)}
    except CloudFailure:
        return None  # The API is off until the first apply; the shape is judged without it.
    found, region = listed.get(database.tier), blueprint.project.region
    if found is None or not found.regions or region in found.regions:
        return None
    others = _there(listed, region, found)
    return _check(
        "red",
        _("{tier} does not exist in {region}").format(tier=database.tier, region=region),
        f"tarmac init --set database.tier={others}"
        if others
        else f"tarmac init --set project.region={found.regions[0]}",
    )


def _there(listed: dict[str, SqlTier], region: str, wanted: SqlTier) -> str:
    """Return the smallest machine of the region that is no smaller, "" where there is none."""
    family = wanted.name.split("-")[1]
    fitting = [
        tier
        for tier in listed.values()
        if region in tier.regions
        and tier.memory >= wanted.memory
        and tier.name.split("-")[1] == family
    ]
    return min(fitting, key=lambda tier: tier.memory).name if fitting else ""


def _check(level: str, says: str, fix: str) -> Check:
    return Check(
        id="tier",
        title=_("the database's machine"),
        level=level,
        says=says,
        fix=fix,
        keys=("database.tier", "project.region"),
    )
