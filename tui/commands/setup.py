"""`tarmac plan` and `tarmac apply`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from generators.language import N_, _, ngettext
from tui.context import Context

if TYPE_CHECKING:
    from wizards.blueprint import Blueprint
    from wizards.cloud.port import Cloud
    from wizards.plan import Plan


_confirming = click.option(
    "--confirm",
    "names",
    multiple=True,
    metavar="NAME",
    help=N_("Delete what holds data and nothing wants any more: its name, typed out."),
)


@click.command()
@click.option("--check", is_flag=True, help=N_("Exit 3 when there is something to change."))
@_confirming
@click.pass_obj
def plan(context: Context, check: bool, names: tuple[str, ...]) -> None:
    """Show what set-up would change, and what it costs."""
    from tui.commands.carrying_out import opened_cloud
    from tui.plan_text import lines
    from wizards.failures import Exit
    from wizards.setup.secret_values import found_values

    blueprint = context.blueprint()
    values = found_values(blueprint, context.root)
    made = _made_plan(context, blueprint, opened_cloud(context), values, names)
    for line in lines(made, full=context.verbose > 0):
        context.out.say(line)
    _stop_when_blocked(context, made)
    context.out.say(_("next: {command}").format(command="tarmac apply") if made.todo else "")
    different = check and bool(made.todo)
    context.out.done(made.as_json(), Exit.DIFFERENCE if different else Exit.DONE)


@click.command()
@click.option("--resume", is_flag=True, help=N_("Go on after an interruption."))
@click.option("--yes", is_flag=True, help=N_("Apply without asking."))
@click.option(
    "--secret",
    "sources",
    multiple=True,
    metavar="NAME=SOURCE",
    help=N_("Where a secret's value is: NAME=env:VARIABLE or NAME=file:PATH; never the value."),
)
@_confirming
@click.pass_obj
def apply(
    context: Context, resume: bool, yes: bool, sources: tuple[str, ...], names: tuple[str, ...]
) -> None:
    """Carry the plan out; what exists already is left as it is."""
    from tui.commands.carrying_out import confirmed, ended, opened_cloud, took
    from tui.commands.stopping import stopping
    from tui.plan_text import StepLines, lines
    from wizards.cancel import Cancel
    from wizards.setup.applying import apply as apply_plan
    from wizards.setup.secret_values import found_values, given_values
    from wizards.setup.unfinished import unfinished

    blueprint = context.blueprint()
    left = unfinished(context.root)
    if left is not None:
        context.out.say(left.says)
    elif resume:
        context.out.say(_("nothing was left unfinished; comparing anyway"))
    values = found_values(blueprint, context.root) | given_values(sources, context.root)
    cloud = opened_cloud(context)
    made = _made_plan(context, blueprint, cloud, values, names)
    for line in lines(made, full=False):
        context.out.say(line)
    _stop_when_blocked(context, made)
    if not made.todo:
        context.out.say(_("✓ everything is as tarmac.toml says"))
        context.out.done({"applied": None, **made.as_json()})
    values |= _asked_values(context, blueprint, made, values)
    count = len(made.todo)
    confirmed(
        context,
        ngettext("Apply {count} change?", "Apply {count} changes?", count).format(count=count),
        ngettext(
            "nobody is here to confirm {count} change",
            "nobody is here to confirm {count} changes",
            count,
        ).format(count=count),
        "tarmac apply --yes",
        yes=yes or resume,
    )
    context.out.render = StepLines()
    cancel = Cancel()
    with stopping(cancel, context.out.say):
        done = apply_plan(
            context.root,
            blueprint,
            cloud,
            made,
            values,
            context.out.event,
            cancel,
            attended=context.interactive,
        )
    ended(context, done, {"plan": made.as_json()}, "tarmac apply --resume", took(done))


def _made_plan(
    context: Context,
    blueprint: Blueprint,
    cloud: Cloud,
    values: dict[str, str],
    names: tuple[str, ...],
) -> Plan:
    from wizards.cancel import Cancel
    from wizards.failures import UsageFailure
    from wizards.plan import Action
    from wizards.setup.planning import make_plan

    made = make_plan(
        blueprint,
        cloud,
        context.out.event,
        Cancel(),
        secret_values=values,
        root=context.root,
        confirmed=names,
    )
    deleted = [part.id for part in made.changes if part.action is Action.DELETE]
    known = {*deleted, *(key.partition(":")[2] for key in deleted)}
    wrong = next((name for name in names if name not in known), None)
    if wrong is not None:
        raise UsageFailure(
            "no-such-thing",
            _("nothing that would be deleted is called {name}").format(name=wrong),
            why="\n".join(deleted),
            next=("tarmac plan",),
        )
    return made


def _stop_when_blocked(context: Context, made: Plan) -> None:
    from wizards.setup.applying import blocked_card

    if made.blocked:
        context.out.refused(made.as_json(), blocked_card(made))


def _asked_values(
    context: Context, blueprint: Blueprint, made: Plan, values: dict[str, str]
) -> dict[str, str]:
    """Ask for the secrets that this plan writes and nobody gave; without a person, name them."""
    from wizards.failures import UsageFailure
    from wizards.plan import Action
    from wizards.setup.secret_values import checked, to_ask

    writing = {
        part.id for part in made.todo if part.kind == "secret" and part.action is not Action.ADOPT
    }
    wanted = {
        variable: secret
        for variable, secret in to_ask(blueprint, values).items()
        if f"secret:{secret.name}" in writing
    }
    if wanted and not context.interactive:
        raise UsageFailure(
            "secret-values-missing",
            _("values are missing for: {names}").format(names=", ".join(wanted)),
            why=_("they are never taken from the command line itself"),
            next=("tarmac apply " + " ".join(f"--secret {name}=env:{name}" for name in wanted),),
        )
    from tui.inline import secret as ask_secret

    return {
        name: checked(name, ask_secret(_("Value of {name} (hidden)").format(name=name)))
        for name in wanted
    }
