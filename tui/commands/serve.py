"""`tarmac serve`: not built yet."""

from __future__ import annotations

import click

from tui.commands.not_yet import not_available_yet


@click.command()
def serve() -> None:
    """Show the app in a browser, on loopback only. Not available yet."""
    not_available_yet("serve", ("tarmac",))
