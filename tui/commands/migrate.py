"""`tarmac migrate …`: the migration console without the screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generators.language import N_, _, ngettext
from tui.context import Context
from tui.lazy_group import LazyGroup

if TYPE_CHECKING:
    from wizards.cancel import Cancel
    from wizards.events import Emit
    from wizards.migrate.console import Console
    from wizards.migrate.model import Applied, Backup

ELSEWHERE = {
    "lint": ("tui.commands.lint:lint", N_("Judge SQL files and revision files")),
    "status": ("tui.commands.migrate_status:status", N_("What is applied, what is pending")),
    "watch": ("tui.commands.migrate_watch:watch", N_("Watch for a while after a migration")),
    "resolve": (
        "tui.commands.migrate_resolve:resolve",
        N_("Say what became of a failed migration of Prisma"),
    ),
    "rehearse": (
        "tui.commands.migrate_rehearse:rehearse",
        N_("Run the pending revisions on a copy, and all the way back"),
    ),
    "prove": (
        "tui.commands.migrate_rehearse:prove",
        N_("Up, down and up again on a scratch: the same structure and the same rows each time"),
    ),
    "backup": ("tui.commands.migrate_backup:backup", N_("Dump the database and prove the dump")),
    "restore-instance": (
        "tui.commands.migrate_restore_instance:restore_instance",
        N_("Overwrite a whole Cloud SQL instance with one of its backups"),
    ),
    "clones": (
        "tui.commands.migrate_clones:clones",
        N_("Clones that an interrupted rehearsal left on Cloud SQL"),
    ),
    "new": ("tui.commands.migrate_new:new", N_("Make a revision file and review it")),
}
PLACES = click.Choice(["scratch", "clone"])
SEVERITIES = click.Choice(["danger", "caution", "notice"])


@click.group(cls=LazyGroup, lazy=ELSEWHERE)
@click.option("--stream", default="", metavar="NAME",
              help="Which [migrations.NAME] of tarmac.toml, where there are several.")  # fmt: skip
@click.pass_obj
def migrate(context: Context, stream: str) -> None:
    """The migration console without the screen."""
    context.stream = stream


def _applying(command: click.Command | Any) -> Any:
    """Add the options that `up` and `down` share."""
    for option in (
        click.option("--accept", multiple=True, metavar="RULE@REVISION=REASON",
                     help="Acknowledge a finding; recorded in the report."),
        click.option("--fail-on", type=SEVERITIES, default="danger",
                     help="The severity that refuses."),
        click.option("--backup", "backup_file", type=click.Path(path_type=Path),
                     help="Use this backup instead of a fresh one."),
        click.option("--no-backup", is_flag=True, help="Take no backup (not when protected)."),
        click.option("--no-copy", is_flag=True, help="Do not copy the backup to backup_to."),
        click.option("--yes", is_flag=True, help="Do not ask before applying."),
    ):  # fmt: skip
        command = option(command)
    return command


@migrate.command()
@click.option("--to", default="heads", metavar="REVISION", help="Stop at this revision.")
@click.pass_obj
def preview(context: Context, to: str) -> None:
    """The SQL of the pending revisions, judged with the live database's facts."""
    from tui.commands import migrate_text as text
    from wizards.migrate import shapes

    with console_of(context) as (console, _cancel):
        found = console.preview(context.out.event, to=to)
        for line in text.previews(found, whole=bool(context.verbose)):
            context.out.say(line)
        if found:
            context.out.say(text.worst(found) or _("✓ no findings"))
        context.out.done({"revisions": [shapes.preview(one) for one in found]})


@migrate.command()
@click.option("--to", default="heads", metavar="REVISION", help="Stop at this revision.")
@click.option("--no-rehearsal", is_flag=True, help="Apply without rehearsing first.")
@click.option("--rehearse-on", type=PLACES, default="scratch",
              help="Where to rehearse: a clone of the instance needs no dump.")  # fmt: skip
