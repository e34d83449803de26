"""`tarmac migrate watch`: the checks again and again for a while after a migration."""

from __future__ import annotations

import click

from tui.context import Context


@click.command()
@click.option("--minutes", type=click.FloatRange(min=0), default=10.0, show_default=True,
              help="How long to watch.")  # fmt: skip
@click.option("--every", type=click.FloatRange(min=0.1), default=5.0, show_default=True,
              help="Seconds between two looks.")  # fmt: skip
@click.pass_obj
def watch(context: Context, minutes: float, every: float) -> None:
    """Repeat the checks for a while; exit 1 when one is red at the end or three times in a row."""
    from tui.commands import migrate_text as text
    from tui.commands.migrate import console_of
    from wizards.migrate import cards

    with console_of(context) as (console, cancel):
        found = console.watch(context.out.event, cancel, seconds=minutes * 60, every=every)
        for line in text.watched(found):
            context.out.say(line)
        card = cards.checks_failed(found.checks)
        if card is not None:
            context.out.refused(found.as_json(), card)
        context.out.done(found.as_json())
