"""What `apply`, `undo` and `drift --revert` share: the cloud, a confirmation, and the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NoReturn

import click

from generators.language import _, ngettext
from tui.context import Context

if TYPE_CHECKING:
    from pathlib import Path

    from wizards.cloud.port import Cloud
    from wizards.events import Json
    from wizards.setup.applying import AppliedPlan


def opened_cloud(context: Context) -> Cloud:
    """Return Google Cloud, or the sandbox that this command is to use.

    While it is read, the command says what is tried again.
    """
    from tui.plan_text import ReadingLines
    from wizards.cloud.opening import open_cloud

    context.out.render = ReadingLines()
    _whole_project(context)
    return open_cloud(context.sandbox_address())


def _whole_project(context: Context) -> None:
    """Say that an environment, which must exist, makes no other project of a set-up."""
    if context.env is None:
        return
    from wizards.migrate.target import chosen

    blueprint = context.blueprint_or_none()
    if blueprint is None or chosen(blueprint, context.env) is None:
        return
    says = _(
        "--env chooses a database for migrations; this is all of {project}, whichever it is. "
        "Another world is another file: --config FILE"
    )
    context.out.say(says.format(project=blueprint.project.id))


def confirmed(context: Context, question: str, count: str, command: str, *, yes: bool) -> None:
    """Go on when the person says so; without one, a card names the ``command`` that needs none.

    ``count`` says of how much nobody is here to decide.
    """
    from wizards.failures import UsageFailure

    if yes:
        return
    if not context.interactive:
        raise UsageFailure("confirmation-missing", count, next=(command,))
    from tui.inline import confirm

    if not confirm(question):
        raise click.Abort


def ended(
    context: Context, done: AppliedPlan, more: Mapping[str, Json], resume: str, success: str
) -> NoReturn:
    """End the command with what was done; ``resume`` is the command that goes on after a cancel.

    ``success`` is what a person reads when everything was done.
    """
    from wizards.failures import Exit, Failure

    data = {**done.as_json(), **more}
    if done.commands is not None:
        context.out.say(_("as commands: {file}").format(file=_near(done.commands)))
    if done.failures:
        _failed(context, done, data, resume)
    if done.cancelled:
        context.out.refused(
            data,
            Failure(
                "cancelled",
                _("cancelled"),
                why=_left(done),
                next=(resume,),
                exit_code=Exit.CANCELLED,
            ),
        )
    context.out.say(success)
    context.out.done(data)


def _left(done: AppliedPlan) -> str:
    """Return where each step that ran was stopped, and how many were not begun."""
    from wizards.runner import State

    cancelled = [end for end in done.steps.values() if end.state is State.CANCELLED]
    begun = [f"{end.title}: {end.says}" for end in cancelled if end.seconds and end.says]
    rest = sum(1 for end in cancelled if not end.seconds)
    if rest:
        words = ngettext("{count} step was not begun", "{count} steps were not begun", rest)
        begun.append(words.format(count=rest))
    return "\n".join(begun)


def _near(path: Path) -> str:
    """Return a path as short as it can be typed here."""
    from pathlib import Path

    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _failed(context: Context, done: AppliedPlan, data: Mapping[str, Json], resume: str) -> NoReturn:
    """End with the card of every cause; in JSON every failure stands for itself."""
    from tui.commands.failed_steps import cards, tally
    from wizards.cloud.failing import CloudFailure

    for _step, failure in done.failures:
        if isinstance(failure, CloudFailure):
            failure.again(resume)
    titles = {key: end.title for key, end in done.steps.items()}
    whole = cards(done.failures, titles)
    if context.json:
        first = whole[0][1]
        rest = [failure for _step, failure in done.failures if failure is not first]
        context.out.refused(data, first, *rest)
    context.out.say()
    for at, failure in whole:
        context.out.card(failure, at)
    context.out.say(tally(done.steps))
    raise SystemExit(int(whole[0][1].exit_code))


def took(done: AppliedPlan) -> str:
    """Return how long it took, and how long it would have taken one after the other."""
    return _("✓ done in {seconds} s; one after the other it would take {sum} s").format(
        seconds=f"{done.seconds:.1f}",
        sum=f"{sum(end.seconds for end in done.steps.values()):.1f}",
    )
