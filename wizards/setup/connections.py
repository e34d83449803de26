"""Does the database have a connection for every one that the service may open?"""

from __future__ import annotations

from dataclasses import dataclass

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.plan import Check
from wizards.setup.prices import size_of

RESERVED = 3
"""Connections that PostgreSQL keeps for superusers."""

# Cloud SQL's default max_connections by memory in GB, from its documentation.
_BY_MEMORY = ((120, 1000), (60, 800), (30, 600), (15, 500), (7.5, 400), (6, 200), (3.75, 100))


@dataclass(frozen=True, slots=True)
class Budget:
    """Connections that are there and that may be asked for."""

    available: int
    wanted: int
    instances: int
    per_instance: int

    @property
    def fits(self) -> bool:
        """Whether every instance of the service gets its connections."""
        return self.wanted <= self.available


def max_connections(tier: str) -> int:
    """Return the default of a tier."""
    if tier == "db-f1-micro":
        return 25
    if tier == "db-g1-small":
        return 50
    memory = size_of(tier)[1]
    return next((limit for least, limit in _BY_MEMORY if memory >= least), 50)


def budget(blueprint: Blueprint) -> Budget | None:
    """Return the budget, or None without a database."""
    database = blueprint.database
    if database is None:
        return None
    per_instance = database.pool_size + database.max_overflow
    instances = blueprint.service.max_instances
    available = max_connections(database.tier) - RESERVED
    return Budget(available, instances * per_instance, instances, per_instance)


def check(blueprint: Blueprint) -> Check | None:
    """Return the verdict for preflight, with the change that makes it fit."""
    found = budget(blueprint)
    if found is None:
        return None
    title = _("database connections")
    keys = (
        "database.tier",
        "database.pool_size",
        "database.max_overflow",
        "service.max_instances",
    )
    says = _(
        "{instances} instances × {each} connections = {wanted}; the tier has {available}"
    ).format(
        instances=found.instances,
        each=found.per_instance,
        wanted=found.wanted,
        available=found.available,
    )
    if found.fits:
        return Check(id="connections", title=title, level="ok", says=says, keys=keys)
    most = found.available // found.per_instance
    fix = (
        f"tarmac init --set service.max_instances={most}"
        if most
        else "tarmac init --set database.pool_size=1 --set database.max_overflow=0"
    )
    return Check(id="connections", title=title, level="warning", says=says, fix=fix, keys=keys)
