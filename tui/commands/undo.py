"""`tarmac undo`: take back what Tarmac made, and only that."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from generators.language import N_, _, ngettext
from tui.context import Context

if TYPE_CHECKING:
    from wizards.events import Json
    from wizards.plan import Plan
    from wizards.setup.undoing import UndoPlan


@click.command()
@click.option("--resume", is_flag=True, help=N_("Go on with an interrupted undo, names and all."))
@click.option("--yes", is_flag=True, help=N_("Remove without asking; names are still needed."))
@click.option(
    "--confirm",
    "names",
    multiple=True,
    metavar="NAME",
    help=N_("Delete something that holds data: its name, typed out; once for each."),
)
@click.option("--keep-data", is_flag=True, help=N_("Leave whatever holds data, and what it needs."))
@click.option("--dry-run", is_flag=True, help=N_("Only show what would be removed."))
@click.option("--project", default="", metavar="ID", help=N_("Of several projects, this one."))
@click.pass_obj
def undo(
    context: Context,
    resume: bool,
    yes: bool,
    names: tuple[str, ...],
    keep_data: bool,
    dry_run: bool,
    project: str,
) -> None:
    """Remove what Tarmac made, in reverse order, and nothing else.

    What other people made, changed or granted stays. What holds data goes only when its name is
    typed, databases after a final backup.
    """
    from tui.commands.carrying_out import confirmed, ended, opened_cloud, took
    from tui.commands.stopping import stopping
    from tui.plan_text import StepLines
    from tui.undo_text import going, lines
    from wizards.cancel import Cancel
    from wizards.setup.undoing import earlier_terms, plan_undo
    from wizards.setup.undoing import undo as take_back

    typed = names
    if resume:
        terms = earlier_terms(context.root)
        if terms is None:
            context.out.say(_("no undo was left unfinished; looking anyway"))
        else:
            typed = tuple(name for name in names if name not in terms.confirmed)
            names, project = (*terms.confirmed, *names), project or terms.project
            keep_data = keep_data or terms.keep_data
    cloud = opened_cloud(context)
    only = context.blueprint_or_none() if context.config else None
    found = plan_undo(
        context.root, cloud, context.out.event, Cancel(), project=project, blueprint=only
    )
    _say_where(context, found, cloud.world)
    _check_names(found, typed)
    decided = found.decided(names, keep_data=keep_data)
    for line in lines(decided, full=context.verbose > 0):
        context.out.say(line)
    if dry_run:
        context.out.done(_data(found, decided))
    if context.interactive and not yes and not keep_data:
        names = _typed(found, names)
        decided = found.decided(names)
    count = going(decided)
    if not count and not any(part.gone for part in found.removals):
        context.out.say(_("nothing is removed"))
        context.out.done({"applied": None, **_data(found, decided)})
    confirmed(
        context,
        ngettext("Remove {count} thing?", "Remove {count} things?", count).format(count=count),
        ngettext(
            "nobody is here to confirm that {count} thing is removed",
            "nobody is here to confirm that {count} things are removed",
            count,
        ).format(count=count),
        "tarmac undo --yes",
        yes=yes or resume,
    )
    context.out.render = StepLines()
    cancel = Cancel()
    with stopping(cancel, context.out.say):
        done = take_back(
            context.root,
            cloud,
            found,
            context.out.event,
            cancel,
            confirmed=names,
            keep_data=keep_data,
        )
    ended(context, done, _data(found, decided), "tarmac undo --resume", took(done))


def _say_where(context: Context, found: UndoPlan, world: str) -> None:
    """Say which project it is about, or end when no journal tells of anything."""
    for key in found.unread:
        words = _("{id} stays: another version of Tarmac made it, and this one cannot read how")
        context.out.say(words.format(id=key))
    if found.removals:
        context.out.say(_("project {project}").format(project=found.project))
        for other in found.elsewhere:
            words = _("something is left in project {project} too: {command}")
            command = f"tarmac undo --project {other}"
            context.out.say(words.format(project=other, command=command))
        return
    context.out.say(
        _("no journal in this folder tells of anything that Tarmac made and that is left")
    )
    if found.elsewhere:
        context.out.say(_("in: {projects}").format(projects=", ".join(found.elsewhere)))
    _say_other_worlds(context, world)
    context.out.done({"applied": None, **_data(found, found.decided())})


def _say_other_worlds(context: Context, world: str) -> None:
    """Say where else something is left: what was tried in a sandbox was never made at Google."""
    from wizards.setup.made import GOOGLE, other_worlds

    for other in other_worlds(context.root, world):
        if other == GOOGLE:
            context.out.say(
                _("something is left at Google: {command}").format(command="tarmac undo")
            )
            continue
        state = other.partition(":")[2]
        words = _("something is left in the sandbox of {folder}: {command}")
        command = f"TARMAC_SANDBOX={shlex.quote(state)} tarmac undo"
        context.out.say(words.format(folder=state, command=command))


def _check_names(found: UndoPlan, names: tuple[str, ...]) -> None:
    """Refuse a name that belongs to nothing: a slip of the finger must not pass for an answer."""
    from wizards.failures import UsageFailure

    wrong = [name for name in names if not found.knows(name)]
    if wrong:
        raise UsageFailure(
            "no-such-thing",
            _("nothing that Tarmac made is called {name}").format(name=wrong[0]),
            why="\n".join(found.names_to_type),
            next=("tarmac undo --dry-run",),
        )


def _typed(found: UndoPlan, names: tuple[str, ...]) -> tuple[str, ...]:
    """Ask for each name that is still missing; an empty answer leaves the thing alone."""
    from tui.inline import typed_name
    from tui.undo_text import names_to_type

    asked: set[str] = set()
    while True:
        left = [name for name in names_to_type(found.decided(names)) if name not in asked]
        if not left:
            return names
        asked.add(left[0])
        words = _("Type {name} to delete it with its data; Enter leaves it").format(name=left[0])
        if typed_name(words) == left[0]:
            names = (*names, left[0])


def _data(found: UndoPlan, decided: Plan) -> dict[str, Json]:
    return {
        "project": found.project,
        "changes": [change.as_json() for change in decided.changes],
        "to_type": list(dict.fromkeys(part.confirm for part in decided.changes if part.confirm)),
        "elsewhere": list(found.elsewhere),
        "unread": list(found.unread),
        "calls": found.calls,
    }
