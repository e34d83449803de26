from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running_sandbox import running_sandbox
from tests.sandbox.client import Client
from tests.sandbox.furnished import furnish_state
from wizards.postgres.sandbox_address import SandboxAddress


@pytest.fixture
def client(sandbox: SandboxAddress) -> Client:
    return Client(sandbox.url)


@pytest.fixture
def unhurried(tmp_path: Path) -> Iterator[Client]:
    """A sandbox with a usable project, slow enough to see what is not there yet."""
    furnish_state(tmp_path / "unhurried")
    with running_sandbox(tmp_path / "unhurried", speed=40.0) as address:
        yield Client(address.url)


@pytest.fixture
def swift(tmp_path: Path) -> Iterator[Client]:
    """A sandbox with a usable project whose operations take what their real work takes."""
    furnish_state(tmp_path / "swift")
    with running_sandbox(tmp_path / "swift", speed=10_000.0) as address:
        yield Client(address.url)
