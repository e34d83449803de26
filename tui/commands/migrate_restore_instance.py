"""`tarmac migrate restore-instance`: a Cloud SQL backup over everything in its instance."""

from __future__ import annotations

import click

from generators.language import _
from tui.context import Context


@click.command("restore-instance")
@click.argument("number")
@click.option("--confirm", default="", metavar="INSTANCE", help="The instance's name, typed.")
@click.pass_obj
def restore_instance(context: Context, number: str, confirm: str) -> None:
    """Overwrite a whole Cloud SQL instance, every database in it, with one of its backups."""
    from tui.commands.migrate import console_of, finish
    from wizards.migrate.records import Recorder, new_id

    with console_of(context) as (console, cancel):
        cloud = console.project.required_cloud_sql(context.out.event)
        if not confirm and context.interactive:
            question = _("Every database in {name} is overwritten. Type {name} to go on")
            confirm = click.prompt(question.format(name=cloud.instance.name))
        recorder = Recorder(context.root, new_id(), context.out.event)
        target = console.project.target(context.out.event)
        finish(context, cloud.overwrite(target, number, confirm, recorder, cancel))
