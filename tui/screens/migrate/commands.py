"""What a person can do in the migration console."""

from __future__ import annotations

from generators.language import N_
from tui.palette import Command
from tui.screens.area import Filter


class MigrateCommand(Command):
    """A command of the migration console."""

    area = "migrate"


class Apply(MigrateCommand):
    """Apply the pending revisions to the target, after one confirmation with all findings."""

    key = "a"
    label = N_("apply")
    footer = True


class Rehearse(MigrateCommand):
    """Run the pending revisions on a scratch copy and measure time and locks; the target is not
    touched.
    """

    key = "h"
    label = N_("rehearse")
    footer = True


class BackUp(MigrateCommand):
    """Dump the target and prove the dump by restoring it to scratch."""

    key = "b"
    label = N_("backup")
    footer = True


class RollBack(MigrateCommand):
    """Take the last session back; first shows the decision, why, and what would be lost."""

    key = "r"
    label = N_("roll back")
    footer = True


class ApplyToHere(MigrateCommand):
    """Apply only up to the revision under the cursor, after the same confirmation."""

    key = "A"
    label = N_("apply to here")


class RehearseToHere(MigrateCommand):
    """Rehearse only up to the revision under the cursor."""

    key = "H"
    label = N_("rehearse to here")


class RehearseOnClone(MigrateCommand):
    """Rehearse on a clone of the Cloud SQL instance, which is made for it and deleted afterwards:
    for databases that are too large to dump and restore.
    """

    key = "N"
    label = N_("rehearse on a clone")


class CopyFix(MigrateCommand):
    """Copy the safer SQL of the statement under the cursor, or its SQL when there is none."""

    key = "c"
    label = N_("copy")


class CopySql(MigrateCommand):
    """Copy the whole SQL of the revision."""

    key = "C"
    label = N_("copy all SQL")


class Stop(MigrateCommand):
    """Stop what runs at its next safe place; a running statement is cancelled in the database."""

    key = "x"
    label = N_("stop")


class Recover(MigrateCommand):
    """Bring an interrupted session to a known end: resume it or take it back, and say which."""

    key = "u"
    label = N_("recover")


class KeepAsItIs(MigrateCommand):
    """End an interrupted session and leave the database as it is; it can be taken back later."""

    key = "K"
    label = N_("keep as it is")


class Verify(MigrateCommand):
    """Check the target now: version, structure, row counts, health."""

    key = "v"
    label = N_("verify")


class GoOn(MigrateCommand):
    """Between two revisions: let the next one begin."""

    key = "enter"
    label = N_("go on")


class StopHere(MigrateCommand):
    """Between two revisions: end the session here; what is committed stays."""

    key = "s"
    label = N_("stop here and keep")


class InTheWay(MigrateCommand):
    """Show who would make the migration wait, or blocks it now, with the SQL that ends them."""

    key = "i"
    label = N_("in the way")


class Watch(MigrateCommand):
    """Watch the target for ten minutes: the checks again and again; the same key ends it."""

    key = "w"
    label = N_("watch")


class Longer(MigrateCommand):
    """Watch five minutes longer."""

    key = "plus"
    label = N_("longer")


class Shorter(MigrateCommand):
    """Watch five minutes less."""

    key = "minus"
    label = N_("shorter")


class PastSessions(MigrateCommand):
    """List the past sessions: what, when, how it ended; Enter opens the report."""

    key = "p"
    label = N_("past sessions")


class Backups(MigrateCommand):
    """List the backups; Enter restores one, after the target's name is typed."""

    key = "B"
    label = N_("backups")


class Resolve(MigrateCommand):
    """Settle a migration that failed in an earlier run (Prisma): say what became of its SQL."""

    key = "m"
    label = N_("settle the failed migration")


class Target(MigrateCommand):
    """Choose another environment, that is another database."""

    key = "e"
    label = N_("target")


class Reload(MigrateCommand):
    """Read revisions, findings and facts again."""

    key = "ctrl+r,f9"
    label = N_("read again")


class FilterRevisions(Filter):
    """Filter the revisions (or the statements, when they have the keyboard)."""

    area = "migrate"
    footer = True


OFFERS = (
    Apply,
    Rehearse,
    BackUp,
    RollBack,
    FilterRevisions,
    ApplyToHere,
    RehearseToHere,
    RehearseOnClone,
    CopyFix,
    CopySql,
    Stop,
    Recover,
    KeepAsItIs,
    Verify,
    InTheWay,
    Watch,
    Longer,
    Shorter,
    PastSessions,
    Backups,
    GoOn,
    StopHere,
    Resolve,
    Target,
    Reload,
)