@click.option("--each", is_flag=True, help="Commit and verify every revision by itself.")
@click.option("--pause", is_flag=True, help="Like --each, and ask before every next revision.")
@_applying
@click.pass_obj
def up(
    context: Context,
    to: str,
    no_rehearsal: bool,
    rehearse_on: str,
    each: bool,
    pause: bool,
    accept: tuple[str, ...],
    fail_on: str,
    backup_file: Path | None,
    no_backup: bool,
    no_copy: bool,
    yes: bool,
) -> None:
    """Back up, rehearse, apply, verify; go back by itself when it fails."""
    from tui.commands import migrate_text as text
    from tui.commands.migrate_rehearse import agree_to_clone
    from wizards.migrate import cards, shapes
    from wizards.migrate.acceptance import Acceptance, require
    from wizards.migrate.model import Severity

    if pause and not context.interactive:
        raise _nobody_to_ask()
    with console_of(context) as (console, cancel):
        level, clone = Severity(fail_on), rehearse_on == "clone"
        rehearses = not no_rehearsal and (clone or not no_backup)
        found = console.preview(context.out.event, to=to)
        known = [one for one in found if not rehearses or not one.reason]
        require(known, [Acceptance.parse(one) for one in accept], level)
        if found and context.interactive and not yes:
            for line in (*text.previews(found), *text.situation(console.situation())):
                context.out.say(line)
            question = ngettext(
                "Apply {count} revision to {target}?",
                "Apply {count} revisions to {target}?",
                len(found),
            )
            click.confirm(question.format(count=len(found), target=console.target_name), abort=True)
        used = named(console, backup_file, context.out.event, cancel)
        if found and rehearses and clone and not yes:
            agree_to_clone(context)
        if found and rehearses:
            tried = console.rehearse(context.out.event, cancel, backup=used, to=to, on_clone=clone)
            used = console.rehearsed_backup or used
            if not tried.ok:
                card = cards.rehearsal_failed(tried, "tarmac migrate up --no-rehearsal")
                context.out.refused(shapes.rehearsal(tried), card)
        finish(
            context,
            console.up(
                context.out.event,
                cancel,
                to=to,
                backup=used,
                accept=accept,
                fail_on=level,
                without_backup=no_backup,
                without_copy=no_copy,
                between=_goes_on if pause else (lambda _revision: True) if each else None,
            ),
        )


def _goes_on(revision: str) -> bool:
    """Ask between two revisions; no = the session ends here and what is done stays."""
    question = _("{revision} is committed and verified. Go on?").format(revision=revision)
    return click.confirm(question, default=True)


def _nobody_to_ask() -> Exception:
    from wizards.failures import UsageFailure

    return UsageFailure(
        "confirmation-missing",
        _("--pause asks before every revision, and nobody is here to answer."),
        next=("tarmac migrate up --each --yes",),
    )


@migrate.command()
@click.option("--to", default="-1", metavar="REVISION", help="-1 is one step, base is all.")
@_applying
@click.pass_obj
def down(
    context: Context,
    to: str,
    accept: tuple[str, ...],
    fail_on: str,
    backup_file: Path | None,
    no_backup: bool,
    no_copy: bool,
    yes: bool,
) -> None:
    """Run downgrades, one step by default; a backup is taken and proved first."""
    from wizards.migrate.model import Severity

    with console_of(context) as (console, cancel):
        if context.interactive and not yes:
            question = _("Downgrade {target} to {revision}?")
            click.confirm(question.format(target=console.target_name, revision=to), abort=True)
        finish(
            context,
            console.down(
                context.out.event,
                cancel,
                to=to,
                backup=named(console, backup_file, context.out.event, cancel),
                accept=accept,
                fail_on=Severity(fail_on),
                without_backup=no_backup,
                without_copy=no_copy,
            ),
        )


@migrate.command()
@click.option("--dry-run", is_flag=True, help="Only show the decision, why and what it loses.")
@click.option("--confirm", default="", metavar="NAME", help="The target's name, typed.")
@click.option("--recover", is_flag=True, help="Bring a session that never ended to its end.")
@click.option("--keep", is_flag=True, help="With --recover: leave the database as it is.")
@click.pass_obj
def rollback(context: Context, dry_run: bool, confirm: str, recover: bool, keep: bool) -> None:
    """Take the last session back: by its downgrades or by its backup, whichever is safe."""
    from tui.commands import migrate_text as text
    from wizards.migrate import shapes
    from wizards.migrate.cards import not_taken_back
    from wizards.migrate.model import Decision

    with console_of(context) as (console, cancel):
        if recover:
            _recover(context, console, cancel, keep=keep)
        plan = console.rollback_plan(context.out.event)
        for line in text.rollback(plan):
            context.out.say(line)
        if dry_run or plan.decision is Decision.NOTHING:
            context.out.done(shapes.rollback(plan))
        if plan.decision is Decision.REFUSE:
            context.out.refused(shapes.rollback(plan), not_taken_back(plan))
        if not confirm and context.interactive and (console.protected or plan.loses):
            confirm = click.prompt(_("Type {name} to roll back").format(name=console.target_name))
        finish(context, console.rollback(plan, context.out.event, cancel, confirmed=confirm))


@migrate.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--confirm", default="", metavar="NAME", help="The target's name, typed.")
@click.option("--in-place", is_flag=True,
              help="Drop all, restore in one transaction: without CREATEDB only.")  # fmt: skip
