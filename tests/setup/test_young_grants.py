"""A service comes after grants that need minutes: without revisions that never ran."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.iam import access
from tests.running_sandbox import running_sandbox
from tests.setup.run_world import REGION
from tests.setup.sandboxed import blueprint, planned
from wizards.blueprint import Secret
from wizards.cancel import Cancel
from wizards.cloud.google_cloud import GoogleCloud
from wizards.events import Event
from wizards.setup.applying import apply

MINUTE = 60.0


@pytest.fixture
def calm(tmp_path: Path) -> Iterator[GoogleCloud]:
    """A sandbox that is slow enough for polls to be short beside a minute."""
    with running_sandbox(tmp_path / "calm", speed=240) as address:
        opened = GoogleCloud.of(address)
        yield opened
        opened.close()


@pytest.mark.parametrize(
    ("spread", "most"),
    [(MINUTE, 0), (2 * MINUTE, 2), pytest.param(5 * MINUTE, 4, marks=pytest.mark.slow)],
)
def test_without_a_database_grants_have_spread_before_the_service_needs_them(
    spread: float, most: int, calm: GoogleCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "PROPAGATION", spread)
    wanted = blueprint(
        database=False, secrets_={"API_KEY": Secret(name="notes-api-key", source="ask")}
    )
    values = {"API_KEY": "value-of-the-key"}
    events: list[Event] = []
    plan = planned(wanted, calm, **values)
    done = apply(tmp_path, wanted, calm, plan, values, events.append, Cancel())
    assert done.failures == ()
    service = f"v2/projects/{wanted.project.id}/locations/{REGION}/services/notes"
    revisions = calm._clients.plain("run").get(f"{service}/revisions")["revisions"]
    ready = [
        part["state"] for one in revisions for part in one["conditions"] if part["type"] == "Ready"
    ]
    assert ready.count("CONDITION_SUCCEEDED") == 1
    assert len(ready) <= 1 + most
    said = [str(event.fields.get("says")) for event in events]
    assert any("known everywhere" in line for line in said)
    assert planned(wanted, calm, **values).todo == ()
