"""Files and status: states, differences, writing, panels that refresh in place."""

from __future__ import annotations

from tests.app.conftest import Opened
from tests.app.fakes import FakeEngines
from tui.screens.status import Card
from wizards.failures import Failure


async def test_every_file_shows_its_state_in_words(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("3")
        for words in ("new", "changed", "unchanged", "edited by you", "conflict"):
            assert words in driven.text
        assert "2 to write" in driven.text


async def test_the_difference_follows_the_cursor(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("3")
        assert "FROM python:3.12-slim AS build" in driven.text
        await driven.press("down")
        assert "+    image: postgres:16" in driven.text
        await driven.press("d")
        assert "services: {}" in driven.text


async def test_wide_screens_show_both_sides(opened: Opened) -> None:
    async with opened(160, 40) as driven:
        await driven.press("3", "down")
        line = next(line for line in driven.text.splitlines() if "postgres:15" in line)
        assert "postgres:16" in line


async def test_a_difference_gets_its_second_column_when_the_screen_grows(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        await driven.press("3", "down")
        assert " │ +" not in driven.text
        await driven.pilot.resize_terminal(160, 40)
        await driven.settle()
        assert " │ +" in driven.text


async def test_one_file_is_written_and_the_write_can_be_undone(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("3", "w")
        assert driven.engines.files.wrote == ["Dockerfile"]
        await driven.press("z")
        assert driven.engines.files.wrote == []


async def test_writing_all_names_the_files_and_leaves_conflicts_alone(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("3", "W")
        assert "+ Dockerfile  new" in driven.text
        await driven.press("tab", "enter")
        assert driven.engines.files.wrote == ["Dockerfile", "compose.yaml"]


async def test_a_conflict_is_not_written_and_says_why(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("3", "end", "w")
        assert "it conflicts with your edits" in driven.notices
        assert driven.engines.files.wrote == []


async def test_files_without_a_blueprint_say_what_to_do(opened: Opened) -> None:
    engines = FakeEngines()
    engines.files.failure = Failure("no-blueprint", "There is no tarmac.toml", next=("2",))
    async with opened(engines=engines) as driven:
        await driven.press("3")
        assert "✗ There is no tarmac.toml" in driven.text


async def test_panels_show_rows_and_an_unreachable_one_says_why_and_since_when(
    opened: Opened,
) -> None:
    async with opened(120, 36) as driven:
        await driven.press("5")
        assert "▲ 21 of about 25" in driven.text
        assert "run.googleapis.com did not answer in 5 s" in " ".join(driven.text.split())
        assert "since" in driven.text


async def test_the_first_fetch_that_fails_is_said_where_the_panels_would_be(
    opened: Opened,
) -> None:
    engines = FakeEngines()
    engines.status.failure = Failure("offline", "No network", next=("tarmac doctor",))
    async with opened(engines=engines) as driven:
        await driven.press("5")
        assert driven.text.splitlines()[1].strip() == "✗ No network"
        assert "→ tarmac doctor" in driven.text


async def test_a_refresh_keeps_the_cards_and_space_pauses(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("5")
        before = list(driven.app.screen.query(Card))
        await driven.press("r")
        assert list(driven.app.screen.query(Card)) == before
        assert driven.engines.status.asked == 2
        await driven.press("space")
        assert "paused" in driven.text


async def test_when_nothing_can_be_fetched_the_last_panels_stay(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        await driven.press("5")
        driven.engines.status.failure = Failure("offline", "No network")
        await driven.press("r")
        assert "✗ No network · since" in driven.text
        assert "RUNNABLE" in driven.text
