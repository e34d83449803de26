"""What a plan costs as a set-up grows ten times: processor time, requests, connections.

``python benchmarks/apply_scale.py``: a sandbox process of its own, a set-up with 20 secrets and one
with 200, each with the grants that go with them, applied once and then planned (nothing to do, so
everything is read). Processor time is that of this process alone; the best of three.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from benchmarks.sandbox_process import sandbox_process
from tests.reliability.whole import whole
from wizards.blueprint import Blueprint, Pipeline, Secret
from wizards.cancel import Cancel
from wizards.cloud.google_cloud import GoogleCloud
from wizards.events import Event, discard
from wizards.plan import Plan
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.setup.applying import apply
from wizards.setup.planning import make_plan

FEW, MANY = 20, 200
BUDGET = 11.0
MOST_CALLS = 4.0
"""Requests for each resource: a secret takes two, a policy one."""
MOST_CONNECTIONS = 80
"""Ten threads, and one session for each of the eight services that a plan speaks to."""
SPEED = 5000.0


def crowded(secrets: int) -> Blueprint:
    """Return a set-up without a database and with so many secrets."""
    known = {
        f"SECRET_{number}": Secret(name=f"secret-{number}", source="generate")
        for number in range(secrets)
    }
    return replace(whole(), database=None, secrets=known, pipeline=Pipeline(kind="none"))


def measure(address: SandboxAddress, secrets: int) -> tuple[float, Plan, int]:
    """Return processor seconds of a plan with nothing to do, the plan, and most connections."""
    wanted, cloud = crowded(secrets), GoogleCloud.of(address)
    port, most = int(address.url.rpartition(":")[2]), 0

    def watch(_event: Event) -> None:
        nonlocal most
        most = max(most, _connections(port))

    with tempfile.TemporaryDirectory() as folder:
        plan = make_plan(wanted, cloud, discard, Cancel())
        done = apply(Path(folder), wanted, cloud, plan, {}, discard, Cancel())
        if not done.ok:
            raise SystemExit("\n".join(f"{step}: {card}" for step, card in done.failures))
    make_plan(wanted, cloud, watch, Cancel())
    spent = []
    for _run in range(3):
        began = time.process_time()
        plan = make_plan(wanted, cloud, discard, Cancel())
        spent.append(time.process_time() - began)
        if plan.todo:
            raise SystemExit(f"left to do: {[change.id for change in plan.todo]}")
    cloud.close()
    return min(spent), plan, most


def _connections(port: int) -> int:
    return sum(
        bool(each.raddr) and each.raddr.port == port
        for each in psutil.Process().net_connections("tcp4")
    )


def main() -> int:
    """Measure, print, and return 1 when a budget is exceeded."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = f"{folder}/xdg"
        with sandbox_process(Path(folder) / "sandbox", SPEED) as address:
            few, small, _most = measure(address, FEW)
            many, large, most = measure(address, MANY)
    ratio, calls = many / few, large.calls / len(large.changes)
    print(f"plan of {FEW} secrets: {few * 1000:.0f} ms, {small.calls} requests")
    print(f"plan of {MANY} secrets: {many * 1000:.0f} ms, {large.calls} requests")
    good = ratio <= BUDGET and calls <= MOST_CALLS and most <= MOST_CONNECTIONS
    print(
        f"10x the secrets: {ratio:.1f}x the time (budget {BUDGET:.0f}x), {calls:.1f} requests per "
        f"resource (budget {MOST_CALLS:.0f}), {most} connections (budget {MOST_CONNECTIONS}) "
        f"{'ok' if good else 'OVER'}"
    )
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
