"""Random calls, right and wrong: never a server error, never an answer outside Google's schema,
and after a restart everything is as it was."""

import asyncio
import random
import re
from pathlib import Path
from typing import Any

import pytest

from sandbox import orgpolicies
from sandbox.application import Application
from sandbox.request_log import RequestLog, read
from sandbox.resetting import reset
from sandbox.world import World
from tests.sandbox.furnished import furnish, furnish_instance
from tests.sandbox.random_calls import Caller, Key, chosen, every_method, without_servers

SPEED = 100_000.0
CALLS = 1500
# What tells the time, and nothing else, may differ from one look to the next.
OF_NOW = re.compile("getLatestRecoveryTime|serialPort|getGuestAttributes|connectSettings")


class Played:
    """A world, in this process, on a state folder."""

    def __init__(self, state: Path, seed: int) -> None:
        self.world = World(state, speed=SPEED)
        self.log = RequestLog(state / "requests.jsonl")
        self._application = Application(self.world, self.log, check=True)
        self.world.operations.resume()
        self.caller = Caller(self._application, seed)

    async def settled(self) -> None:
        """Wait until every operation has ended."""
        count = "SELECT count(*) FROM operations WHERE ended IS NULL"
        while True:
            await self.world.operations.rest()
            with self.world.store.transaction():
                self.world.operations.settle()
            if self.world.store.connection.execute(count).fetchone()[0] == 0:
                return
            await asyncio.sleep(0.01)

    def forget_policies(self) -> None:
        """Take away what would refuse nearly everything from now on."""
        with self.world.store.transaction():
            orgpolicies.drop(self.world)

    async def answers(self, wanted: set[tuple[str, str, str]]) -> dict[str, Any]:
        """Return what is answered to reading calls."""
        said = {}
        for name, path, query in sorted(wanted):
            if not OF_NOW.search(path):
                reply = await self.caller.ask(name, "GET", path, query)
                said[f"{name} {path}?{query}"] = (reply.status, reply.body)
        return said

    async def close(self) -> None:
        await asyncio.to_thread(self.world.close)
        self.log.close()


async def _play(state: Path, seed: int, calls: int, *, servers: bool) -> set[str]:
    """Make calls, check all answers and a restart; return the methods that succeeded."""
    first = Played(state, seed)
    furnish(first.world)
    if not servers:
        furnish_instance(first.world)
    methods = [key for key in every_method() if servers or without_servers(key)]
    chance, succeeded = random.Random(seed), set[Key]()
    for turn in range(calls):
        key = chosen(chance, methods, succeeded)
        if (await first.caller.call(key)).status == 200:
            succeeded.add(key)
        if turn % 50 == 0:
            first.forget_policies()
        if servers and turn % 10 == 0:
            await first.settled()
    await first.settled()
    wanted = first.caller.read
    before = await first.answers(wanted)
    await first.close()
    second = Played(state, seed)
    after = await second.answers(wanted)
    await second.close()
    wrong = [entry for entry in read(state / "requests.jsonl") if entry.status >= 500]
    assert not wrong
    outside = [entry for entry in read(state / "requests.jsonl") if entry.problems]
    assert not outside
    assert after == before
    assert len(before) > 20
    return {entry.method for entry in read(state / "requests.jsonl") if entry.status == 200}


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
async def test_no_sequence_of_calls_breaks_it_and_a_restart_changes_nothing(
    tmp_path: Path, seed: int
) -> None:
    assert len(await _play(tmp_path, seed, CALLS, servers=False)) > 90


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 16))
async def test_not_even_a_long_one(tmp_path: Path, seed: int) -> None:
    assert len(await _play(tmp_path, seed, 6000, servers=False)) > 130


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20, 23))
async def test_not_even_one_with_real_servers(tmp_path: Path, seed: int) -> None:
    try:
        assert len(await _play(tmp_path, seed, 1500, servers=True)) > 110
    finally:
        reset(tmp_path)
