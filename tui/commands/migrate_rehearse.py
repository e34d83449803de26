"""`tarmac migrate rehearse` and `prove`: the pending revisions on a copy that is thrown away."""

from __future__ import annotations

from pathlib import Path

import click

from generators.language import _
from tui.context import Context

PLACES = click.Choice(["scratch", "clone"])


@click.command()
@click.option("--to", default="heads", metavar="REVISION", help="Stop at this revision.")
@click.option("--backup", "backup_file", type=click.Path(path_type=Path),
              help="Restore this backup instead of a fresh one.")  # fmt: skip
@click.option("--on", type=PLACES, default="scratch",
              help="The backup restored to a scratch, or a clone of the instance.")  # fmt: skip
@click.pass_obj
def rehearse(context: Context, to: str, backup_file: Path | None, on: str) -> None:
    """Run the pending revisions on a scratch made from a backup, and all the way back."""
    from tui.commands import migrate_text as text
    from tui.commands.migrate import console_of, named
    from wizards.migrate import cards, shapes

    clone = on == "clone"
    if clone and backup_file is not None:
        raise _one_or_the_other(backup_file)
    with console_of(context) as (console, cancel):
        if clone:
            agree_to_clone(context)
        backup = named(console, backup_file, context.out.event, cancel)
        found = console.rehearse(context.out.event, cancel, backup=backup, to=to, on_clone=clone)
        for line in text.rehearsal(found):
            context.out.say(line)
        if not found.ok:
            context.out.refused(shapes.rehearsal(found), cards.rehearsal_failed(found))
        context.out.done(shapes.rehearsal(found))


def agree_to_clone(context: Context) -> None:
    """Ask a person who is there; whoever is not has said it with the option."""
    if context.interactive:
        question = _(
            "A clone of the instance takes minutes, costs as much as the instance while it is "
            "there, and Google warns that making it may restart the instance. Make it?"
        )
        click.confirm(question, abort=True)


def _one_or_the_other(file: Path) -> Exception:
    from wizards.failures import UsageFailure

    return UsageFailure(
        "clone-or-backup",
        _("A clone holds what the instance holds now: {file} is not restored to it.").format(
            file=file.name
        ),
        next=("tarmac migrate rehearse --on clone", f"tarmac migrate rehearse --backup {file}"),
    )


@click.command()
@click.option("--to", default="heads", metavar="REVISION", help="Stop at this revision.")
@click.pass_obj
def prove(context: Context, to: str) -> None:
    """Up, down and up again on a scratch: the same structure and the same rows each time."""
    from tui.commands import migrate_text as text
    from tui.commands.migrate import console_of
    from wizards.migrate import cards, shapes

    with console_of(context) as (console, cancel):
        found = console.prove(context.out.event, cancel, to=to)
        for line in text.proof(found):
            context.out.say(line)
        card = cards.not_proved(found)
        if card is not None:
            context.out.refused(shapes.proof(found), card)
        context.out.done(shapes.proof(found))
