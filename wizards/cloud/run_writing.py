"""Fields written into documents; whatever has no name here is left exactly as it was.

Other containers, variables, volumes, labels, annotations, the service's own scaling and its
traffic are never touched.
"""

from __future__ import annotations

import copy
import shlex
from collections.abc import Mapping
from typing import Any

from wizards.cloud import run_values
from wizards.cloud.run_fields import PLACED, PROBES, SCALING, Document, serving
from wizards.cloud.run_things import FieldValue

RETRY = "retry"
"""The change that asks for a new revision in place of the one it names, which failed."""

Changes = Mapping[str, FieldValue | None]
"""Values by field; None clears."""

_RETRIED = "tarmac-retry"
_SQL_FOLDER = "/cloudsql"
_SQL_VOLUME = "cloudsql"


def written_service(document: Document, changes: Changes) -> tuple[Document, tuple[str, ...]]:
    """Return a service's document with changes made (None clears), and the paths they touch."""
    made = copy.deepcopy(document)
    template = made.setdefault("template", {})
    paths: dict[str, None] = {}
    for name in _in_order(changes):
        value = changes[name]
        paths |= dict.fromkeys(_write_service(made, template, name, value))
    if any(path.startswith("template.") for path in paths):
        # A name left from an earlier deployment would be refused: it has that configuration.
        template.pop("revision", None)
        paths["template.revision"] = None
    return made, tuple(paths)


def written_job(document: Document, changes: Changes) -> Document:
    """Return a job's whole document with changes made (None clears); no execution is begun."""
    made = copy.deepcopy(document)
    for token in ("startExecutionToken", "runExecutionToken"):
        made.pop(token, None)
    task = made.setdefault("template", {}).setdefault("template", {})
    for name in _in_order(changes):
        value = changes[name]
        if name == RETRY:
            continue  # a job has no revisions: being sent again is enough
        if name == "max_retries":
            task["maxRetries"] = value
        elif name == "timeout":
            task["timeout"] = value
        elif name == "image":
            _mark(made, value)
            _write_common(task, name, value)
        elif name.startswith("labels."):
            _write_key(made, "labels", name, value)
        else:
            _write_common(task, name, value)
    return made


def picked(document: Document, paths: tuple[str, ...]) -> Document:
    """Return the part of a document that an update of these paths has to send."""
    made: Document = {}
    for path in paths:
        source: Any = document
        target = made
        *above, last = path.split(".")
        for key in above:
            source = source.get(key, {})
            target = target.setdefault(key, {})
        if last in source:
            target[last] = source[last]
    return made


def _in_order(changes: Changes) -> list[str]:
    """Probes come last: they are written relative to the port."""
    return sorted(changes, key=lambda name: name in PROBES)


def _write_service(
    document: Document, template: Document, name: str, value: FieldValue | None
) -> tuple[str, ...]:
    """Write one field and return the paths that an update must name."""
    if name in SCALING:
        template.setdefault("scaling", {})[SCALING[name]] = value
        return (f"template.scaling.{SCALING[name]}",)
    if name == "concurrency":
        template["maxInstanceRequestConcurrency"] = value
        return ("template.maxInstanceRequestConcurrency",)
    if name == "public":
        document["invokerIamDisabled"] = bool(value)
        return ("invokerIamDisabled",)
    if name == RETRY:
        _write_key(template, "annotations", _RETRIED, value)
        return ("template.annotations",)
    if name.startswith("labels."):
        _write_key(document, "labels", name, value)
        return ("labels",)
    if name in ("port", "cpu_idle", *PROBES):
        _writeserving(template, name, value)
        return ("template.containers",)
    if name == "image":
        _mark(document, value)
        return ("annotations", *_write_common(template, name, value))
    return _write_common(template, name, value)


