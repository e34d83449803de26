"""The keys that do inside the app what a command line says: cards and panes name them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tui.palette import Command
from tui.widgets.footer import key_words


@dataclass(frozen=True, slots=True)
class Way:
    """A command of the app that does what a step of a failure asks for."""

    command: type[Command]
    mode: type[Command] | None

    def keys(self, area: str) -> str:
        """Return what to press from an area: "u", or "4 u" from another one."""
        key = key_words(self.command)
        here = self.mode is None or self.command.area == area
        return key if here or self.mode is None else f"{key_words(self.mode)} {key}"

    def first_key(self, area: str) -> str:
        """Return the first key to press from an area."""
        here = self.mode is None or self.command.area == area
        return (self.command if here or self.mode is None else self.mode).first_key()


def way(step: str) -> Way | None:
    """Return the keys' way to do a step ("tarmac migrate up", "… : tarmac apply"), or None."""
    start = step.find("tarmac ")
    words = step[start:] if start >= 0 else step
    for prefix, command, mode in _ways():
        if words == prefix or words.startswith(prefix + " "):
            return Way(command, mode)
    return None


@cache
def _ways() -> tuple[tuple[str, type[Command], type[Command] | None], ...]:
    from tui.anywhere import GoFiles, GoMigrate, GoSetup, GoStatus
    from tui.screens.migrate import commands as migrate
    from tui.screens.setup import commands as setup

    return (
        ("tarmac migrate rollback --recover --keep", migrate.KeepAsItIs, GoMigrate),
        ("tarmac migrate rollback --recover", migrate.Recover, GoMigrate),
        ("tarmac migrate rollback", migrate.RollBack, GoMigrate),
        ("tarmac migrate rehearse", migrate.Rehearse, GoMigrate),
        ("tarmac migrate resolve", migrate.Resolve, GoMigrate),
        ("tarmac migrate sessions", migrate.PastSessions, GoMigrate),
        ("tarmac migrate restore", migrate.Backups, GoMigrate),
        ("tarmac migrate watch", migrate.Watch, GoMigrate),
        ("tarmac migrate backup", migrate.BackUp, GoMigrate),
        ("tarmac migrate verify", migrate.Verify, GoMigrate),
        ("tarmac migrate status", migrate.Reload, GoMigrate),
        ("tarmac migrate preview", migrate.Reload, GoMigrate),
        ("tarmac migrate up", migrate.Apply, GoMigrate),
        ("--accept", migrate.Apply, GoMigrate),
        ("tarmac apply --resume", setup.Resume, GoSetup),
        ("tarmac undo", setup.Undo, GoSetup),
        ("tarmac export", setup.Export, GoSetup),
        ("tarmac apply", setup.ShowPlan, GoSetup),
        ("tarmac plan", setup.ShowPlan, GoSetup),
        ("tarmac drift", setup.ShowDrift, GoSetup),
        ("tarmac init", setup.ShowInterview, GoSetup),
        ("tarmac generate", GoFiles, None),
        ("tarmac status", GoStatus, None),
    )
