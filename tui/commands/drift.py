"""`tarmac drift`: how the world differs from tarmac.toml, and three answers to each difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import click

from generators.language import N_, _, ngettext
from tui.context import Context

if TYPE_CHECKING:
    from wizards.blueprint import Blueprint
    from wizards.cloud.port import Cloud
    from wizards.events import Json
    from wizards.setup.drift_report import DriftReport


@click.command()
@click.option(
    "--adopt",
    "adopted",
    multiple=True,
    metavar="ID[.FIELD]",
    help=N_("Write what the world has into tarmac.toml; comments stay."),
)
@click.option(
    "--ignore",
    "ignored",
    multiple=True,
    metavar="ID[.FIELD]",
    help=N_("Agree to leave it: [drift] ignore in tarmac.toml, for everybody."),
)
@click.option(
    "--revert",
    "reverted",
    multiple=True,
    metavar="ID",
    help=N_("Bring this one thing back to what tarmac.toml says."),
)
@click.option("--yes", is_flag=True, help=N_("Revert without asking."))
@click.option(
    "--secret",
    "sources",
    multiple=True,
    metavar="NAME=SOURCE",
    help=N_("Where a secret's value is: NAME=env:VARIABLE or NAME=file:PATH; never the value."),
)
@click.pass_obj
def drift(
    context: Context,
    adopted: tuple[str, ...],
    ignored: tuple[str, ...],
    reverted: tuple[str, ...],
    yes: bool,
    sources: tuple[str, ...],
) -> None:
    """Compare the world with tarmac.toml; exit 3 when something differs.

    The journals tell what somebody changed since the last apply from what changed in tarmac.toml.
    """
    from tui.commands.carrying_out import opened_cloud
    from tui.drift_text import lines
    from wizards.cancel import Cancel
    from wizards.setup.drifting import compare

    blueprint = context.blueprint()
    cloud = opened_cloud(context)
    report = compare(context.root, blueprint, cloud, context.out.event, Cancel())
    if adopted or ignored:
        _write_down(context, report, adopted, ignored)
        if not reverted:
            context.out.done({"written": True, **report.as_json()})
        blueprint = context.blueprint()
    if reverted:
        _revert(context, blueprint, cloud, report, reverted, sources, yes=yes)
    for line in lines(report, full=context.verbose > 0):
        context.out.say(line)
    _done(context, report)


def _done(context: Context, report: DriftReport) -> NoReturn:
    from wizards.failures import Exit

    code = Exit.DIFFERENCE if report.different else Exit.DONE
    context.out.done({"written": False, **report.as_json()}, code)


def _write_down(
    context: Context, report: DriftReport, adopted: tuple[str, ...], ignored: tuple[str, ...]
) -> None:
    from wizards.setup.drifting import adopt, ignore

    path = context.blueprint_path
    for which in adopted:
        for key, value in adopt(path, report, which).items():
            context.out.say(_("tarmac.toml: {key} = {value}").format(key=key, value=value))
    for which in ignored:
        for name in ignore(path, context.blueprint(), report, which):
            context.out.say(_("tarmac.toml: {name} is left as it is").format(name=name))


def _revert(
    context: Context,
    blueprint: Blueprint,
    cloud: Cloud,
    report: DriftReport,
    ids: tuple[str, ...],
    sources: tuple[str, ...],
    *,
    yes: bool,
) -> NoReturn:
    from tui.commands.carrying_out import confirmed, ended, took
    from tui.commands.stopping import stopping
    from tui.plan_text import StepLines
    from wizards.cancel import Cancel
    from wizards.setup.drifting import revert, reverting
    from wizards.setup.secret_values import found_values, given_values

    plan = reverting(report, ids)
    for change in plan.todo:
        context.out.say(f"{change.action.mark} {change.title}")
    count = len(plan.todo)
    confirmed(
        context,
        ngettext("Revert {count} thing?", "Revert {count} things?", count).format(count=count),
        ngettext(
            "nobody is here to confirm {count} change",
            "nobody is here to confirm {count} changes",
            count,
        ).format(count=count),
        f"tarmac drift --yes --revert {ids[0]}",
        yes=yes,
    )
    values = found_values(blueprint, context.root) | given_values(sources, context.root)
    context.out.render = StepLines()
    cancel = Cancel()
    with stopping(cancel, context.out.say):
        done = revert(
            context.root, blueprint, cloud, report, ids, values, context.out.event, cancel
        )
    more: dict[str, Json] = {"written": False, **report.as_json()}
    ended(context, done, more, "tarmac apply --resume", took(done))
