"""From a template and an image's mapping to a command, a folder and an environment."""

from __future__ import annotations

import base64
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sandbox.cloudsql.effects import INSTANCE
from sandbox.iam import access
from sandbox.run import cloudsql_sockets
from sandbox.run.references import find_version, secret_name
from sandbox.store import Store
from sandbox.world import World

Body = dict[str, Any]

INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "USER")
NOWHERE = "1"
PLACEHOLDER = re.compile(r"\{([A-Z][A-Z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Launch:
    """What to start; the environment holds secrets and stays out of every representation."""

    argv: tuple[str, ...]
    folder: Path
    environment: dict[str, str] = field(repr=False)
    notes: tuple[str, ...] = ()


def prepared(
    world: World, project: str, template: Body, image: Body, extra: dict[str, str]
) -> Launch:
    """Return what starts a template's first container; ``extra`` is what Cloud Run itself sets."""
    container = template["containers"][0]
    own = {each["name"]: value(world.store, project, each) for each in container.get("env", ())}
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    environment["PATH"] = os.pathsep.join([*_folders(image), environment.get("PATH", "")])
    environment |= own | extra
    environment |= _cloud_sql(world, template, own)
    for name, text in image["env"].items():
        environment[name] = _filled(str(text), environment)
    given = {**environment, "PORT": extra.get("PORT", "")}
    argv = [_argument(word, given) for word in _command(container, image)]
    return Launch(tuple(argv), Path(image["folder"]), environment, _notes(template, environment))


def _notes(template: Body, environment: dict[str, str]) -> tuple[str, ...]:
    """Say what this process does not get, for its log."""
    notes = []
    if len(template["containers"]) > 1:
        notes.append("The sandbox runs the first container only.")
    if any("cloudSqlInstance" not in each for each in template.get("volumes", ())):
        notes.append("The sandbox mounts no volumes but Cloud SQL's.")
    if environment.get("SQL_PORT") == NOWHERE:
        notes.append(
            "Cloud SQL connection failed: the instance does not run, or "
            f"{template['serviceAccount']} lacks cloudsql.instances.connect (NOT_AUTHORIZED)."
        )
    return tuple(notes)


def value(store: Store, project: str, entry: Body) -> str:
    """Return the value of an environment variable; a secret's is read now."""
    reference = entry.get("valueSource", {}).get("secretKeyRef")
    if reference is None:
        return str(entry.get("value", ""))
    name = secret_name(store, project, reference["secret"])
    version = find_version(store, name, reference.get("version", "latest"))
    data = base64.b64decode(version["data"]) if version else b""
    return data.decode("utf-8", "replace")


def _command(container: Body, image: Body) -> list[str]:
    """Combine entry point and arguments as a container does."""
    command, arguments = container.get("command") or [], container.get("args") or []
    if command:
        return [*command, *arguments]
    return [*image["entrypoint"], *(arguments or image["command"])]


def _argument(word: str, environment: dict[str, str]) -> str:
    """Fill in ``$PORT`` and the like; what would listen everywhere listens on loopback."""
    if word == "0.0.0.0":
        return "127.0.0.1"
    filled = re.sub(
        r"\$\{?([A-Z][A-Z0-9_]*)\}?", lambda each: environment.get(each[1], each[0]), word
    )
    return filled.replace("0.0.0.0:", "127.0.0.1:")


def _folders(image: Body) -> list[str]:
    """Return the folders in which the image's programs are found first."""
    own = Path(image["folder"]) / ".venv" / "bin"
    return [*image["path"], str(own)] if own.is_dir() else list(image["path"])


def _cloud_sql(world: World, template: Body, environment: dict[str, str]) -> dict[str, str]:
    """Make the sockets of the mounted instances and say where they are.

    ``/cloudsql/…`` in given values becomes the real folder; ``SQL_HOST`` and ``SQL_PORT`` are for
    the mapping's own variables. Without the right to connect the port is a closed one.
    """
    instances = [
        name
        for volume in template.get("volumes", ())
        for name in volume.get("cloudSqlInstance", {}).get("instances", ())
    ]
    if not instances:
        return {}
    folder = cloudsql_sockets.folder(world.state)
    made = {"SQL_HOST": "127.0.0.1", "SQL_PORT": NOWHERE, "CLOUD_SQL_SOCKETS": str(folder)}
    account = f"serviceAccount:{template['serviceAccount']}"
    for connection in instances:
        project, _colon, rest = connection.partition(":")
        instance = rest.partition(":")[2]
        stored = world.store.get(INSTANCE, f"{project}/{instance}")
        resource = f"projects/{project}/instances/{instance}"
        may = access.allowed(world, account, "cloudsql.instances.connect", resource)
        if stored is None or stored["state"] != "RUNNABLE" or not may:
            cloudsql_sockets.unlink(folder, connection)
            continue
        cluster = world.clusters.ensure(project, instance)
        cloudsql_sockets.link(folder, connection, cluster.socket, cluster.port)
        made["SQL_PORT"] = str(cluster.port)
    for name, text in environment.items():
        if "/cloudsql/" in text:
            made[name] = text.replace("/cloudsql/", f"{folder}/")
    return made


def _filled(text: str, environment: dict[str, str]) -> str:
    """Fill ``{NAME}`` from the environment, quoted where the text is a URL."""
    keep = (lambda value: value) if "://" not in text else (lambda value: quote(value, safe=""))
    return PLACEHOLDER.sub(lambda each: keep(environment.get(each[1], "")), text)
