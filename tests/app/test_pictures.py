"""Every mode as a picture, in both sizes and both languages; ``--snapshot-update`` renews them."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

import tui.screens.status
from tests.app.conftest import Driven, Opened
from tests.app.fakes import TAKEN, FakeEngines

Same = Callable[[Driven], Awaitable[None]]

MODES: dict[str, tuple[str, ...]] = {
    "home": (),
    "interview": ("f3",),
    "review": ("f3", "ctrl+t"),
    "plan": ("f3", "ctrl+g", *["down"] * 5),
    "undo_question": ("f3", "escape", "z", "z"),
    "drift": ("f3", "escape", "d"),
    "files": ("f4", "down"),
    "migrate": ("f5",),
    "apply_question": ("f5", "b", "h", "a"),
    "rollback_question": ("f5", "r"),
    "status": ("f6",),
    "help": ("f5", "f1"),
}


class Noon(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return TAKEN


@pytest.fixture(autouse=True)
def still_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(tui.screens.status, "datetime", Noon)
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("size", "spoken"),
    [
        pytest.param((80, 24), "en", id="80x24-en"),
        pytest.param((80, 24), "ko", id="80x24-ko"),
        pytest.param((120, 36), "en", id="120x36-en"),
        pytest.param((120, 36), "ko", id="120x36-ko", marks=pytest.mark.slow),
    ],
    indirect=["spoken"],
)
@pytest.mark.parametrize("mode", MODES)
async def test_picture(
    opened: Opened, same_picture: Same, mode: str, size: tuple[int, int]
) -> None:
    engines = FakeEngines()
    engines.migrate.now = TAKEN.replace(year=2999)
    async with opened(*size, engines) as driven:
        await driven.press(*MODES[mode])
        driven.app.clear_notifications()
        await same_picture(driven)
