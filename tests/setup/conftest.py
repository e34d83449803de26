"""One sandbox for the area; every test has a project of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.setup.sandboxed import ask, sandbox_process
from wizards.cloud.google_cloud import GoogleCloud
from wizards.postgres.sandbox_address import SandboxAddress


@pytest.fixture(scope="session")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxAddress]:
    with sandbox_process(tmp_path_factory.mktemp("sandbox"), speed=1200) as address:
        yield address


@pytest.fixture
def sandbox(running_sandbox: SandboxAddress) -> Iterator[SandboxAddress]:
    yield running_sandbox
    ask(running_sandbox, "DELETE", "faults")


@pytest.fixture
def cloud(sandbox: SandboxAddress) -> Iterator[GoogleCloud]:
    opened = GoogleCloud.of(sandbox)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def state_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("xdg")))
