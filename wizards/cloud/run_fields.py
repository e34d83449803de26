"""Documents of services and jobs as flat fields.

Google's client classes drop every field that their release does not know, and what is read and
written back through them loses what a person has set there. So a resource of Cloud Run is kept as
the JSON that Google sends, of which these fields are a view.

Names: image, account, command, port, cpu, memory, cpu_idle, startup_probe, liveness_probe,
min_instances, max_instances, concurrency, public, max_retries, timeout,
environment.VARIABLE (a plain value), secrets.VARIABLE ("id:version"),
cloud_sql.CONNECTION (where it is mounted) and labels.KEY.
"""

from __future__ import annotations

import shlex
from typing import Any

from wizards.cloud import run_values
from wizards.cloud.run_things import Fields, FieldValue

PLACED = "tarmac-image"
"""The annotation that says which image Tarmac set last; later ones are the pipeline's."""
PLAIN = "plain text"
"""What a secret's field says of a variable that holds a plain value: the value is not told."""
HIDDEN = "from a secret"
"""What a plain field says of a variable that comes from a secret."""
SCALING = {"min_instances": "minInstanceCount", "max_instances": "maxInstanceCount"}
PROBES = {"startup_probe": "startupProbe", "liveness_probe": "livenessProbe"}

Document = dict[str, Any]

_DEFAULT_PORT = 8080


def service_fields(document: Document) -> dict[str, FieldValue]:
    """Return what is set on a service."""
    template = document.get("template", {})
    container = serving(template)
    resources = container.get("resources", {})
    port = port_of(container)
    fields: dict[str, FieldValue] = {
        **_common(template),
        "port": port,
        "cpu_idle": bool(resources.get("cpuIdle", False)),
        "concurrency": int(template.get("maxInstanceRequestConcurrency", 0)),
        "public": bool(document.get("invokerIamDisabled", False)),
    }
    for name, key in SCALING.items():
        fields[name] = int(template.get("scaling", {}).get(key, 0))
    for name, key in PROBES.items():
        if key in container:
            fields[name] = run_values.probe_text(container[key], port)
    return {**fields, **_labels(document)}


def job_fields(document: Document) -> dict[str, FieldValue]:
    """Return what is set on a job."""
    task = document.get("template", {}).get("template", {})
    fields = _common(task)
    fields["max_retries"] = int(task.get("maxRetries", 0))
    fields["timeout"] = str(task.get("timeout", ""))
    return {**fields, **_labels(document)}


def placed_image(document: Document) -> str:
    """Return the image that Tarmac set last, "" for none."""
    return str(document.get("annotations", {}).get(PLACED, ""))


def serving(template: Document) -> Document:
    """Return the container that takes the requests: the one with a port, else the first."""
    containers: list[Document] = template.setdefault("containers", [])
    if not containers:
        containers.append({})
    return next((each for each in containers if each.get("ports")), containers[0])


def port_of(container: Document) -> int:
    """Return the port that a container listens on."""
    ports = container.get("ports") or [{}]
    return int(ports[0].get("containerPort", _DEFAULT_PORT))


def _common(template: Document) -> dict[str, FieldValue]:
    container = serving(template)
    limits = container.get("resources", {}).get("limits", {})
    words = [*container.get("command", []), *container.get("args", [])]
    fields: dict[str, FieldValue] = {
        "image": str(container.get("image", "")),
        "account": str(template.get("serviceAccount", "")),
        "command": shlex.join(words),
        "cpu": run_values.cpus(str(limits.get("cpu", ""))),
        "memory": run_values.memory(str(limits.get("memory", ""))),
    }
    for entry in container.get("env", []):
        fields |= _variable(entry)
    return fields | _connections(template, container)


def _variable(entry: Document) -> dict[str, FieldValue]:
    name = entry.get("name", "")
    reference = entry.get("valueSource", {}).get("secretKeyRef")
    if reference is not None:
        text = run_values.secret_text(reference)
        return {f"secrets.{name}": text, f"environment.{name}": HIDDEN}
    return {f"environment.{name}": str(entry.get("value", "")), f"secrets.{name}": PLAIN}


def _connections(template: Document, container: Document) -> dict[str, FieldValue]:
    mounts = {
        mount.get("name", ""): mount.get("mountPath", "")
        for mount in container.get("volumeMounts", [])
    }
    return {
        f"cloud_sql.{connection}": str(mounts.get(volume.get("name", ""), ""))
        for volume in template.get("volumes", [])
        for connection in volume.get("cloudSqlInstance", {}).get("instances", [])
    }


def _labels(document: Document) -> Fields:
    return {f"labels.{key}": str(value) for key, value in document.get("labels", {}).items()}
