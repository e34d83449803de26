"""Rules about the service: what Cloud Run refuses, what its connections and its price forbid."""

from __future__ import annotations

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.plan import Check
from wizards.setup.prices import elsewhere, gibibytes, knows, run_month

# Cloud Run's documentation: more memory than the first needs at least the second in CPUs, and
# that many CPUs need at least this much memory (both in GiB).
_CPUS_FOR_MEMORY = ((24, 8), (16, 6), (8, 4), (4, 2))
_MEMORY_FOR_CPUS = {"4": 2.0, "6": 4.0, "8": 4.0}
_MOST_MEMORY = 32
_WAITING = 16
"""Requests per connection from which a burst waits longer than a pool does (30 s)."""
_NOTEWORTHY = 25.0
"""USD a month from which idle instances are worth a word."""


def memory_and_cpu(blueprint: Blueprint) -> Check | None:
    """Memory and CPUs that Cloud Run does not combine."""
    service = blueprint.service
    if service.runtime != "cloud-run":
        return None
    memory = gibibytes(service.memory)
    needed = next((cpus for more, cpus in _CPUS_FOR_MEMORY if memory > more), 1)
    least = _MEMORY_FOR_CPUS.get(service.cpu, 0.125)
    if memory > _MOST_MEMORY:
        says = _("an instance has at most 32Gi")
        fix = "service.memory=32Gi"
    elif service.cpu.isdigit() and int(service.cpu) < needed:
        says = _("{memory} of memory need at least {cpus} CPUs").format(
            memory=service.memory, cpus=needed
        )
        fix = f"service.cpu={needed}"
    elif memory < least:
        says = _("{cpus} CPUs need at least {memory} of memory").format(
            cpus=service.cpu, memory="128Mi" if least < 1 else f"{int(least)}Gi"
        )
        fix = f"service.memory={'128Mi' if least < 1 else f'{int(least)}Gi'}"
    else:
        return None
    return Check(
        id="memory-cpu",
        title=_("memory and CPU"),
        level="red",
        says=says,
        fix=f"tarmac init --set {fix}",
        keys=("service.memory", "service.cpu"),
    )


def instances(blueprint: Blueprint) -> Check | None:
    """More instances kept ready than there may be, or ready ones that cost."""
    service = blueprint.service
    keys = ("service.min_instances", "service.max_instances")
    title = _("instances kept ready")
    if service.min_instances > service.max_instances:
        return Check(
            id="instances",
            title=title,
            level="red",
            says=_("{least} are kept ready, but at most {most} may run").format(
                least=service.min_instances, most=service.max_instances
            ),
            fix=f"tarmac init --set service.max_instances={service.min_instances}",
            keys=keys,
        )
    if not service.min_instances or service.runtime != "cloud-run":
        return None
    cost = run_month(service.cpu, service.memory, service.min_instances, blueprint.project.region)
    says = _("{count} kept ready day and night: up to ${cost} a month").format(
        count=service.min_instances, cost=f"{cost:.2f}"
    )
    level = "warning" if cost >= _NOTEWORTHY else "ok"
    fix = "tarmac init --set service.min_instances=0" if level == "warning" else ""
    return Check(id="instances", title=title, level=level, says=says, fix=fix, keys=keys)


def concurrency(blueprint: Blueprint) -> Check | None:
    """Requests that an instance takes at once against the connections of its pool."""
    database, service = blueprint.database, blueprint.service
    if database is None or service.runtime != "cloud-run":
        return None
    pool = database.pool_size + database.max_overflow
    keys = ("service.concurrency", "database.pool_size", "database.max_overflow")
    title = _("requests and connections")
    if service.concurrency > pool * _WAITING:
        return Check(
            id="concurrency",
            title=title,
            level="warning",
            says=_(
                "each instance takes {requests} requests at once on {pool} connections: under load "
                "most wait, and fail when the pool's 30 s are over"
            ).format(requests=service.concurrency, pool=pool),
            fix=f"tarmac init --set service.concurrency={pool * 8}",
            keys=keys,
        )
    if pool > service.concurrency:
        return Check(
            id="concurrency",
            title=title,
            level="warning",
            says=_(
                "each instance takes {requests} requests at once but may open {pool} connections: "
                "the rest is never used and is missing elsewhere"
            ).format(requests=service.concurrency, pool=pool),
            fix=f"tarmac init --set database.pool_size={max(service.concurrency, 1)} "
            "--set database.max_overflow=0",
            keys=keys,
        )
    return None


def public(blueprint: Blueprint) -> Check | None:
    """A service for everybody in an organisation that may forbid it."""
    if not blueprint.service.public or not blueprint.project.parent:
        return None
    return Check(
        id="public",
        title=_("open to everybody"),
        level="ok",
        says=_(
            "an organisation often allows its own people only; Tarmac switches the caller check "
            "off instead of granting it to everybody, which works under that rule"
        ),
        keys=("service.public", "project.parent"),
    )


def prices(blueprint: Blueprint) -> Check | None:
    """A region whose prices are not in the table."""
    region = blueprint.project.region
    if knows(region):
        return None
    return Check(
        id="prices",
        title=_("prices"),
        level="warning",
        says=_("no prices are known for {region}; those of {other} are shown").format(
            region=region, other=elsewhere()
        ),
        keys=("project.region",),
    )


LINTS = (memory_and_cpu, instances, concurrency, public, prices)
