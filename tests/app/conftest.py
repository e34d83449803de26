"""The app on fake engines, settled before a test looks; SVG snapshots of whole screens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, cast

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.pilot import Pilot
from textual.widgets import Input

from generators import language
from tests.app.fakes import FakeContext, FakeEngines
from tui.app import TarmacApp

Opened = Callable[..., AbstractAsyncContextManager["Driven"]]


class Driven:
    """An open app, its engines and keys that wait until everything they start has ended."""

    def __init__(self, app: TarmacApp, engines: FakeEngines, pilot: Pilot[Any]) -> None:
        self.app = app
        self.engines = engines
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, settling after each."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def settle(self) -> None:
        """Wait until no job runs that nobody holds back, and the screen is painted."""
        for _turn in range(400):
            await self.pilot.pause()
            reading = self.engines.migrate.reading.is_set()
            paused = self.engines.migrate.paused
            held = paused or not (
                self.engines.migrate.gate.is_set() and self.engines.setup.gate.is_set()
            )
            waiting = [
                job
                for job in self.app.jobs.values()
                if not job.reported
                and not (held and job.mutates)
                and (reading or job.name != "migrate.preview")
                and job.name != "migrate.watch"  # lasts until its window is over
            ]
            if not waiting:
                break
            await asyncio.sleep(0.005)
        await self.pilot.pause()
        await self.pilot.pause()

    async def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait for a condition."""
        await self.pilot.pause()
        deadline = asyncio.get_running_loop().time() + seconds
        while not condition():
            assert asyncio.get_running_loop().time() < deadline, self.text
            await asyncio.sleep(0.01)
            await self.pilot.pause()
        await self.pilot.pause()

    @property
    def notices(self) -> str:
        """The notices that were shown, newest last."""
        return "\n".join(notice.message for notice in self.app._notifications)

    @property
    def text(self) -> str:
        """What is on the screen, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)


@pytest.fixture(autouse=True)
def private_state(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    """The language of a test; English unless parametrized."""
    code = language.use(getattr(request, "param", "en"))
    yield code
    language.use("en")


@pytest.fixture
def opened(spoken: str) -> Opened:
    """Open the app: ``async with opened(width, height, engines) as driven``."""

    @asynccontextmanager
    async def open_app(
        width: int = 80, height: int = 24, engines: FakeEngines | None = None
    ) -> AsyncIterator[Driven]:
        fakes = engines or FakeEngines()
        app = TarmacApp(cast(Any, FakeContext()), cast(Any, fakes))
        app.probe_after = 0.001
        async with app.run_test(size=(width, height), notifications=True) as pilot:
            driven = Driven(app, fakes, pilot)
            await driven.until(lambda: {"app.place", "home.migrations"} <= set(app.jobs))
            await driven.settle()
            yield driven

    return open_app


class Picture(SingleFileSnapshotExtension):
    """One SVG file per snapshot."""

    file_extension = "svg"
    _write_mode = WriteMode.TEXT


@pytest.fixture
def same_picture(snapshot: SnapshotAssertion) -> Callable[[Driven], Awaitable[None]]:
    """Compare the screen with the picture kept beside the tests."""

    async def compare(driven: Driven) -> None:
        from tui.picture import picture

        for field in driven.app.screen.query(Input):
            field.cursor_blink = False
        await driven.settle()
        assert picture(driven.app) == snapshot(extension_class=Picture)

    return compare
