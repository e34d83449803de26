"""`tarmac migrate clones`: clones that an interrupted rehearsal left on Cloud SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from generators.language import _
from tui.context import Context

if TYPE_CHECKING:
    from wizards.migrate.cloudsql.left import Clone


@click.command()
@click.option("--delete", is_flag=True, help="Delete them with all they hold.")
@click.pass_obj
def clones(context: Context, delete: bool) -> None:
    """Clones that an interrupted rehearsal left on Cloud SQL."""
    from tui.commands.migrate import console_of
    from wizards.migrate.cloudsql import left

    with console_of(context) as (console, cancel):
        found = left.clones(console.project.root)
        gone: list[Clone] = []
        if delete and found:
            cloud = console.project.required_cloud_sql(context.out.event)
            for one in found:
                cloud.delete(one, context.out.event, cancel)
                gone.append(one)
        elif found:
            for one in found:
                for line in one.commands:
                    context.out.say(f"  {line}")
        else:
            context.out.say(_("No clones are left."))
        still = [one for one in found if one not in gone]
        context.out.done(
            {
                "clones": [one.as_json() for one in still],
                "deleted": [one.as_json() for one in gone],
            }
        )
