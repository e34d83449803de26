"""`tarmac migrate resolve`: what became of a migration that failed half way (Prisma)."""

from __future__ import annotations

import click

from generators.language import N_, _
from tui.context import Context


@click.command()
@click.argument("name", metavar="MIGRATION")
@click.option("--applied", "applied", flag_value=True, type=bool,
              help=N_("Its SQL is in the database: count it as applied."))  # fmt: skip
@click.option("--rolled-back", "applied", flag_value=False, type=bool,
              help=N_("Nothing of it is in the database: run it again next time."))  # fmt: skip
@click.pass_obj
def resolve(context: Context, name: str, applied: bool | None) -> None:
    """Say what became of a failed migration of Prisma."""
    from tui.commands.migrate import console_of
    from wizards.failures import UsageFailure

    if applied is None:
        raise UsageFailure(
            "resolve-how",
            _("Say what became of {name}.").format(name=name),
            next=(
                f"tarmac migrate resolve {name} --applied",
                f"tarmac migrate resolve {name} --rolled-back",
            ),
        )
    with console_of(context) as (console, _cancel):
        console.resolve(name, context.out.event, applied=applied)
        said = _("{name} counts as applied") if applied else _("{name} counts as rolled back")
        context.out.say("✓ " + said.format(name=name))
        context.out.done({"migration": name, "applied": applied})
