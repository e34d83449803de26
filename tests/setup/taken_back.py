"""What a person has in the sandbox by hand, the whole state to compare, and undo in one word."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from tests.setup.sandboxed import BILLING
from wizards.cancel import Cancel
from wizards.cloud.failing import CloudFailure
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.things import Binding, Condition, PolicyOf, Repository
from wizards.cloud.things import Secret as CloudSecret
from wizards.events import discard
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.setup.applying import AppliedPlan
from wizards.setup.undoing import UndoPlan, plan_undo, undo

T = TypeVar("T")
REGION = "asia-northeast3"
UNTIL = Condition(title="until", expression='request.time < timestamp("2030-01-01T00:00:00Z")')

# What Google's bin and caches keep, and what every write of anybody moves.
_BINS = {"deleted-service-account", "run-by-id", "run-image-digest"}
_MOVING = {"etag", "since", "serial", "updated", "settingsVersion"}


def dump(address: SandboxAddress, project: str) -> dict[str, Any]:
    """Return everything that the sandbox holds of one project, by kind and name."""
    path = f"file:{address.state / 'sandbox.db'}?mode=ro"
    connection = sqlite3.connect(path, uri=True)
    rows = connection.execute("SELECT kind, name, body FROM resources ORDER BY kind, name")
    found = {f"{kind} {name}": _still(json.loads(body)) for kind, name, body in rows}
    connection.close()
    return {
        key: body
        for key, body in found.items()
        if project in key and key.split(" ")[0] not in _BINS and body != {"bindings": []}
    }


def _still(body: Any) -> Any:
    """Return a body without what moves, lists of who may do what in one order."""
    if isinstance(body, dict):
        kept = {key: _still(part) for key, part in body.items() if key not in _MOVING}
        return {key: part for key, part in kept.items() if part not in ({}, [])} or kept
    if isinstance(body, list):
        return sorted((_still(part) for part in body), key=lambda part: json.dumps(part))
    return body


def eventually(start: Callable[[], T], cloud: GoogleCloud) -> T:
    """Call until an API that was enabled just now answers."""
    for _attempt in range(200):
        try:
            return start()
        except CloudFailure:
            cloud.pause(5)
    raise AssertionError("it never answered")


def by_hand(cloud: GoogleCloud, project: str) -> None:
    """Make a project as a person does, with a secret, images, an identity and grants."""
    cloud.wait(cloud.start_project(project, name="Ours", parent="", labels={"team": "blue"}))
    cloud.link_billing(project, BILLING)
    apis = ("secretmanager", "artifactregistry", "iam")
    cloud.wait(cloud.start_apis(project, [f"{api}.googleapis.com" for api in apis]))
    legacy = CloudSecret(id="legacy-key", regions=(REGION,), labels={"team": "blue"})
    eventually(lambda: cloud.create_secret(project, legacy), cloud)
    cloud.add_secret_version(project, "legacy-key", "theirs")
    theirs = Repository(id="their-images", region=REGION, labels={"team": "blue"})
    cloud.wait(eventually(lambda: cloud.start_repository(project, theirs), cloud))
    eventually(lambda: cloud.create_service_account(project, "their-bot", "Bot"), cloud)
    of = PolicyOf("project", f"projects/{project}")
    policy = cloud.policy(of).with_members("roles/viewer", ("user:friend@example.com",))
    until = Binding(
        role="roles/cloudsql.client", members=("user:friend@example.com",), condition=UNTIL
    )
    cloud.set_policy(of, replace(policy, bindings=(*policy.bindings, until)))


def every_name(plan: UndoPlan) -> tuple[str, ...]:
    """Return every name that a plan may ask for."""
    found = plan.decided(plan.names_to_type).changes
    waiting = (change.confirm for change in found if change.confirm)
    return (*plan.names_to_type, *waiting)


def undone(
    root: Path,
    cloud: GoogleCloud,
    names: Iterable[str] | None = None,
    cancel: Cancel | None = None,
    *,
    keep_data: bool = False,
) -> AppliedPlan:
    """Plan an undo and carry it out, with every name typed unless some are given."""
    plan = plan_undo(root, cloud)
    typed = every_name(plan) if names is None else tuple(names)
    return undo(
        root, cloud, plan, discard, cancel or Cancel(), confirmed=typed, keep_data=keep_data
    )
