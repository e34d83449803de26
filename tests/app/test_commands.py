"""Commands: keys, reasons, help and palette come from one small class each."""

from __future__ import annotations

from itertools import chain

import pytest
from rich.cells import cell_len

from tests.app.conftest import Opened
from tui.anywhere import ANYWHERE
from tui.palette import Command, docstring
from tui.screens.area import Filter
from tui.screens.files import FilesScreen
from tui.screens.help import HelpCard
from tui.screens.home import HomeScreen
from tui.screens.migrate.screen import MigrateScreen
from tui.screens.setup.screen import SetupScreen
from tui.screens.status import StatusScreen
from tui.widgets.footer import Footer

SCREENS = (HomeScreen, SetupScreen, FilesScreen, MigrateScreen, StatusScreen)
EVERY = tuple(dict.fromkeys(chain(ANYWHERE, *(screen.OFFERS for screen in SCREENS))))


@pytest.mark.parametrize("command", EVERY, ids=lambda command: command.id())
def test_every_command_has_words_help_and_an_id(command: type[Command]) -> None:
    assert command.label
    assert docstring(command).endswith(".")
    assert command.id() == f"{command.area}.{command.name()}"


def test_every_screen_can_do_what_it_offers() -> None:
    for screen in SCREENS:
        for command in screen.OFFERS:
            known = issubclass(command, Filter) or hasattr(screen, f"do_{command.name()}")
            assert known, command.id()


def test_no_screen_binds_a_key_twice() -> None:
    for screen in SCREENS:
        keys = [key for command in screen.OFFERS for key in command.key.split(",") if key]
        assert len(keys) == len(set(keys))


async def test_help_lists_every_key_of_the_screen_with_its_docstring(opened: Opened) -> None:
    async with opened(120, 60) as driven:
        await driven.press("4", "f1")
        assert isinstance(driven.app.screen, HelpCard)
        for command in MigrateScreen.OFFERS:
            assert docstring(command)[:30] in " ".join(driven.text.split())
        await driven.press("f1")
        assert isinstance(driven.app.screen, MigrateScreen)


async def test_a_disabled_key_says_why(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("4", "x")
        assert "nothing is running" in driven.notices


async def test_the_palette_runs_a_command_by_name(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("ctrl+p")
        await driven.press(*"dark")
        await driven.until(lambda: "Change between the dark" in driven.text)
        before = driven.app.theme
        await driven.press("enter")
        await driven.until(lambda: driven.app.theme != before)


@pytest.mark.parametrize("spoken", ["en", "ko"], indirect=True)
@pytest.mark.parametrize("mode", ["1", "2", "3", "4", "5"])
async def test_the_footer_fits_eighty_columns(opened: Opened, mode: str) -> None:
    async with opened() as driven:
        await driven.press(mode)
        footer = driven.app.screen.query_one(Footer)
        line = footer.render().plain
        assert cell_len(line) <= 80
        assert len(footer.commands()) <= 6
        assert line.rstrip().startswith("F1", line.rindex("F1"))


async def test_keys_can_be_remapped_by_id(opened: Opened) -> None:
    async with opened() as driven:
        driven.app.set_keymap({"app.switch_theme": "ctrl+t"})
        before = driven.app.theme
        await driven.press("ctrl+t")
        assert driven.app.theme != before
