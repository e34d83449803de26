"""What really runs: an instance for each revision that serves, and the listener of its service."""

from __future__ import annotations

import asyncio
import copy
import shutil
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.operations import Unfinished
from sandbox.run import cloudsql_sockets, images, kinds
from sandbox.run.launch import Launch, prepared
from sandbox.run.processes import ProbeFailed, Processes, Running, free_port, wait_until_ready
from sandbox.run.router import Router
from sandbox.run.specification import port_of
from sandbox.store import Store

if TYPE_CHECKING:
    from sandbox.world import World

Body = dict[str, Any]

FOLDER = "run"


class Runtime:
    """The processes and listeners of a world; everything that blocks is called in threads."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.processes = Processes(world.state / FOLDER)
        self._routers: dict[str, Router] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._chores: set[asyncio.Task[None]] = set()
        self.touch: Callable[[], None] = lambda: None

    async def open(self) -> None:
        """Listen for every service that can be reached."""
        self._loop = asyncio.get_running_loop()
        for service in self._world.store.all(kinds.SERVICE):
            if service["port"]:
                await self.listen(service["name"])

    async def close(self) -> None:
        """Stop listening and end every process."""
        self.processes.closing = True
        for chore in self._chores:
            chore.cancel()
        for name in list(self._routers):
            await self._forget_router(name)
        await asyncio.to_thread(self.processes.close)
        await asyncio.to_thread(cloudsql_sockets.remove, self._world.state)

    async def halt(self) -> None:
        """Stop listening and end every process; nothing starts until :meth:`clear`."""
        for name in list(self._routers):
            await self._forget_router(name)
        await asyncio.to_thread(self.processes.close)

    async def clear(self) -> None:
        """Forget what has run, and let processes start again."""
        await asyncio.to_thread(forget, self._world.state)
        self.processes.closing = False

    async def listen(self, name: str) -> None:
        """Open a service's listener at the port it has, or at another one when that is taken."""
        service = self._world.store.get(kinds.SERVICE, name)
        if service is None or name in self._routers:
            return
        router = Router(self._world, name, self.instance)
        self._routers[name] = router
        try:
            port = await router.listen(service["port"])
        except OSError:
            port = await router.listen(0)
        if port != service["port"]:
            self._world.store.put(kinds.SERVICE, name, {**service, "port": port})

    def soon(self, action: Callable[[Runtime], Any]) -> None:
        """Let something happen on the event loop once the running request is committed."""
        if self._loop is None:
            return
        self._loop.call_soon(self._begin, action)

    async def settle(self, name: str) -> None:
        """Bring listener and processes in line with a service: end what serves nobody."""
        service = self._world.store.get(kinds.SERVICE, name)
        if service is None:
            if name in self._routers:
                await self._forget_router(name)
            await asyncio.to_thread(self.processes.end_below, f"{name}/")
            return
        if service["port"]:
            await self.listen(name)
        wanted = {f"{name}/revisions/{each['revision']}" for each in service["serving"]}
        for revision in self._world.store.all(kinds.REVISION, name):
            idle = revision["name"] not in wanted and not revision["starting"]
            if idle and self.processes.get(revision["name"]):
                await asyncio.to_thread(self.processes.end, revision["name"])

    def instance(self, name: str) -> Running | None:
        """Return a revision's process, started when there is none; None for an imitated one.

        Blocks. ProbeFailed when it does not come up; Unfinished when the sandbox ends meanwhile.
        """
        with self._locks[name], self.reading() as world:
            running = self.processes.get(name)
            if running is not None:
                return running
            revision = world.store.get(kinds.REVISION, name)
            if revision is None:
                return None
            image = images.mapping(world.store, revision["template"]["containers"][0]["image"])
            if image is None or image["missing"]:
                return None
            return self._started(world, revision, image)

    def task(self, key: str, job: Body, image: Body, extra: dict[str, str]) -> Running:
        """Start one attempt of a task. Blocks."""
        with self.reading() as world:
            launch = prepared(world, job["project"], job["template"], image, extra)
        return self.processes.start(key, launch)

    async def end_task(self, execution: str) -> None:
        """End what runs for an execution."""
        await asyncio.to_thread(self.processes.end_below, f"{execution}/")

    def is_cancelled(self, execution: str) -> bool:
        """Whether somebody cancelled an execution. Blocks."""
        with self.reading() as world:
            stored = world.store.get(kinds.EXECUTION, execution)
        return stored is None or bool(stored["cancelled"])

    def busy(self) -> bool:
        """Whether something runs that must not be cut off."""
        return self.processes.tasks_run()

    def _started(self, world: World, revision: Body, image: Body) -> Running:
        template, port = revision["template"], free_port()
        extra = {
            "PORT": str(port),
            "K_SERVICE": revision["service"],
            "K_REVISION": revision["id"],
            "K_CONFIGURATION": revision["service"],
        }
        launch: Launch = prepared(world, revision["project"], template, image, extra)
        running = self.processes.start(revision["name"], launch, port)
        probe = template["containers"][0].get("startupProbe", {})
        try:
            wait_until_ready(running, probe, world.clock.speed)
        except ProbeFailed:
            self.processes.end(revision["name"])
            if self.processes.closing:
                raise Unfinished from None
            raise ProbeFailed(unready(port_of(template), probe)) from None
        return running

    @contextmanager
    def reading(self) -> Iterator[World]:
        """Give a thread a world with a connection of its own to the same store."""
        seen = copy.copy(self._world)
        seen.store = Store(self._world.state / "sandbox.db")
        try:
            yield seen
        finally:
            seen.store.close()

    def _begin(self, action: Callable[[Runtime], Any]) -> None:
        if self.processes.closing:
            return
        chore = asyncio.ensure_future(action(self))
        self._chores.add(chore)
        chore.add_done_callback(self._chores.discard)

    async def _forget_router(self, name: str) -> None:
        await self._routers.pop(name).close()


def forget(state: Path) -> None:
    """Delete what processes of a state folder have left behind."""
    shutil.rmtree(state / FOLDER, ignore_errors=True)
    cloudsql_sockets.remove(state)


def unready(port: int, probe: Body) -> str:
    """Return Google's words for a container that does not come up."""
    if "httpGet" in probe:
        return (
            "The user-provided container failed the configured startup probe checks. Logs for this "
            "revision might contain more information."
        )
    return (
        "The user-provided container failed to start and listen on the port defined provided by "
        f"the PORT={port} environment variable within the allocated timeout. This can happen when "
        "the container port is misconfigured or if the timeout is too short. The health check "
        "timeout can be extended. Logs for this revision might contain more information."
    )
