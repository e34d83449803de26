"""A very large set-up is batched, asks in proportion to what it has, and opens few connections."""

from __future__ import annotations

import secrets
from collections import Counter
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from sandbox.services import catalogue
from tests.reliability import crowd
from tests.reliability.virtual_cloud import virtual_cloud
from tests.setup.sandboxed import BILLING
from wizards.cancel import Cancel
from wizards.events import Event, discard
from wizards.runner import WORKERS
from wizards.setup import applying, leftovers, planning

APIS, SECRETS, GRANTS = 200, 50, 10
SERVICES_USED = 4
"""Resource Manager, Billing, Service Usage and Secret Manager: one session each."""


@pytest.fixture
def apis(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of 200 APIs that the sandbox knows."""
    made = [f"crowd{number}.googleapis.com" for number in range(APIS - 2)]
    for name in made:
        monkeypatch.setitem(catalogue.SERVICES, name, name)
    return ["secretmanager.googleapis.com", "cloudresourcemanager.googleapis.com", *made]


def test_200_apis_50_secrets_and_500_grants_are_batched(
    apis: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = f"k-{secrets.token_hex(6)}"
    parts = crowd.crowd(project, BILLING, apis=apis, secrets=SECRETS, grants=GRANTS)
    monkeypatch.setattr(leftovers, "resources", lambda *_given: parts)
    wanted = crowd.blueprint(project, BILLING)
    most = 0

    def watch(event: Event) -> None:
        nonlocal most
        if str(event.fields.get("id")).endswith("7"):
            most = max(most, _connections(port))

    with virtual_cloud(tmp_path / "sandbox") as (inside, _time):
        port = int(inside.address.url.rpartition(":")[2])
        plan = planning.make_plan(wanted, inside.cloud, discard, Cancel())
        since = inside.log_end()
        done = applying.apply(tmp_path, wanted, inside.cloud, plan, {}, watch, Cancel())
        assert done.ok, done.failures
        carried = [entry for entry in inside.requests(since) if entry.status == 200]
        made = Counter(entry.method.rpartition(".")[2] for entry in carried)
        again = planning.make_plan(wanted, inside.cloud, watch, Cancel())
    assert made["batchEnable"] == APIS / 20
    assert made["create"] == SECRETS + 1
    assert made["addVersion"] == SECRETS
    assert made["setIamPolicy"] == SECRETS
    assert again.todo == ()
    assert again.calls <= 3 * SECRETS + APIS / 30 + 10
    assert 0 < most <= SERVICES_USED * WORKERS


def _connections(port: int) -> int:
    """Count this process's own ends of connections to the sandbox."""
    return sum(
        bool(each.raddr) and each.raddr.port == port and each.status == psutil.CONN_ESTABLISHED
        for each in psutil.Process().net_connections("tcp4")
    )
