"""A sandbox on virtual time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox import projects
from sandbox.cloudbuild import connections
from sandbox.cloudsql import instances
from sandbox.iam import access
from tests.reliability.sandbox_inside import SandboxInside, sandbox_inside
from tests.reliability.virtual_time import VirtualClock, VirtualPace, VirtualTime
from wizards.cloud import calls, plain_rest

# Waits are shorter than with Google, though longer than several polls: one poll is like the next.
INSTANCE_SECONDS = 10.0
ENABLE_SECONDS = 5.0
GRANT_SECONDS = 12.0
AGREEING_SECONDS = 9.0

PATIENCE = 0.5
"""Real seconds after which a client takes an answer for lost."""


@contextmanager
def virtual_cloud(state: Path) -> Iterator[tuple[SandboxInside, VirtualTime]]:
    """Run a sandbox in a state folder on virtual time."""
    time = VirtualTime()
    clock, pace = VirtualClock(1.0, time), VirtualPace(1.0, time)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(instances, "SHARED_CREATION", INSTANCE_SECONDS)
        patch.setattr(projects, "ENABLE_PROPAGATION", ENABLE_SECONDS)
        patch.setattr(access, "PROPAGATION", GRANT_SECONDS)
        patch.setattr(connections, "AGREEING", AGREEING_SECONDS)
        patch.setitem(calls.ONCE, "timeout", PATIENCE)
        patch.setattr(plain_rest, "TIMEOUT", PATIENCE)
        with sandbox_inside(state, speed=1.0, clock=clock, pace=pace) as inside:
            yield inside, time
