"""A sandbox to set things up in, and words to steer it with."""

from __future__ import annotations

import json
import secrets
import urllib.request
from pathlib import Path
from typing import Any

from wizards.blueprint import Blueprint, Database, Project, Secret, Service
from wizards.cancel import Cancel
from wizards.cloud.google_cloud import GoogleCloud
from wizards.events import discard
from wizards.plan import Action, Plan
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.setup.applying import AppliedPlan, apply
from wizards.setup.planning import make_plan

ROOT = Path(__file__).parents[2]
BILLING = "01A2B3-C4D5E6-F7A8B9"


def ask(address: SandboxAddress, verb: str, route: str, body: object = None) -> Any:
    """Call one of the sandbox's own routes."""
    request = urllib.request.Request(
        f"{address.url}/sandbox/v1/{route}",
        method=verb,
        data=None if body is None else json.dumps(body).encode(),
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.load(answer)


def fault(address: SandboxAddress, method: str, **parts: object) -> None:
    """Let the next calls that match fail."""
    ask(address, "POST", "faults", {"method": method, "kind": "status", **parts})


def log_length(address: SandboxAddress) -> int:
    """Return how many requests the sandbox has answered."""
    return int(ask(address, "GET", "log?after=1000000000")["count"])


def writes(address: SandboxAddress, after: int, method: str) -> int:
    """Return how many calls of a method ("instances.insert") succeeded since a point of the log."""
    entries = ask(address, "GET", f"log?after={after}")["entries"]
    return sum(
        method in str(entry.get("method", "")) and 0 < int(entry["status"]) < 300
        for entry in entries
    )


def blueprint(
    project: str | None = None, *, database: bool = True, secrets_: dict[str, Secret] | None = None
) -> Blueprint:
    """Return a small but whole desired state in a project of its own."""
    wanted = Database(instance="notes-db", name="notes", user="notes")
    return Blueprint(
        project=Project(id=project or f"t-{secrets.token_hex(6)}", billing_account=BILLING),
        service=Service(name="notes", max_instances=3),
        database=wanted if database else None,
        secrets=secrets_ or {},
    )


def planned(wanted: Blueprint, cloud: GoogleCloud, **values: str) -> Plan:
    """Return the plan for a blueprint."""
    return make_plan(wanted, cloud, discard, Cancel(), secret_values=values)


def applied(
    root: Path, wanted: Blueprint, cloud: GoogleCloud, cancel: Cancel | None = None, **values: str
) -> AppliedPlan:
    """Plan and apply a blueprint."""
    plan = planned(wanted, cloud, **values)
    return apply(root, wanted, cloud, plan, values, discard, cancel or Cancel())


def actions(plan: Plan) -> dict[str, Action]:
    """Return the action of every change by id."""
    return {change.id: change.action for change in plan.changes}