def _writeserving(template: Document, name: str, value: FieldValue | None) -> None:
    """Write what only the container that takes requests has."""
    container = serving(template)
    if name == "port":
        ports = container.get("ports") or [{}]
        container["ports"] = [{**ports[0], "containerPort": value}]
    elif name == "cpu_idle":
        container.setdefault("resources", {})["cpuIdle"] = bool(value)
    elif value is None or not str(value).startswith("/"):
        container.pop(PROBES[name], None)
    else:
        before = container.get(PROBES[name])
        container[PROBES[name]] = run_values.probe_at(str(value), name, before)


def _write_common(template: Document, name: str, value: FieldValue | None) -> tuple[str, ...]:
    """Write one field that services and jobs have and return the paths for a service."""
    container = serving(template)
    group, _dot, key = name.partition(".")
    if name == "account":
        template["serviceAccount"] = value
        return ("template.serviceAccount",)
    if group == "cloud_sql":
        _connect(template, container, key, wanted=value is not None)
        return ("template.volumes", "template.containers")
    if group in ("environment", "secrets"):
        _write_variable(container, group, key, value)
    elif name in ("cpu", "memory"):
        container.setdefault("resources", {}).setdefault("limits", {})[name] = value
    elif name == "command":
        words = shlex.split(str(value or ""))
        container["command"], container["args"] = words[:1], words[1:]
    elif name == "image":
        container["image"] = value
    else:
        raise KeyError(name)
    return ("template.containers",)


def _write_variable(container: Document, group: str, name: str, value: FieldValue | None) -> None:
    entries = container.setdefault("env", [])
    place = next((at for at, entry in enumerate(entries) if entry.get("name") == name), None)
    if value is None:
        if place is not None:
            del entries[place]
        return
    made: Document = {"name": name, "value": str(value)}
    if group == "secrets":
        reference = run_values.secret_reference(str(value))
        made = {"name": name, "valueSource": {"secretKeyRef": reference}}
    if place is None:
        entries.append(made)
    else:
        entries[place] = made


def _connect(template: Document, container: Document, connection: str, *, wanted: bool) -> None:
    """Attach an instance to the container's Cloud SQL volume, or take it off."""
    volumes = template.setdefault("volumes", [])
    mounts = container.setdefault("volumeMounts", [])
    if not wanted:
        _disconnect(template, connection)
        return
    mounted = {mount.get("name") for mount in mounts}
    ours = [each for each in volumes if "cloudSqlInstance" in each]
    volume = next((each for each in ours if each.get("name") in mounted), None)
    if volume is None:
        volume = {"name": _free_name(volumes), "cloudSqlInstance": {"instances": []}}
        volumes.append(volume)
        mounts.append({"name": volume["name"], "mountPath": _SQL_FOLDER})
    instances = volume["cloudSqlInstance"].setdefault("instances", [])
    if connection not in instances:
        instances.append(connection)


def _disconnect(template: Document, connection: str) -> None:
    volumes = template["volumes"]
    for volume in volumes:
        instances = volume.get("cloudSqlInstance", {}).get("instances", [])
        if connection in instances:
            instances.remove(connection)
    empty = {
        volume.get("name")
        for volume in volumes
        if "cloudSqlInstance" in volume and not volume["cloudSqlInstance"].get("instances")
    }
    template["volumes"] = [each for each in volumes if each.get("name") not in empty]
    for container in template["containers"]:
        mounts = container.get("volumeMounts", [])
        container["volumeMounts"] = [each for each in mounts if each.get("name") not in empty]


def _free_name(volumes: list[Document]) -> str:
    taken = {volume.get("name") for volume in volumes}
    names = (_SQL_VOLUME, *(f"{_SQL_VOLUME}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _mark(document: Document, image: FieldValue | None) -> None:
    _write_key(document, "annotations", PLACED, image)


def _write_key(holder: Document, group: str, name: str, value: FieldValue | None) -> None:
    """Write one label or annotation; ``name`` may begin with the group's own name."""
    entries = holder.setdefault(group, {})
    key = name.removeprefix(f"{group}.")
    if value is None:
        entries.pop(key, None)
    else:
        entries[key] = value
