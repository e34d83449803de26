"""Commands, one small class each: the key, the footer's word, the palette's entry and the help."""

from __future__ import annotations

import inspect
import re
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.command import DiscoveryHit, Hit, Hits, Provider

from generators.language import _

if TYPE_CHECKING:
    from textual.screen import Screen


class Command:
    """A thing a person can do.

    ``key`` may hold several keys ("q,ctrl+q"); ``also`` is one that gives way to a text field;
    ``label`` is the English source of the footer's
    word; ``footer`` puts it there; the class docstring, translated, is the help. ``area`` names
    the mode, so that ``area.name`` is the binding's id (people remap by it).
    """

    area: ClassVar[str] = "app"
    key: ClassVar[str] = ""
    also: ClassVar[str] = ""
    label: ClassVar[str] = ""
    footer: ClassVar[bool] = False
    priority: ClassVar[bool] = False

    @classmethod
    def name(cls) -> str:
        """The class name in snake case: RollBack is ``roll_back``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def id(cls) -> str:
        """The stable id of the binding: ``area.name``."""
        return f"{cls.area}.{cls.name()}"

    @classmethod
    def binding(cls) -> Binding:
        """The Textual binding; its action is ``command('area.name')`` on screen or app."""
        return Binding(
            cls.key, f"command('{cls.id()}')", cls.label, id=cls.id(), priority=cls.priority
        )

    @classmethod
    def also_binding(cls) -> Binding:
        """The binding of the key that gives way to a text field."""
        return Binding(cls.also, f"command('{cls.id()}')", cls.label, id=f"{cls.id()}_too")

    @classmethod
    def words(cls) -> str:
        """The label in the person's language."""
        return _(cls.label)

    @classmethod
    def help(cls) -> str:
        """The docstring in the person's language, as one paragraph."""
        return _(docstring(cls))

    @classmethod
    def first_key(cls) -> str:
        """The key shown to people: the first of several."""
        return cls.key.split(",")[0]


def docstring(command: type[Command]) -> str:
    """Return the docstring as one line: the message id under which it is translated."""
    return " ".join(inspect.cleandoc(command.__doc__ or "").split())


def every_command() -> list[type[Command]]:
    """Import every screen and return the commands people see, for the catalogue and the docs."""
    import importlib
    import pkgutil

    import tui.anywhere
    import tui.screens

    for module in pkgutil.walk_packages(tui.screens.__path__, "tui.screens."):
        importlib.import_module(module.name)
    found, waiting = [], [Command]
    while waiting:
        waiting += (below := waiting.pop().__subclasses__())
        found += [command for command in below if command.label]
    return sorted(found, key=lambda command: (command.area, command.name()))


def bindings(*commands: type[Command]) -> list[BindingType]:
    """Return the bindings of the commands that have a key."""
    first: list[BindingType] = [command.binding() for command in commands if command.key]
    return [*first, *(command.also_binding() for command in commands if command.also)]


class Offers:
    """Whoever offers commands: a screen or the app.

    ``why_not`` says in words why a command cannot run now, or returns an empty string;
    ``do`` runs it.
    """

    OFFERS: ClassVar[tuple[type[Command], ...]] = ()

    def why_not(self, command: type[Command]) -> str:
        """Return the reason why a command is not available now ("" when it is)."""
        del command
        return ""

    def do(self, command: type[Command]) -> None:
        """Run a command by calling the method of the same name."""
        getattr(self, f"do_{command.name()}")()

    def action_command(self, command_id: str) -> None:
        """Be the action of every command's binding."""
        command = self.offered(command_id)
        if command is not None:
            self.do(command)

    def in_footer(self) -> tuple[type[Command], ...]:
        """Return the commands for the footer, the most important first."""
        return tuple(command for command in self.OFFERS if command.footer)

    def offered(self, command_id: str) -> type[Command] | None:
        """Return the command with this id, if it is offered here."""
        return next((offer for offer in self.OFFERS if offer.id() == command_id), None)


class TarmacCommands(Provider):
    """The palette: every command of the screen and of the app, with key and help."""

    def _entries(self) -> list[tuple[type[Command], partial[None]]]:
        return [
            (command, partial(offers_and_runs, self.screen, command))
            for offers in (self.screen, self.app)
            if isinstance(offers, Offers)
            for command in offers.OFFERS
        ]

    async def discover(self) -> Hits:
        """Yield every command before anything is typed."""
        for command, run in self._entries():
            yield DiscoveryHit(_title(command), run, help=command.help())

    async def search(self, query: str) -> Hits:
        """Yield the commands that match what was typed."""
        matcher = self.matcher(query)
        for command, run in self._entries():
            title = _title(command)
            score = matcher.match(f"{title} {command.help()}")
            if score > 0:
                yield Hit(score, matcher.highlight(title), run, help=command.help())


def offers_and_runs(screen: Screen[object], command: type[Command]) -> None:
    """Run a command as its key would: the screen first, else the app; reasons included."""
    for offers in (screen, screen.app):
        if isinstance(offers, Offers) and command in offers.OFFERS:
            offers.action_command(command.id())
            return


def _title(command: type[Command]) -> str:
    words = command.words()
    return f"{words}  ({command.first_key()})" if command.key else words
