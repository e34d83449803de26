"""What a person can do in set-up."""

from __future__ import annotations

from generators.language import N_
from tui.palette import Command
from tui.screens.area import Filter


class SetupCommand(Command):
    """A command of set-up."""

    area = "setup"


class NextPage(SetupCommand):
    """Go to the next page of questions; after the last one, to what will be written."""

    key = "ctrl+n"
    label = N_("next")


class PreviousPage(SetupCommand):
    """Go back one page; the answers stay."""

    key = "ctrl+b"
    label = N_("back")


class Choices(SetupCommand):
    """List what the question can be answered with, as Google Cloud says it now."""

    key = "ctrl+l"
    label = N_("choices")


class Pages(SetupCommand):
    """Jump to any page of questions."""

    key = "ctrl+o"
    label = N_("pages")


class Review(SetupCommand):
    """Show every answer on one page; Enter on one goes there to change it."""

    key = "ctrl+t"
    label = N_("review")


class WriteAnswers(SetupCommand):
    """Show the tarmac.toml that the answers make, then write it."""

    key = "ctrl+s"
    label = N_("write tarmac.toml")


class ShowInterview(SetupCommand):
    """Go to the questions; they can be answered again at any time."""

    key = "i"
    label = N_("questions")


class ShowPlan(SetupCommand):
    """Compare tarmac.toml with Google Cloud and show what would change, with cost; changes
    nothing.
    """

    key = "p"
    label = N_("plan")


class PlanNow(SetupCommand):
    """Show the plan, also from inside a field; changes nothing."""

    key = "ctrl+g"
    label = N_("plan")


class Apply(SetupCommand):
    """Carry the plan out, after one confirmation."""

    key = "a"
    label = N_("apply")


class Stop(SetupCommand):
    """Stop the apply at its next safe place; what is done is journalled and can be resumed."""

    key = "x"
    label = N_("stop")


class Resume(SetupCommand):
    """Go on with an apply that was interrupted: looks at Google Cloud again first."""

    key = "u"
    label = N_("resume")


class CopyCommand(SetupCommand):
    """Copy the gcloud command of the change under the cursor, or what cures a verdict."""

    key = "c"
    label = N_("copy")


class OnlyChanges(SetupCommand):
    """Hide the rows that stay as they are, or show them again."""

    key = "o"
    label = N_("only changes")


class Undo(SetupCommand):
    """Show what Tarmac made here and what taking it back would lose; pressed again, take it back
    after one question.
    """

    key = "z"
    label = N_("undo")


class ShowDrift(SetupCommand):
    """Compare Google Cloud with tarmac.toml: what differs, whose doing it was; changes nothing."""

    key = "d"
    label = N_("drift")


class AdoptDrift(SetupCommand):
    """Write what Google Cloud has into tarmac.toml, for the difference under the cursor."""

    key = "w"
    label = N_("write down")


class RevertDrift(SetupCommand):
    """Bring the item under the cursor back to what tarmac.toml says."""

    key = "v"
    label = N_("revert")


class IgnoreDrift(SetupCommand):
    """Agree in tarmac.toml to leave the difference under the cursor as it is."""

    key = "n"
    label = N_("ignore")


class Export(SetupCommand):
    """Write the set-up as Terraform with import blocks, or as a gcloud script."""

    key = "e"
    label = N_("export")


class ReadAgain(SetupCommand):
    """Read tarmac.toml, the folder and the kept answers again."""

    key = "ctrl+r,f9"
    label = N_("read again")


class FilterChanges(Filter):
    """Filter the changes of the plan."""

    area = "setup"


PAGING = (NextPage, PreviousPage, Choices, Pages, Review)
ASKING = (NextPage, PreviousPage, Choices, Review, WriteAnswers, PlanNow)
PLANNING = (Apply, ShowInterview, CopyCommand, ShowDrift, Undo)
UNDOING = (Undo, ShowPlan, ShowInterview, CopyCommand, FilterChanges)
DRIFTING = (AdoptDrift, RevertDrift, IgnoreDrift, ShowPlan, CopyCommand)
ANSWERS = (AdoptDrift, RevertDrift, IgnoreDrift)
MUTATING = (Apply, Resume, WriteAnswers, *ANSWERS)
APPLYING = (Stop, CopyCommand, ShowInterview, FilterChanges)
OFFERS = (
    NextPage,
    PreviousPage,
    Choices,
    Pages,
    Review,
    WriteAnswers,
    ShowInterview,
    ShowPlan,
    PlanNow,
    Apply,
    Stop,
    Resume,
    CopyCommand,
    OnlyChanges,
    Undo,
    ShowDrift,
    *ANSWERS,
    Export,
    ReadAgain,
    FilterChanges,
)
