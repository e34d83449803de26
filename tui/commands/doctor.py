"""`tarmac doctor`: what is here, who is logged in, what is missing and the fix for each."""

from __future__ import annotations

import click

from generators.language import _
from tui.context import Context


@click.command()
@click.pass_obj
def doctor(context: Context) -> None:
    """What is installed, who is logged in, what is missing, the fix for each."""
    from tui.plan_text import check_lines
    from wizards.failures import Failure
    from wizards.setup.doctor import examine

    found = examine(context.state)
    for check in found:
        for line in check_lines(check):
            context.out.say(line)
    red = [check for check in found if check.level == "red"]
    data = {"checks": [check.as_json() for check in found]}
    if red:
        missing = Failure(
            "not-ready",
            _("What is missing: {names}.").format(names=", ".join(check.title for check in red)),
            why="\n".join(f"{check.title}: {check.says}" for check in red),
            next=(*(check.fix for check in red if check.fix), "tarmac doctor"),
        )
        context.out.refused(data, missing)
    context.out.done(data)
