"""`tarmac doctor`: what is here, who is logged in, what is missing and the fix for each."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NoReturn

import click

from generators.language import N_, _
from tui.context import Context

if TYPE_CHECKING:
    from wizards.plan import Check
    from wizards.setup.doctor import Verdict


@click.command()
@click.option(
    "--online/--offline",
    default=None,
    help=N_("Ask Google about the login and the project (by itself: when somebody is logged in)."),
)
@click.pass_obj
def doctor(context: Context, online: bool | None) -> None:
    """What is installed, who is logged in, what is missing, the fix for each.

    Exit 0 even with warnings, 1 when something that is needed is missing.
    """
    from tui.commands.doctor_text import lines, summary
    from tui.terminal_facts import terminal_facts
    from wizards.setup.doctor import Patient, examine
    from wizards.setup.doctor_login import credentials_file
    from wizards.setup.doctor_project import Place

    asked = credentials_file() is not None if online is None else online
    patient = Patient(
        place=Place.of(context.blueprint_path),
        terminal=None if context.json else terminal_facts(),
        state=context.state,
        address=context.sandbox_address() if online is not False else None,
        online=asked,
    )
    found = examine(patient)
    for line in lines(found, shutil.get_terminal_size().columns):
        context.out.say(line)
    checks = [verdict.check for verdict in found]
    context.out.say(summary(checks))
    _end(context, found, [check for check in checks if check.level == "red"])


def _end(context: Context, found: list[Verdict], red: list[Check]) -> NoReturn:
    from wizards.failures import Failure

    data = {"checks": [verdict.as_json() for verdict in found]}
    if not red:
        context.out.done(data)
    if not context.json:
        raise SystemExit(1)
    missing = Failure(
        "not-ready",
        _("What is missing: {names}.").format(names=", ".join(check.title for check in red)),
        why="\n".join(f"{check.title}: {check.says}" for check in red),
        next=(*(line for check in red for line in check.fix.splitlines()), "tarmac doctor"),
    )
    context.out.refused(data, missing)
