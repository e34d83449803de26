"""One sandbox for the area; every test has a project of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.running_sandbox import running_sandbox
from tests.setup.sandboxed import ask
from wizards.cloud.google_cloud import GoogleCloud
from wizards.postgres.sandbox_address import SandboxAddress


@pytest.fixture(scope="session")
def area_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxAddress]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), speed=1200) as address:
        yield address


@pytest.fixture
def sandbox(area_sandbox: SandboxAddress) -> Iterator[SandboxAddress]:
    yield area_sandbox
    ask(area_sandbox, "DELETE", "faults")


@pytest.fixture
def cloud(sandbox: SandboxAddress) -> Iterator[GoogleCloud]:
    opened = GoogleCloud.of(sandbox)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def state_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("xdg")))
