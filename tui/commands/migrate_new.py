"""`tarmac migrate new`: a revision file by the project's own Alembic, reviewed at once."""

from __future__ import annotations

import click

from generators.language import _
from tui.context import Context


@click.command()
@click.option("-m", "--message", default="", help="What the revision does.")
@click.option("--autogenerate", is_flag=True, help="Compare the models with the database.")
@click.option("--head", default="head", metavar="REVISION", help="Build on this revision.")
@click.pass_obj
def new(context: Context, message: str, autogenerate: bool, head: str) -> None:
    """Make a revision file with the project's own Alembic, and review what it made."""
    from tui.commands import migrate_text as text
    from tui.commands.migrate import console_of

    if not message:
        raise click.UsageError(_("say what the revision does: -m TEXT"))
    with console_of(context) as (console, _cancel):
        made = console.new(message, context.out.event, autogenerate=autogenerate, head=head)
        for one in made:
            for line in text.draft(one):
                context.out.say(line)
        context.out.done(
            {
                "revisions": [one.as_json() for one in made],
                "files": [one.judged.as_json() for one in made],
            }
        )
