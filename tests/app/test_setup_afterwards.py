"""Taking back, comparing and exporting by keyboard alone."""

from __future__ import annotations

from textual.widgets import Button, Input

from tests.app.conftest import Opened
from tests.app.fake_afterwards import FakeUndoPlan
from tests.app.fakes import FakeEngines
from tui.screens.confirm import Confirm
from tui.screens.setup.screen import SetupScreen
from tui.screens.setup.undo_card import UndoCard
from wizards.failures import Failure


async def test_the_undo_shows_what_goes_what_stays_and_what_asks_for_its_name(
    opened: Opened,
) -> None:
    async with opened(120, 36) as driven:
        await driven.press("2", "escape", "z")
        for words in (
            "- delete    service account notes-run",
            "■ asks      database instance notes-db",
            "✓ stays     project notes-prod-7  somebody's bucket lives in it",
            "$ gcloud iam service-accounts delete",
        ):
            assert words in driven.text
        await driven.press("c")
        assert driven.app.clipboard == "gcloud iam service-accounts delete notes-run"


async def test_an_undo_without_the_name_leaves_the_data_where_it_is(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("2", "escape", "z", "z")
        assert isinstance(driven.app.screen, UndoCard)
        assert driven.app.focused is driven.app.screen.query_one("#no", Button)
        assert "every database in it" in driven.text
        assert "cancel" in driven.text
        await driven.press("enter")
        assert driven.engines.setup.afterwards.calls == ["plan_undo"]
        await driven.press("z", "tab", "enter")
        assert driven.engines.setup.afterwards.names == ()
        assert "✓ 1 done" in driven.text


async def test_the_typed_name_takes_the_data_along_and_the_card_says_so_at_once(
    opened: Opened,
) -> None:
    async with opened() as driven:
        await driven.press("2", "escape", "z", "z")
        field = driven.app.screen.query_one(Input)
        field.focus()
        await driven.press(*"notes-d")
        assert "1 waits for its name" in driven.text
        await driven.press("b")
        assert "- database instance notes-db" in driven.text
        assert "3 go · 0 wait for their name · 1 stays" in driven.text
        await driven.press("tab", "tab", "enter")
        assert driven.engines.setup.afterwards.names == ("notes-db",)


async def test_names_typed_for_an_undo_that_did_not_end_are_not_asked_again(
    opened: Opened,
) -> None:
    engines = FakeEngines()
    engines.setup.afterwards.earlier = ("notes-db",)
    async with opened(engines=engines) as driven:
        await driven.press("2", "escape", "z", "z")
        assert not driven.app.screen.query(Input)
        await driven.press("tab", "enter")
        assert engines.setup.afterwards.names == ("notes-db",)


async def test_nothing_to_take_back_is_said_and_asks_nothing(opened: Opened) -> None:
    engines = FakeEngines()
    engines.setup.afterwards.found = FakeUndoPlan(removals=())
    async with opened(engines=engines) as driven:
        await driven.press("2", "escape", "z", "z")
        assert isinstance(driven.app.screen, SetupScreen)
        assert "there is nothing to take back" in driven.notices


async def test_an_undo_that_cannot_be_read_says_why_in_place(opened: Opened) -> None:
    engines = FakeEngines()
    engines.setup.afterwards.fails = Failure("hidden", "nobody can see the project")
    async with opened(engines=engines) as driven:
        await driven.press("2", "escape", "z")
        assert "✗ nobody can see the project" in driven.text


async def test_drift_shows_each_field_and_whose_doing_it_was(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        await driven.press("2", "escape", "d")
        for words in (
            "~ changed      database instance notes-db",
            "tier: db-g1-small  ≠ db-f1-micro",
            "by somebody",
            "→ database.tier",
            "? unknown      secret notes-key",
        ):
            assert words in driven.text


async def test_a_difference_is_adopted_ignored_or_reverted_after_one_question(
    opened: Opened,
) -> None:
    async with opened() as driven:
        await driven.press("2", "escape", "d", "w")
        assert isinstance(driven.app.screen, Confirm)
        assert "database.tier = db-g1-small" in driven.text
        await driven.press("enter")
        await driven.press("w", "tab", "enter")
        await driven.press("d", "down", "n", "tab", "enter")
        await driven.press("d", "v", "tab", "enter")
        calls = driven.engines.setup.afterwards.calls
        assert [call for call in calls if call not in ("drift", "plan_undo")] == [
            "adopt sql.instance:notes-db",
            "ignore sql.instance:notes-db.tier",
            "revert sql.instance:notes-db",
        ]


async def test_what_no_key_can_take_or_nothing_can_revert_says_so(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("2", "escape", "d", "down", "down", "w", "v")
        assert "write down: no key of tarmac.toml can take it over" in driven.notices
        assert "revert: it cannot be reverted from here" in driven.notices


async def test_an_export_says_where_and_what_it_would_replace_before_it_writes(
    opened: Opened,
) -> None:
    async with opened() as driven:
        await driven.press("2", "escape", "p", "e", "enter")
        assert "▲ main.tf" in driven.text
        assert "yours is kept as FILE.before" in driven.text
        assert "not covered: build.trigger:notes" in driven.text
        await driven.press("tab", "enter")
        assert driven.engines.setup.afterwards.calls == ["write terraform"]
