"""What the sandbox may cost: time per read, time per list, memory."""

import http.client
import json
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from sandbox import projects
from sandbox.resetting import reset
from sandbox.services.secretmanager import SECRET
from sandbox.world import World
from tests.sandbox.furnished import furnish_state
from tests.sandbox.random_calls import every_method
from tests.sandbox.test_process import Process, started

pytestmark = pytest.mark.slow

MANY = 10_000
READS = 3_000
SECRETS = "/_/secretmanager/v1/projects/{}/secrets"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    """A sandbox with a tenth of the secrets in one project and all of them in another."""
    state = tmp_path / "state"
    furnish_state(state)
    world = World(state, speed=1.0)
    few = {**(world.store.get("project", "notes-prod") or {}), "id": "notes-few", "number": "7"}
    world.store.put("project", "notes-few", few)
    projects.switch_on(world, "notes-few", "secretmanager.googleapis.com", since=0.0)
    with world.store.transaction():
        for project, count in (("notes-few", MANY // 10), ("notes-prod", MANY)):
            for number in range(count):
                _put(world, project, f"secret-{number}")
    world.close()
    with started(state, "--speed", "600") as running:
        yield running
    reset(state)


def _put(world: World, project: str, identifier: str) -> None:
    secret = {
        "id": identifier,
        "project": project,
        "number": "7",
        "created": 0.0,
        "serial": 1,
        "replication": {"automatic": {}},
    }
    world.store.put(SECRET, f"projects/{project}/secrets/{identifier}", secret, project)


class Kept:
    """One connection that stays open."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._connection = http.client.HTTPConnection(str(address.hostname), address.port)

    def get(self, path: str) -> dict[str, object]:
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        body = json.load(answer)
        assert answer.status == 200, body
        return dict(body)

    def listed(self, path: str) -> int:
        """Read a list to its end; return how many entries came."""
        count, token = 0, ""
        while True:
            page = self.get(f"{path}?pageSize=1000&pageToken={token}")
            entries = page.get("secrets", [])
            assert isinstance(entries, list)
            count, token = count + len(entries), str(page.get("nextPageToken", ""))
            if not token:
                return count


def test_a_read_stays_quick_among_ten_thousand(process: Process) -> None:
    kept = Kept(process.said["url"])
    path = SECRETS.format("notes-prod") + "/secret-5000"
    for _turn in range(50):
        kept.get(path)
    times = []
    for _turn in range(READS):
        begun = time.perf_counter()
        kept.get(path)
        times.append((time.perf_counter() - begun) * 1000)
    p99 = statistics.quantiles(times, n=100)[98]
    print(f"GET: median {statistics.median(times):.2f} ms, p99 {p99:.2f} ms")
    assert p99 <= 10.0


def test_lists_cost_no_more_than_their_length(process: Process) -> None:
    kept, server = Kept(process.said["url"]), psutil.Process(process.pid)

    def seconds(project: str, times: int) -> float:
        before = server.cpu_times()
        entries = sum(kept.listed(SECRETS.format(project)) for _turn in range(times))
        after = server.cpu_times()
        assert entries == 10 * MANY
        return after.user + after.system - before.user - before.system

    seconds("notes-few", 100)
    few, many = seconds("notes-few", 100), seconds("notes-prod", 10)
    print(f"processor: {few:.2f} s in lists of 1,000, {many:.2f} s in lists of 10,000")
    noise = 1.2
    assert many <= few * noise


def test_it_stays_small_with_every_service_in_use(process: Process) -> None:
    kept = Kept(process.said["url"])
    kept.listed(SECRETS.format("notes-prod"))
    for name in sorted({name for name, _version, _method in every_method()}):
        process.client.get(f"{name}/v1/nothing")
    resident = psutil.Process(process.pid).memory_info().rss / 1e6
    print(f"resident: {resident:.0f} MB")
    assert resident <= 120
