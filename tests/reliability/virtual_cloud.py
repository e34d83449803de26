"""A sandbox inside this process, on virtual time, with servers that are used again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from sandbox import projects
from sandbox.cloudsql import instances
from sandbox.request_log import LOG, Entry, read_from
from sandbox.services import cloudbilling
from sandbox.world import World
from tests.reliability.pooled_clusters import PooledClusters
from tests.reliability.virtual_time import VirtualClock, VirtualPace, VirtualTime
from tests.running_sandbox import running_sandbox
from wizards.cloud import calls
from wizards.cloud.clients import Clients
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.retrying import Caller
from wizards.postgres.sandbox_address import SandboxAddress

T = TypeVar("T")

# Waits are shorter than with Google, though longer than several polls: one poll is like the next.
INSTANCE_SECONDS = 24.0
ENABLE_SECONDS = 8.0

PATIENCE = 0.5
"""Real seconds after which a client takes an answer for lost."""


@dataclass(frozen=True, slots=True)
class VirtualCloud:
    """The sandbox and the clients on it; ``world`` is read here, and written by its own thread."""

    address: SandboxAddress
    world: World
    time: VirtualTime
    cloud: GoogleCloud
    loop: asyncio.AbstractEventLoop

    def inside(self, act: Callable[[], T]) -> T:
        """Do something in the thread that the sandbox's store belongs to, and return its result."""

        async def do() -> T:
            return act()

        return asyncio.run_coroutine_threadsafe(do(), self.loop).result()

    def forget(self) -> None:
        """Let the next run have the servers, and forget everything else."""
        clusters = self.world.clusters
        assert isinstance(clusters, PooledClusters)
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
def virtual_cloud(state: Path) -> Iterator[VirtualCloud]:
    """Run a sandbox in a state folder on virtual time."""
    time = VirtualTime()
    inside: list[tuple[World, asyncio.AbstractEventLoop]] = []

    def furnish(world: World) -> None:
        world.clusters = PooledClusters(state / "sql")
        inside.append((world, asyncio.get_running_loop()))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(instances, "SHARED_CREATION", INSTANCE_SECONDS)
        patch.setattr(projects, "ENABLE_PROPAGATION", ENABLE_SECONDS)
        patch.setitem(calls.ONCE, "timeout", PATIENCE)
        clock = VirtualClock(1.0, time)
        with running_sandbox(state, speed=1.0, clock=clock, furnish=furnish) as address:
            caller = Caller(VirtualPace(1.0, time))
            cloud = GoogleCloud(Clients(address), caller)
            world, loop = inside[0]
            yield VirtualCloud(address, world, time, cloud, loop)
            cloud.close()