@click.pass_obj
def restore(context: Context, file: Path, confirm: str, in_place: bool) -> None:
    """Make a backup the database again; the present one is kept under another name."""
    with console_of(context) as (console, cancel):
        chosen = named(console, file, context.out.event, cancel)
        assert chosen is not None
        if not confirm and context.interactive:
            confirm = click.prompt(_("Type {name} to restore").format(name=console.target_name))
        emit = context.out.event
        done = console.restore(chosen, emit, cancel, confirmed=confirm, in_place=in_place)
        finish(context, done)


@migrate.command()
@click.option("--models", is_flag=True, help="Compare the models with the database, too.")
@click.pass_obj
def verify(context: Context, models: bool) -> None:
    """Version, leftovers, health and the configured checks of the target, now."""
    from tui.commands import migrate_text as text
    from wizards.migrate import cards

    with console_of(context) as (console, _cancel):
        found = console.verify(context.out.event)
        if models:
            found.append(console.models(context.out.event))
        for line in text.checks(found):
            context.out.say(line)
        card = cards.checks_failed(found)
        data = {"checks": [check.as_json() for check in found]}
        if card is not None:
            context.out.refused(data, card)
        context.out.done(data)


@migrate.command()
@click.pass_obj
def sessions(context: Context) -> None:
    """What was done to this target, the newest first."""
    from wizards.migrate import shapes

    with console_of(context) as (console, _cancel):
        found = console.sessions()
        for one in found:
            outcome = one.outcome or _("never ended")
            context.out.say(f"{one.id}  {one.kind}  {outcome}  {one.said}")
        if not found:
            context.out.say(_("No sessions yet."))
        context.out.done({"sessions": [shapes.session(one) for one in found]})


@contextmanager
def console_of(context: Context) -> Iterator[tuple[Console, Cancel]]:
    """Open the console; Ctrl-C cancels honestly, a second one ends the project's process."""
    from tui.commands import migrate_text
    from tui.commands.migrate_progress import Progress
    from tui.commands.stopping import stopping
    from wizards.cancel import Cancel
    from wizards.migrate.console import Console

    context.out.render = Progress(migrate_text.event)
    cancel = Cancel()
    console = Console(
        context.root,
        context.env,
        config=context.config,
        stream=context.stream,
        sandbox=context.sandbox_address(),
    )
    _say_of_clones(context)
    try:
        with stopping(cancel, context.out.say):
            yield console, cancel
    except KeyboardInterrupt:
        console.kill()
        raise
    finally:
        console.close()


def _say_of_clones(context: Context) -> None:
    from tui.commands import migrate_cloud_text
    from wizards.migrate.cloudsql import left

    for line in migrate_cloud_text.left(left.clones(context.root)):
        context.out.say(line)


def named(console: Console, file: Path | None, emit: Emit, cancel: Cancel) -> Backup | None:
    """Return the backup of a file's name or path; one that is gone is fetched from its copy.

    Raises the card that lists what there is.
    """
    from wizards.failures import UsageFailure
    from wizards.migrate import manifest

    if file is None:
        return None
    found = {one.path.name: one for one in console.backups()}
    chosen = found.get(file.name) or manifest.read(manifest.beside(file))
    copies = console.project.copies
    chosen = chosen or copies.bring_back(file.name, emit, cancel)
    if chosen is None:
        away = [one for one in copies.names(emit, cancel) if one not in found]
        raise UsageFailure(
            "backup-unknown",
            _("There is no backup {file}.").format(file=file),
            why=_("Nor is there a copy of it in {place}.").format(place=copies.to)
            if copies.to
            else "",
            next=(*list(found)[:5], *away[:5]) or ("tarmac migrate backup",),
        )
    return chosen


def _recover(context: Context, console: Console, cancel: Cancel, *, keep: bool) -> None:
    found = console.interrupted(context.out.event)
    if found is None:
        context.out.say(_("No session was cut off."))
        context.out.done({"outcome": "nothing"})
    context.out.say(found.says)
    done = console.recover(found, context.out.event, cancel, keep=keep)
    finish(context, done, recovered=True)


def finish(context: Context, done: Applied, *, recovered: bool = False) -> None:
    """End the command with what became of a session."""
    from tui.commands import migrate_text as text
    from wizards.migrate import cards, shapes
    from wizards.migrate.model import Outcome

    data = shapes.applied(done)
    if done.outcome in (Outcome.APPLIED, Outcome.NOTHING) or recovered:
        for line in text.applied(done, recovered=recovered):
            context.out.say(line)
    card = cards.checks_failed(done.checks) if recovered else cards.apply_failed(done)
    if card is not None:
        context.out.refused(data, card)
    context.out.done(data)
