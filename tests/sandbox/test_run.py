"""Cloud Run: services and jobs that really run, and what stops them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.running_sandbox import running_sandbox
from tests.sandbox.client import Client, until
from tests.sandbox.furnished import furnish_state
from tests.sandbox.run_world import PLACE, SERVER, RunWorld, fetch

IMAGE = "asia-northeast3-docker.pkg.dev/elsewhere/notes/app:1"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[RunWorld]:
    furnish_state(tmp_path / "state")
    with running_sandbox(tmp_path / "state", speed=2000.0) as address:
        yield RunWorld(Client(address.url), tmp_path / "state", tmp_path)


def _template(image: str = IMAGE, **container: Any) -> dict[str, Any]:
    return {"containers": [{"image": image, **container}]}


def _condition(service: Any) -> tuple[str, str, str]:
    condition = service["terminalCondition"]
    reason = condition.get("reason") or condition.get("revisionReason", "")
    return condition["state"], reason, condition.get("message", "")


def test_a_mapped_image_is_a_process_that_serves_and_ends_with_the_service(run: RunWorld) -> None:
    run.map(IMAGE, SERVER)
    service = run.deploy("notes", _template(), invokerIamDisabled=True)
    assert _condition(service)[0] == "CONDITION_SUCCEEDED"
    revision = service["latestReadyRevision"].rsplit("/", 1)[1]
    assert fetch(service["uri"]) == (200, revision)
    run.wait(run.client.ok("DELETE", f"{PLACE}/services/notes"))
    assert run.client.get(f"{PLACE}/services/notes").status == 404
    with pytest.raises(OSError):
        until(lambda: fetch(service["uri"]), lambda _: False)
