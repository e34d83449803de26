"""The shell: modes, jobs, busy refusals, quitting, failure cards, the log of commands."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Button

from generators.language import _
from tests.app.conftest import Opened
from tests.app.fakes import FakeContext, FakeEngines
from tui.engines.journey import Step
from tui.presence import Presence
from tui.screens.card import FailureCard
from tui.screens.commands_run import CommandsRunScreen
from tui.screens.confirm import Confirm
from tui.screens.files import FilesScreen
from tui.screens.home import HomeScreen
from tui.screens.migrate.screen import MigrateScreen
from tui.screens.setup.screen import SetupScreen
from tui.screens.status import StatusScreen
from tui.themes import keep_theme, kept_theme
from tui.widgets.rows import Rows
from wizards.failures import Failure


async def test_digits_and_function_keys_switch_modes(opened: Opened) -> None:
    async with opened() as driven:
        for key, screen in (
            ("f4", FilesScreen),
            ("4", MigrateScreen),
            ("5", StatusScreen),
            ("2", SetupScreen),
            ("f2", HomeScreen),
        ):
            await driven.press(key)
            assert isinstance(driven.app.screen, screen)


async def test_the_header_shows_the_keys_that_work_while_a_field_has_the_keyboard(
    opened: Opened,
) -> None:
    async with opened() as driven:
        await driven.press("f3")
        assert "F2 Home F3 SETUP F4 Files" in driven.text.splitlines()[0]
        await driven.press("escape")
        assert "1 Home 2 SETUP 3 Files" in driven.text.splitlines()[0]
        await driven.pilot.resize_terminal(62, 24)
        await driven.press("i")
        assert "■ protected" in driven.text.splitlines()[0]


async def test_ctrl_c_in_a_field_copies_and_says_how_to_leave(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("f3", "ctrl+c")
        assert "^q leaves" in driven.notices


async def test_a_question_mark_opens_the_help_but_is_typed_in_a_field(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("?")
        assert "F1 ?" in driven.text or "This screen" in driven.text
        await driven.press("escape", "4", "slash", "?")
        assert not driven.app.screen.is_modal
        assert "no row matches" in driven.text


async def test_home_stands_on_the_next_step_and_names_its_key_from_elsewhere(
    opened: Opened,
) -> None:
    async with opened() as driven:
        assert "▶ ▲ 3 Files" in driven.text
        assert "write them  ↵" in driven.text
        await driven.press("down")
        assert "write them  3" in driven.text


async def test_a_broken_tarmac_toml_comes_first(opened: Opened) -> None:
    engines = FakeEngines()
    engines.journey.setup = _broken  # type: ignore[method-assign]
    async with opened(engines=engines) as driven:
        assert "✗ see what is wrong" in driven.text
        await driven.press("enter")
        assert isinstance(driven.app.screen, SetupScreen)


def _broken() -> Step:
    raise Failure("blueprint-not-toml", "tarmac.toml line 2 is not TOML")


async def test_the_header_names_project_target_and_protection(opened: Opened) -> None:
    async with opened() as driven:
        first = driven.text.splitlines()[0]
        assert "Tarmac · notes · prod ■ protected" in first
        assert "HOME" in first


async def test_a_second_mutation_is_refused_with_what_runs(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("4")
        driven.engines.migrate.gate.clear()
        await driven.press("b", "h")
        assert driven.engines.migrate.calls == ["backup"]
        assert "backup is running" in driven.notices
        driven.engines.migrate.gate.set()


async def test_work_goes_on_while_another_mode_is_shown(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("4")
        driven.engines.migrate.gate.clear()
        await driven.press("b", "1")
        assert "» backup" in driven.text.splitlines()[0]
        driven.engines.migrate.gate.set()
        await driven.press("4")
        assert "restorable" in driven.text


async def test_q_leaves_at_once_when_nothing_runs(opened: Opened) -> None:
    async with opened() as driven:
        await driven.pilot.press("q")
        await driven.pilot.pause()
    assert driven.app.return_code == 0


async def test_q_asks_while_something_runs_and_staying_has_the_focus(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("4")
        driven.engines.migrate.gate.clear()
        await driven.press("b", "q")
        assert isinstance(driven.app.screen, Confirm)
        focused = driven.app.focused
        assert isinstance(focused, Button)
        assert str(focused.label) == _("stay")
        await driven.press("enter")
        assert isinstance(driven.app.screen, MigrateScreen)
        await driven.press("q", "tab")
        await driven.pilot.press("enter")
        await driven.until(lambda: driven.app.return_code == 0)
    assert driven.app.jobs["migrate.backup"].state == "cancelled"


async def test_a_failure_is_a_card_with_the_raw_error_one_key_away(opened: Opened) -> None:
    async with opened() as driven:
        failure = Failure(
            "no-login",
            "Nobody is [logged] in",
            why="there are no credentials",
            next=("gcloud auth application-default login",),
            raw="DefaultCredentialsError: [/tmp]",
        )
        driven.app.show_failure(failure)
        await driven.settle()
        assert isinstance(driven.app.screen, FailureCard)
        assert "Nobody is [logged] in" in driven.text
        assert "gcloud auth application-default login" in driven.text
        assert "DefaultCredentialsError" not in driven.text
        await driven.press("e")
        assert "DefaultCredentialsError: [/tmp]" in driven.text
        await driven.press("escape")
        assert isinstance(driven.app.screen, HomeScreen)


async def test_the_commands_that_ran_are_listed_and_copied(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("2", "ctrl+g", "a", "tab", "enter")
        await driven.press("l")
        assert isinstance(driven.app.screen, CommandsRunScreen)
        assert "$ gcloud services enable" in driven.text
        await driven.press("home", "c")
        assert driven.app.clipboard.startswith("gcloud services enable")


async def test_the_home_screen_suggests_what_was_interrupted_first(opened: Opened) -> None:
    engines = FakeEngines()
    engines.journey.interrupted = True
    async with opened(engines=engines) as driven:
        assert "resume the unfinished apply" in driven.text
        assert "stopped at Cloud SQL notes-db" in driven.text
        await driven.press("enter")
        assert isinstance(driven.app.screen, SetupScreen)


async def test_a_part_of_home_that_fails_says_why_and_the_others_go_on(opened: Opened) -> None:
    engines = FakeEngines()
    engines.journey.failure = Failure("database-down", "The database does not answer")
    async with opened(engines=engines) as driven:
        assert "The database does not answer" in driven.text
        assert "2 of 5 files differ" in driven.text


async def test_home_never_says_that_all_is_well_while_a_part_is_red(opened: Opened) -> None:
    engines = FakeEngines()
    broken = Failure("blueprint-not-toml", "tarmac.toml line 1 is not TOML", why="x = [")

    def refuse() -> Step:
        raise broken

    for look in ("setup", "files", "migrations"):
        setattr(engines.journey, look, refuse)
    async with opened(engines=engines) as driven:
        assert "Everything is in place" not in driven.text
        assert driven.text.count("tarmac.toml line 1 is not TOML: x = [") == 4


async def test_slash_filters_a_list_and_escape_shows_everything_again(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("4", "slash", *"audit")
        rows = driven.app.screen.query_one("#revisions", Rows)
        assert [row.id for row in rows.rows] == ["b1b1c3"]
        await driven.press("enter")
        assert driven.app.focused is rows
        await driven.press("slash", "escape")
        assert len(rows.rows) == 5


async def test_both_themes_draw_every_mode(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        await driven.press("t")
        assert driven.app.theme == "tarmac-light"
        for key in "2345":
            await driven.press(key)
            assert "Tarmac" in driven.text


async def test_the_mouse_switches_modes_and_presses_the_footer_s_keys(opened: Opened) -> None:
    async with opened() as driven:
        line = driven.text.splitlines()[0]
        await driven.pilot.click("Header", offset=(line.index("Migrate") + 2, 0))
        await driven.settle()
        assert isinstance(driven.app.screen, MigrateScreen)
        line = driven.text.splitlines()[-1]
        await driven.pilot.click("Footer", offset=(line.index("rehearse"), 0))
        await driven.settle()
        assert driven.engines.migrate.calls == ["rehearse"]


@pytest.mark.parametrize("spoken", ["en", "ko"], indirect=True)
async def test_the_header_marks_the_sandbox_at_eighty_columns_too(opened: Opened) -> None:
    async with opened() as driven:
        assert _("sandbox") not in driven.text.splitlines()[0]
        driven.app.sandbox = True
        await driven.settle()
        first = driven.text.splitlines()[0]
        assert f"prod {_('sandbox')} ■ {_('protected')}" in first
        assert _("Status") in first


async def test_the_theme_is_remembered_between_runs(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("t")
        assert driven.app.theme == "tarmac-light"
    async with opened() as driven:
        assert driven.app.theme == "tarmac-light"


def test_a_damaged_theme_file_gives_the_dark_theme(tmp_path: Path) -> None:
    keep_theme("no-such-theme")
    assert kept_theme() == "tarmac-dark"


async def test_notices_never_cover_a_card_or_the_footer(opened: Opened) -> None:
    async with opened() as driven:
        driven.app.say("a notice that was shown before")
        await driven.settle()
        place = next(n for n, line in enumerate(driven.text.splitlines()) if "a notice" in line)
        assert 0 < place < 5
        driven.app.show_failure(Failure("no-login", "Nobody is logged in"))
        await driven.settle()
        assert "a notice that was shown before" not in driven.text
        driven.app.say("copied")
        await driven.settle()
        assert "copied" in driven.text
        assert "esc close" in driven.text


@pytest.mark.parametrize("keys", [(), ("4", "r"), ("2",), ("ctrl+p",)])
async def test_a_terminal_that_is_too_small_says_so_and_loses_nothing(
    opened: Opened, keys: tuple[str, ...]
) -> None:
    async with opened() as driven:
        await driven.press(*keys)
        screen, focused = driven.app.screen, driven.app.focused
        await driven.pilot.resize_terminal(40, 12)
        await driven.settle()
        if "ctrl+p" not in keys:  # the palette is Textual's own
            assert "40×12 is too small" in driven.text
        await driven.press("escape", "enter", "q", "r")
        await driven.pilot.resize_terminal(80, 24)
        await driven.settle()
        assert driven.app.screen is screen
        assert driven.app.focused is focused
        assert driven.engines.migrate.calls == []
        assert "too small" not in driven.text


async def test_with_room_the_way_explains_itself(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        assert "your own edits are merged" in driven.text
        assert "3 look at the differences and write them" in driven.text
        await driven.pilot.resize_terminal(80, 24)
        await driven.settle()
        assert "your own edits are merged" not in driven.text


async def test_a_card_names_the_key_that_does_what_its_command_does(opened: Opened) -> None:
    async with opened() as driven:
        failure = Failure(
            "project-missing",
            "tarmac.toml names no project",
            next=("tarmac init --set project.id=…", "tarmac status"),
        )
        driven.app.show_failure(failure)
        await driven.settle()
        assert "2 i questions   tarmac init --set project.id=…" in driven.text
        assert "5 status   tarmac status" in driven.text
        await driven.press("5")
        assert isinstance(driven.app.screen, StatusScreen)


async def test_home_looks_again_by_itself_after_something_was_changed_elsewhere(
    opened: Opened,
) -> None:
    async with opened() as driven:
        driven.engines.journey.looks.clear()
        await driven.press("f4", "f2")
        assert driven.engines.journey.looks == []
        await driven.press("f4", "W", "tab", "enter", "f2")
        assert sorted(driven.engines.journey.looks) == ["files", "migrations", "services", "setup"]


async def test_a_second_app_on_the_same_folder_says_so_and_works(
    opened: Opened, tmp_path: Path
) -> None:
    other = Presence(FakeContext().root)
    assert other.enter()
    async with opened() as driven:
        assert "this folder is open in another Tarmac as well" in driven.notices
    other.leave()
    async with opened() as driven:
        assert "another Tarmac" not in driven.notices
