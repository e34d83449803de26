"""Small repositories written from a mapping of paths to texts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from generators.deployment import DatabaseUse, Deployment, SecretUse
from generators.detect import detect
from generators.project import Service

EXAMPLE = Path(__file__).parents[2] / "examples" / "notes"


def repository(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write the files and return the root."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
    return root


def only_service(root: Path) -> Service:
    """Return the one service that is found."""
    services = detect(root).services
    assert len(services) == 1, [service.path for service in services]
    return services[0]


def deployment(service: Service | None = None, **changes: object) -> Deployment:
    """Return a deployment of the example (or another service) with some fields changed."""
    fields: dict[str, object] = {
        "service": service or only_service(EXAMPLE),
        "blueprint_hash": "0123456789ab",
        "name": "notes",
        "project_id": "notes-prod",
        "repository": "notes",
        "runtime_account": "notes-run",
        "build_account": "notes-build",
        "database": DatabaseUse(instance="notes-db", major="16", name="notes", user="notes"),
        "secrets": (SecretUse(variable="DB_PASSWORD", secret="notes-db-password"),),
    }
    return Deployment(**{**fields, **changes})  # type: ignore[arg-type]
