"""Every panel, fetched side by side; one that cannot be reached says why, the others go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from wizards.blueprint import Blueprint
from wizards.cloud.port import Cloud
from wizards.failures import Failure
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.status.cloud_panels import cost, database, project, secrets
from wizards.status.migrations_panel import fetch, names, title
from wizards.status.panel import Light, Panel, dated
from wizards.status.run_panel import service

__all__ = ["Light", "Panel", "panels"]

FETCHERS = 6
Fetch = Callable[[], Panel]


def panels(
    root: Path,
    blueprint: Blueprint,
    cloud: Cloud | None,
    address: SandboxAddress | None,
    *,
    environment: str | None = None,
    before: Sequence[Panel] = (),
) -> list[Panel]:
    """Return the panels of a project, each fetched on its own.

    ``cloud`` None leaves the cloud's panels out; ``environment`` narrows the migrations to one
    target; ``before`` is the previous answer, so that ``since`` is kept while a state lasts.
    """
    fetches = _fetches(root, blueprint, cloud, address, environment)
    known = {panel.id: panel for panel in before}
    with ThreadPoolExecutor(FETCHERS, "status") as pool:
        fetched = pool.map(lambda fetch: _safely(*fetch), fetches)
        return [dated(panel, known.get(panel.id)) for panel in fetched]


def _fetches(
    root: Path,
    blueprint: Blueprint,
    cloud: Cloud | None,
    address: SandboxAddress | None,
    environment: str | None,
) -> list[tuple[str, str, Fetch]]:
    found: list[tuple[str, str, Fetch]] = []
    if cloud is not None and blueprint.project.id:
        for each in (project, service, database, secrets, cost):
            offered = each(blueprint, cloud)
            found += [offered] if offered else []
    for name in names(root, blueprint, environment):
        found.append((f"migrations:{name}", title(name), fetch(root, name, address)))
    return found


def _safely(id: str, title: str, fetch: Fetch) -> Panel:  # noqa: A002
    try:
        return fetch()
    except Failure as failure:
        says = " · ".join(part for part in (failure.message, *failure.why.splitlines()) if part)
        return Panel(id=id, title=title, state=Light.UNKNOWN, says=says)
