"""A sandbox inside the test's own process, for whoever needs Google Cloud in a test."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.clock import Clock
from sandbox.request_log import LOG, read
from sandbox.resetting import reset
from sandbox.server import Server
from sandbox.world import World
from wizards.postgres.sandbox_address import SandboxAddress

SPEED = 600.0


@contextmanager
def running_sandbox(
    state: Path,
    *,
    speed: float = SPEED,
    port: int = 0,
    clock: Clock | None = None,
    furnish: Callable[[World], None] = lambda _world: None,
) -> Iterator[SandboxAddress]:
    """Run a sandbox on a state folder in a thread; at the end every answer fitted its schema."""
    ready, holder = threading.Event(), dict[str, object]()

    def serve() -> None:
        async def main() -> None:
            server = Server(state, port=port, speed=speed, check=True, clock=clock)
            try:
                holder["address"] = await server.start()
                furnish(server.world)
                holder["server"], holder["loop"] = server, asyncio.get_running_loop()
            finally:
                ready.set()
            await server.wait()
            await server.close()

        asyncio.run(main())

    thread = threading.Thread(target=serve, name="sandbox", daemon=True)
    thread.start()
    ready.wait(20)
    said, server, loop = holder["address"], holder["server"], holder["loop"]
    try:
        yield SandboxAddress(
            url=said.url, state=state, speed=said.speed, proxy=said.proxy, ca=said.ca
        )
    finally:
        loop.call_soon_threadsafe(server.stop)
        thread.join(40)
    assert not thread.is_alive()
    wrong = [
        entry
        for entry in read(state / LOG)
        if entry.problems or _is_ours(entry.status, entry.fault)
    ]
    reset(state)
    assert not wrong, f"the sandbox itself answered wrongly: {wrong}"


def _is_ours(status: int, fault: str) -> bool:
    return status >= 500 and not fault
