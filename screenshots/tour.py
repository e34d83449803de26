"""The tour that the screenshots are taken on: the real app on the real demo, by keys alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from textual.pilot import Pilot

from tui.app import TarmacApp
from tui.picture import picture

SIZES = ((80, 24), (120, 36))
PATIENCE = 240.0  # seconds


class Tour:
    """An open app; ``keys`` presses and waits, ``take`` keeps a picture in every size."""

    def __init__(self, app: TarmacApp, pilot: Pilot[Any], folder: Path) -> None:
        self.app = app
        self.pilot = pilot
        self.folder = folder
        self.taken = 0

    async def keys(self, *keys: str) -> None:
        """Press keys, each after whatever the one before started has ended."""
        for key in keys:
            await self.pilot.press(key)
            await self.rest()

    async def hold(self, *keys: str) -> None:
        """Press keys without waiting for what they start."""
        for key in keys:
            await self.pilot.press(key)
            await self.pilot.pause()

    async def rest(self) -> None:
        """Wait until no job runs."""
        await self.until(lambda: all(job.reported for job in self.app.jobs.values()))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for a condition."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        await self.pilot.pause()
        while not condition():
            if not self.app.is_running:
                raise RuntimeError("the app has ended")
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError(self.text)
            await asyncio.sleep(0.02)
        await self.pilot.pause()

    @property
    def text(self) -> str:
        """What is on the screen."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    async def take(self, name: str) -> None:
        """Write the screen as ``WIDTHxHEIGHT/NN-name.svg``."""
        self.taken += 1
        self.app.clear_notifications()
        for width, height in SIZES:
            await self.pilot.resize_terminal(width, height)
            await self.pilot.pause(0.1)
            await self.pilot.pause()
            path = self.folder / f"{width}x{height}" / f"{self.taken:02}-{name}.svg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(picture(cast(Any, self.app), title="tarmac"), encoding="utf-8")


async def travel(tour: Tour) -> None:
    """Home, set-up, files, migrations, status: the whole journey of the demo."""
    await tour.until(lambda: "home.migrations" in tour.app.jobs)
    await tour.rest()
    await tour.take("home")
    await _set_up(tour)
    await _files(tour)
    await _migrate(tour)
    await tour.keys("f6")
    await tour.take("status")
    await tour.keys("t")
    await tour.take("status-light")
    await tour.keys("t", "f1")
    await tour.take("help")
    await tour.keys("escape")
    await tour.hold("ctrl+p")
    await tour.pilot.pause(0.3)
    await tour.take("palette")
    await tour.hold("escape")


async def _set_up(tour: Tour) -> None:
    await tour.keys("f3")
    await tour.take("interview-project")
    await tour.keys("tab", "ctrl+l")
    await tour.take("interview-choices")
    await tour.keys("enter", "ctrl+n", "ctrl+n")
    await tour.take("interview-identities")
    await tour.keys("ctrl+n")
    await tour.take("interview-database")
    await tour.keys("ctrl+t")
    await tour.take("interview-review")
    await tour.keys("ctrl+s")
    await tour.take("interview-file")
    await tour.keys("tab", "enter")
    await tour.keys("down", "down", "down")
    await tour.take("plan")
    await tour.keys("a")
    await tour.take("apply-question")
    await tour.hold("tab", "enter")
    await tour.until(lambda: any(job.mutates for job in tour.app.jobs.values() if job.running))
    await tour.pilot.pause(1.5)
    await tour.take("apply-live")
    await tour.rest()
    await tour.take("apply-done")
    await tour.keys("z", "z")
    await tour.take("undo-question")
    await tour.keys("escape", "d")
    await tour.take("drift")


async def _files(tour: Tour) -> None:
    await tour.keys("f4")
    await tour.take("files-new")
    await tour.keys("W", "tab", "enter", "down", "down")
    await tour.take("files-written")


async def _migrate(tour: Tour) -> None:
    await tour.keys("f5", "down", "enter")
    await tour.take("migrate-findings")
    await tour.keys("escape", "b", "h")
    await tour.take("migrate-rehearsal-failed")
    await tour.keys("escape", "up", "H")
    await tour.take("migrate-rehearsed")
    await tour.keys("A")
    await tour.take("migrate-apply-question")
    await tour.hold("tab", "enter")
    await tour.until(lambda: any(job.mutates for job in tour.app.jobs.values() if job.running))
    await tour.until(lambda: not any(job.mutates for job in tour.app.jobs.values() if job.running))
    await tour.keys("w")  # ends the watch that begins by itself
    await tour.take("migrate-applied")
    await tour.keys("r")
    await tour.take("migrate-rollback-question")
    await tour.keys("tab", "enter")
    await tour.take("migrate-rolled-back")
    await tour.keys("l")
    await tour.take("commands-run")
    await tour.keys("escape")
