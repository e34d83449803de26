"""What a project is like, for comparing an apply with the exported script."""

from __future__ import annotations

import json
from typing import Any

from sandbox.store import Store
from tests.reliability.state_of import State, state_of
from wizards.postgres.sandbox_address import SandboxAddress

# Who wrote something, in gcloud's and in Tarmac's own words.
_BOOKKEEPING = {
    "client",
    "clientVersion",
    "client.knative.dev/nonce",
    "run.googleapis.com/client-name",
    "run.googleapis.com/client-version",
    "tarmac-after",
    "tarmac-digest",
    "tarmac-image",
}
# What gcloud spells out and an API leaves to its default, and the other way round.
_DEFAULTS = {
    "defaultUriDisabled": False,
    "ingress": "INGRESS_TRAFFIC_ALL",
    "minInstanceCount": 0,
    "name": "",
    "kind": "sql#maintenanceWindow",
    "mode": "MODE_UNSPECIFIED",
    "disabled": False,
    "cpuIdle": True,
}


def project_state(address: SandboxAddress, project: str, generated: list[str]) -> State:
    """Return every field of a project, generated values and bookkeeping aside.

    ``generated`` names the secrets whose values are random.
    """
    store = Store(address.state / "sandbox.db")
    try:
        found = state_of(store, project, generated)
    finally:
        store.close()
    # gcloud repeats a service's scaling, connections and labels on the template of a revision.
    return {
        key: _plain(value, template="run-" in key)
        for key, value in found.items()
        if not key.startswith("run-revision")
    }


def _plain(value: Any, *, template: bool) -> Any:
    if isinstance(value, dict):
        kept = {
            key: _plain(part, template=template)
            for key, part in value.items()
            if key not in _BOOKKEEPING and _DEFAULTS.get(key, _plain) != part
        }
        if template and isinstance(kept.get("template"), dict):
            inner = kept["template"]
            kept["template"] = {
                key: part for key, part in inner.items() if key not in ("annotations", "labels")
            }
        return {key: part for key, part in kept.items() if part not in ({}, [])}
    if isinstance(value, list):
        parts = [_plain(part, template=template) for part in value]
        return sorted(parts, key=lambda part: json.dumps(part, sort_keys=True))
    return value
