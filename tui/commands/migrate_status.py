"""`tarmac migrate status`: what is applied and pending, from the files alone where need be."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import click

from tui.context import Context

if TYPE_CHECKING:
    from wizards.failures import Failure
    from wizards.migrate.console import Console

BROKEN_PROJECT = (
    "revision-broken",
    "alembic-refused",
    "env-raised",
    "env-exit",
    "env-did-nothing",
    "package-missing",
)


@click.command()
@click.pass_obj
def status(context: Context) -> None:
    """What is applied, what is pending."""
    from concurrent.futures import ThreadPoolExecutor

    from tui.commands import migrate_text as text
    from tui.commands.migrate import console_of
    from wizards.events import Event
    from wizards.failures import Failure
    from wizards.migrate import shapes
    from wizards.migrate.cloudsql.left import clones as clones_of

    clones = clones_of(context.root)
    with ThreadPoolExecutor(1) as looks, console_of(context) as (console, _cancel):
        left = console.interrupted(context.out.event)
        looking = looks.submit(console.situation)
        try:
            found = console.history(context.out.event)
        except Failure as failure:
            if left is not None:
                for line in text.interrupted(left):
                    context.out.say(line)
                context.out.refused({"interrupted": shapes.interrupted(left)}, failure)
            _status_of_files(context, console, failure)
        for line in text.history(found):
            context.out.say(line)
        data = shapes.history(found)
        now = looking.result()
        for line in text.situation(now):
            context.out.say(line)
        if context.json:
            context.out.event(Event("migrate.situation", now.as_json()))
        if clones:
            data["clones_left"] = [one.as_json() for one in clones]
        if left is not None:
            data["interrupted"] = shapes.interrupted(left)
            for line in text.interrupted(left):
                context.out.say(line)
        context.out.done(data)


def _status_of_files(context: Context, console: Console, failure: Failure) -> NoReturn:
    """Show what the files say where the project's own code broke the list, then the card."""
    from tui.commands import migrate_text as text
    from wizards.migrate import shapes

    if failure.code not in BROKEN_PROJECT or console.project.of_files:
        raise failure
    found = console.history_of_files()
    for line in text.history(found):
        context.out.say(line)
    context.out.refused({**shapes.history(found), "warnings": list(found.warnings)}, failure)
