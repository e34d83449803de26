"""What surrounds an apply, as pictures; ``--snapshot-update`` renews them."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from tests.app.conftest import Driven, Opened
from tests.app.fake_migrate_around import OPEN, past
from tests.app.fakes import TAKEN, FakeEngines
from tests.app.test_migrate_around import FAILED
from tui.jobs import Job
from tui.screens.migrate.screen import MigrateScreen
from tui.screens.migrate.window import Window
from wizards.events import Event, Json

Same = Callable[[Driven], Awaitable[None]]
AGREE = (*"agreed", "enter", *"prod", "enter", "enter")
BLOCKER: dict[str, Json] = {
    "pid": 71,
    "application": "psql",
    "state": "idle in transaction",
    "seconds": 75,
}
QUEUE: list[Json] = [
    {"pid": 80, "application": "web", "state": "active", "seconds": 12},
    {"pid": 81, "application": "web", "state": "active", "seconds": 9},
    {"pid": 82},
]
WAITING: list[Json] = [{"relation": "public.notes", "mode": "AccessExclusiveLock"}]
STATES: dict[str, tuple[str, ...]] = {
    "situation": ("f5",),
    "question": ("f5", "a", "ctrl+o", "ctrl+o"),
    "paused": ("f5", "a", "ctrl+o", "ctrl+o", *AGREE),
    "blocked": ("f5", "a"),
    "watch": ("f5", "b", "h", "a", *AGREE),
    "watched": ("f5", "b", "h", "a", *AGREE, "w"),
    "past": ("f5", "p"),
    "backups": ("f5", "b", "B"),
    "failed": ("f5", "m"),
}


@pytest.fixture(autouse=True)
def still_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(Job, "elapsed", 12.0)
    left = Window.left
    monkeypatch.setattr(Window, "left", property(lambda one: left.fget(one) and 581.0))  # type: ignore[attr-defined]
    yield
    monkeypatch.undo()
    time.tzset()


def engines_for(state: str) -> FakeEngines:
    engines = FakeEngines()
    engines.migrate.now = TAKEN.replace(year=2999)
    engines.migrate.past = past(Path("report.md"))
    if state in ("situation", "question"):
        engines.migrate.way = OPEN
    if state == "failed":
        engines.migrate.fails = FAILED
    return engines


async def block(driven: Driven) -> None:
    driven.engines.migrate.gate.clear()
    await driven.press(*AGREE)
    await driven.until(lambda: "» ALTER TABLE" in driven.text)
    screen = cast(MigrateScreen, driven.app.screen)
    seen: dict[str, Json] = {"waiting": WAITING, "blockers": [BLOCKER], "victims": QUEUE}
    screen.board.take(Event("migrate.locks", seen))
    screen.board.locks_at = 0.0
    screen.paint()


@pytest.mark.parametrize(
    ("size", "spoken"),
    [
        pytest.param((80, 24), "en", id="80x24-en"),
        pytest.param((80, 24), "ko", id="80x24-ko"),
        pytest.param((120, 36), "en", id="120x36-en", marks=pytest.mark.slow),
    ],
    indirect=["spoken"],
)
@pytest.mark.parametrize("state", STATES)
async def test_picture(
    opened: Opened, same_picture: Same, state: str, size: tuple[int, int]
) -> None:
    async with opened(*size, engines_for(state)) as driven:
        await driven.press(*STATES[state])
        if state == "blocked":
            await block(driven)
        driven.app.clear_notifications()
        await same_picture(driven)
