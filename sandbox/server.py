"""The sandbox as a process: a state folder, a listener, and an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox import certificates
from sandbox.application import Application
from sandbox.clock import Clock
from sandbox.cloudsql.effects import INSTANCE
from sandbox.front import Front
from sandbox.request_log import LOG, RequestLog
from sandbox.run import image_routes
from sandbox.services import cloudbilling
from sandbox.state_lock import exclusive
from sandbox.world import World

DEFAULT_SPEED = 60.0
ADDRESS = "sandbox.json"


@dataclass(frozen=True, slots=True)
class Announcement:
    """Where a running sandbox is; the same as ``sandbox.json`` in its state folder (0600)."""

    url: str
    proxy: str
    ca: str
    pid: int
    state: str
    speed: float


class Server:
    """One sandbox; :meth:`start`, then :meth:`wait` until it is asked to stop, then :meth:`close`.

    ``idle`` is the number of seconds without a request after which it ends itself (None: never);
    ``check`` validates every answer against Google's schemas and logs what is wrong; ``clock``
    replaces the wall clock (tests bring one whose time jumps).
    """

    def __init__(
        self,
        state: Path,
        *,
        port: int = 0,
        speed: float = DEFAULT_SPEED,
        idle: float | None = None,
        check: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self.state = state.absolute()
        self._port = port
        self._speed = speed
        self._idle = idle
        self._check = check
        self._clock = clock
        self._stopped = asyncio.Event()
        self._chores: list[asyncio.Task[None]] = []

    async def start(self) -> Announcement:
        """Listen and return where; AlreadyRunning when the state folder is in use."""
        self.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = exclusive(self.state)
        tls = certificates.ensure(self.state / "tls")
        self.world = World(self.state, self._speed, self._clock)
        cloudbilling.found(self.world.store)
        self._log = RequestLog(self.state / LOG)
        image_routes.key(self.state)
        self._application = Application(self.world, self._log, check=self._check)
        self._application.stop = self.stop
        self.world.runtime.touch = self._application.touch
        self._front = Front(self._application, tls.context())
        port = await self._front.listen(self._port)
        await self.world.runtime.open()
        self.world.operations.resume()
        self._chores.append(asyncio.create_task(self._bring_back_servers()))
        if self._idle is not None:
            self._chores.append(asyncio.create_task(self._end_when_idle(self._idle)))
        url = f"http://127.0.0.1:{port}"
        announcement = Announcement(
            url=url,
            proxy=url,
            ca=str(tls.authority),
            pid=os.getpid(),
            state=str(self.state),
            speed=self._speed,
        )
        _write_private(self.state / ADDRESS, json.dumps(asdict(announcement)))
        return announcement

    def stop(self) -> None:
        """Ask the sandbox to end."""
        self._stopped.set()

    async def wait(self) -> None:
        """Return when somebody asked it to end."""
        await self._stopped.wait()

    async def close(self) -> None:
        """End connections, work and every Postgres, and take the address away."""
        (self.state / ADDRESS).unlink(missing_ok=True)
        for chore in self._chores:
            chore.cancel()
        await asyncio.gather(*self._chores, return_exceptions=True)
        await self._front.close()
        await self.world.runtime.close()
        await asyncio.to_thread(self.world.operations.close)
        await asyncio.sleep(0)
        await asyncio.to_thread(self.world.clusters.stop)
        self.world.store.close()
        self._log.close()
        self._lock.close()

    async def _bring_back_servers(self) -> None:
        """Adopt or start the server of every running instance; drop those nobody knows."""
        instances = self.world.store.all(INSTANCE)
        known = {(each["project"], each["name"]) for each in instances}
        await asyncio.to_thread(self.world.clusters.remove_strays, known)
        for each in instances:
            if each["state"] == "RUNNABLE":
                await asyncio.to_thread(self.world.clusters.ensure, each["project"], each["name"])

    async def _end_when_idle(self, limit: float) -> None:
        while True:
            rest = self._application.last_use + limit - time.monotonic()
            if rest <= 0:
                busy = self.world.runtime.busy()
                if not busy and not await asyncio.to_thread(self.world.clusters.busy):
                    self.stop()
                    return
                rest = limit
            await asyncio.sleep(max(rest, 0.05))


def _write_private(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.rename(path)
