"""What a template refers to elsewhere: secrets and their versions, the account it runs as."""

from __future__ import annotations

from typing import Any

from sandbox.services.secretmanager import SECRET, VERSION
from sandbox.store import Store

Body = dict[str, Any]


def secret_name(store: Store, project: str, secret: str) -> str:
    """Return ``projects/p/secrets/s`` of a reference by short or full name."""
    if "/" not in secret:
        return f"projects/{project}/secrets/{secret}"
    parts = secret.split("/")
    if len(parts) >= 4 and parts[1].isdigit():
        known = store.get("project-number", parts[1])
        parts[1] = known["id"] if known else parts[1]
    return "/".join(parts[:4])


def find_version(store: Store, name: str, wanted: str) -> Body | None:
    """Return a secret's enabled version by number, alias or ``latest``, or None."""
    secret = store.get(SECRET, name)
    if secret is None:
        return None
    if wanted in ("latest", ""):
        found = store.all(VERSION, name)[-1:]
        version = found[0] if found else None
    else:
        number = secret.get("versionAliases", {}).get(wanted, wanted)
        version = store.get(VERSION, f"{name}/versions/{number}")
    return version if version and version["state"] == "ENABLED" else None


def secrets_of(template: Body) -> list[tuple[str, str, str]]:
    """Return (field, secret, version) of everything a template reads from Secret Manager."""
    found = [
        (
            f"spec.template.spec.containers[{place}].env[{index}].value_from.secret_key_ref.name",
            entry["valueSource"]["secretKeyRef"]["secret"],
            entry["valueSource"]["secretKeyRef"].get("version") or "latest",
        )
        for place, container in enumerate(template["containers"])
        for index, entry in enumerate(container.get("env", ()))
        if "secretKeyRef" in entry.get("valueSource", {})
    ]
    for index, volume in enumerate(template.get("volumes", ())):
        if volume.get("secret", {}).get("secret"):
            items = volume["secret"].get("items") or [{}]
            field = f"spec.template.spec.volumes[{index}].secret.items"
            found += [
                (field, volume["secret"]["secret"], item.get("version") or "latest")
                for item in items
            ]
    return found
