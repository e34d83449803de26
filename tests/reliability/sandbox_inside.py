"""A sandbox inside this process whose store can be read and whose servers are used again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sandbox.clock import Clock
from sandbox.request_log import LOG, Entry, read_from
from sandbox.services import cloudbilling
from sandbox.world import World
from tests.reliability.pooled_clusters import PooledClusters
from tests.running_sandbox import running_sandbox
from wizards.cloud.clients import Clients
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.pace import Pace
from wizards.cloud.retrying import Caller
from wizards.postgres.sandbox_address import SandboxAddress

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SandboxInside:
    """The sandbox, and clients on it; ``world`` belongs to the sandbox's own thread."""

    address: SandboxAddress
    world: World
    loop: asyncio.AbstractEventLoop
    cloud: GoogleCloud

    def inside(self, act: Callable[[], T]) -> T:
        """Do something in the sandbox's thread, and return its result."""

        async def do() -> T:
            return act()

        return asyncio.run_coroutine_threadsafe(do(), self.loop).result()

    def forget(self) -> None:
        """Let the next run have the servers, and forget everything else."""
        clusters = self.world.clusters
        assert isinstance(clusters, PooledClusters)
        asyncio.run_coroutine_threadsafe(self.world.operations.rest(), self.loop).result()
        clusters.recycle()
        self.inside(self.world.store.clear)
        self.inside(lambda: cloudbilling.found(self.world.store))

    def log_end(self) -> int:
        """Return where the log of requests ends now."""
        return (self.address.state / LOG).stat().st_size

    def requests(self, since: int) -> list[Entry]:
        """Return the requests that came after a place in the log (which may have begun anew)."""
        start = since if since <= self.log_end() else 0
        return list(read_from(self.address.state / LOG, start))


@contextmanager
def sandbox_inside(
    state: Path, *, speed: float, clock: Clock | None = None, pace: Pace | None = None
) -> Iterator[SandboxInside]:
    """Run a sandbox in a state folder; ``clock`` and ``pace`` belong together."""
    found: list[tuple[World, asyncio.AbstractEventLoop]] = []

    def furnish(world: World) -> None:
        world.clusters = PooledClusters(state / "sql")
        found.append((world, asyncio.get_running_loop()))

    with running_sandbox(state, speed=speed, clock=clock, furnish=furnish) as address:
        cloud = GoogleCloud(Clients(address), Caller(pace or Pace(speed)))
        yield SandboxInside(address, *found[0], cloud)
        cloud.close()
