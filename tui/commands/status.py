"""`tarmac status`: the panels as text or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from generators.language import N_, _
from tui.context import Context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from wizards.status.panel import Panel

EVERY = 10.0


@click.command()
@click.option("--watch", is_flag=True, help=N_("Fetch again every ten seconds until Ctrl-C."))
@click.option("--every", type=float, default=EVERY, hidden=True)
@click.pass_obj
def status(context: Context, watch: bool, every: float) -> None:
    """What is deployed: project, database, secrets, cost, migrations. Exit 3 when one is red."""
    from wizards.failures import Exit
    from wizards.status.panel import Light

    fetch = _fetcher(context)
    found = fetch(())
    _show(context, found)
    if watch:
        _watch(context, fetch, found, every)
    red = any(panel.state is Light.RED for panel in found)
    data = {"panels": [panel.as_json() for panel in found]}
    context.out.done(data, Exit.DIFFERENCE if red else Exit.DONE)


def _fetcher(context: Context) -> Callable[[Sequence[Panel]], list[Panel]]:
    from wizards.cloud.opening import open_cloud
    from wizards.status.panels import panels

    blueprint = context.blueprint()
    address = context.sandbox_address()
    cloud = open_cloud(address)
    root = context.root

    def fetch(before: Sequence[Panel]) -> list[Panel]:
        return panels(root, blueprint, cloud, address, environment=context.env, before=before)

    return fetch


def _watch(
    context: Context,
    fetch: Callable[[Sequence[Panel]], list[Panel]],
    found: list[Panel],
    every: float,
) -> None:
    import time

    from wizards.events import Event

    while True:
        time.sleep(every)
        found = fetch(found)
        context.out.event(Event("status", {"panels": [panel.as_json() for panel in found]}))
        context.out.say("")
        _show(context, found)


def _show(context: Context, found: list[Panel]) -> None:
    for panel in found:
        for line in _lines(panel):
            context.out.say(line)
        context.out.say("")


def _lines(panel: Panel) -> Iterator[str]:
    from rich.cells import set_cell_size

    from wizards.status.panel import Light

    words = {
        Light.OK: _("ok"),
        Light.WARNING: _("warning"),
        Light.RED: _("red"),
        Light.UNKNOWN: _("unknown"),
    }
    yield f"{panel.state.mark} {panel.title} · {words[panel.state]}"
    if panel.says:
        yield f"    {panel.says}"
    for row in panel.rows:
        mark = " " if row.severity is Light.OK else row.severity.mark
        yield f"  {mark} {set_cell_size(row.label, 24)} {row.value}".rstrip()
