"""The commands that work on every screen."""

from __future__ import annotations

from generators.language import N_
from tui.palette import Command


class GoHome(Command):
    """Go to the home screen: what this folder is and what to do next."""

    key = "1,f2"
    label = N_("home")


class GoSetup(Command):
    """Go to set-up: the interview, the plan and its apply."""

    key = "2,f3"
    label = N_("setup")


class GoFiles(Command):
    """Go to the generated files and their differences."""

    key = "3,f4"
    label = N_("files")


class GoMigrate(Command):
    """Go to the migration console."""

    key = "4,f5"
    label = N_("migrate")


class GoStatus(Command):
    """Go to the panels that show what is deployed."""

    key = "5,f6"
    label = N_("status")


class CommandsRun(Command):
    """Show every command that ran: the gcloud and SQL equivalents, ready to copy."""

    key = "l"
    label = N_("commands run")


class SwitchTheme(Command):
    """Change between the dark and the light theme."""

    key = "t"
    label = N_("dark / light")


class SavePicture(Command):
    """Save the screen as an SVG picture in the current folder."""

    label = N_("save a picture of the screen")


class SearchCommands(Command):
    """Open the palette: every command by name."""

    key = "ctrl+p"
    label = N_("command palette")


class Quit(Command):
    """Leave Tarmac; asks first when something is still running."""

    key = "q,ctrl+q,ctrl+c"
    label = N_("quit")


class Help(Command):
    """Explain this screen: every key and what it does."""

    key = "f1"
    also = "question_mark"
    label = N_("help")
    footer = True
    priority = True


ANYWHERE = (
    GoHome,
    GoSetup,
    GoFiles,
    GoMigrate,
    GoStatus,
    CommandsRun,
    SwitchTheme,
    SavePicture,
    SearchCommands,
    Quit,
    Help,
)
