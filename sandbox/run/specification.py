"""What a template may say, and what Cloud Run fills in where it says nothing."""

from __future__ import annotations

import re
from typing import Any

from sandbox.errors import bad_request

Body = dict[str, Any]

RESERVED = frozenset({"PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"})
RESERVED_IN_JOBS = frozenset(
    {"CLOUD_RUN_JOB", "CLOUD_RUN_EXECUTION", "CLOUD_RUN_TASK_INDEX", "CLOUD_RUN_TASK_ATTEMPT"}
)
MEMORY = re.compile(r"(\d+)(Mi|Gi|M|G)")
CPU = re.compile(r"(\d+(?:\.\d+)?)(m?)")
UNITS = {"Mi": 1, "Gi": 1024, "M": 0.953674, "G": 953.674}
MOST_MEMORY = {1: 4096, 2: 8192, 4: 16384, 6: 24576, 8: 32768}
LONGEST_REQUEST, LONGEST_TASK = 3600, 7 * 24 * 3600
DEFAULT_PORT = 8080


def complete_service(template: Body, root: str) -> Body:
    """Return a service's template with defaults; ``root`` begins the field names in refusals."""
    made = {"timeout": "300s", "maxInstanceRequestConcurrency": 80, **template}
    containers = _containers(template, root)
    ingress = [each for each in containers if each.get("ports")] or containers[:1]
    if len(ingress) > 1:
        raise bad_request(f"{root}.containers: only one container may have ports.")
    made["containers"] = [
        _complete(each, RESERVED, f"{root}.containers[{index}]", serves=each is ingress[0])
        for index, each in enumerate(containers)
    ]
    _check_timeout(made["timeout"], LONGEST_REQUEST, f"{root}.timeout")
    concurrency = made["maxInstanceRequestConcurrency"]
    if not 0 <= concurrency <= 1000:
        raise bad_request(f"{root}.max_instance_request_concurrency: must be from 1 to 1000.")
    made["maxInstanceRequestConcurrency"] = concurrency or 80
    made["scaling"] = _scaling(template.get("scaling", {}), root)
    _check_mounts(made, root)
    return made


def complete_task(template: Body, root: str) -> Body:
    """Return a job's task template with defaults."""
    made = {"timeout": "600s", "maxRetries": 3, **template}
    made["containers"] = [
        _complete(each, RESERVED_IN_JOBS, f"{root}.containers[{index}]", serves=False)
        for index, each in enumerate(_containers(template, root))
    ]
    _check_timeout(made["timeout"], LONGEST_TASK, f"{root}.timeout")
    if not 0 <= made["maxRetries"] <= 10:
        raise bad_request(f"{root}.max_retries: must be from 0 to 10.")
    _check_mounts(made, root)
    return made


def check_env(entries: list[Body], reserved: frozenset[str], field: str) -> None:
    """Refuse names that Cloud Run sets itself, and names given twice."""
    names = [each.get("name", "") for each in entries]
    taken = sorted({name for name in names if name in reserved})
    if taken:
        raise bad_request(
            f"{field}: The following reserved env names were provided: {', '.join(taken)}. "
            "These values are automatically set by the system."
        )
    if "" in names:
        raise bad_request(f"{field}: an environment variable needs a name.")
    for name in names:
        if names.count(name) > 1:
            raise bad_request(f"{field}: duplicate environment variable name: {name}.")


def seconds(duration: str) -> float:
    """Return a duration (``600s``) in seconds."""
    return float(duration.removesuffix("s") or 0)


def port_of(template: Body) -> int:
    """Return the port that the serving container is told to listen on."""
    for container in template["containers"]:
        for port in container.get("ports", ()):
            return int(port.get("containerPort", DEFAULT_PORT))
    return DEFAULT_PORT


def _containers(template: Body, root: str) -> list[Body]:
    containers: list[Body] = template.get("containers", [])
    if not containers:
        raise bad_request(f"{root}.containers: must have at least one container.")
    return containers


def _complete(container: Body, reserved: frozenset[str], field: str, *, serves: bool) -> Body:
    if not container.get("image"):
        raise bad_request(f"{field}.image: required field is missing.")
    check_env(container.get("env", []), reserved, f"{field}.env")
    made = dict(container)
    for index, entry in enumerate(container.get("env", ())):
        reference = entry.get("valueSource", {}).get("secretKeyRef")
        if reference is not None and not reference.get("secret"):
            raise bad_request(f"{field}.env[{index}].value_source.secret_key_ref: needs a secret.")
    if serves:
        made["ports"] = [_port(container.get("ports", []), field)]
        port = made["ports"][0]["containerPort"]
        made.setdefault("startupProbe", _default_probe(port))
    made["resources"] = _resources(container.get("resources"), field, serves=serves)
    return made


def _port(ports: list[Body], field: str) -> Body:
    if len(ports) > 1:
        raise bad_request(f"{field}.ports: should contain 0 or 1 port (field: ports).")
    port = {"name": "http1", "containerPort": DEFAULT_PORT, **(ports[0] if ports else {})}
    if not 1 <= port["containerPort"] <= 65535:
        raise bad_request(f"{field}.ports[0].container_port: must be from 1 to 65535.")
    if port["name"] not in ("http1", "h2c"):
        raise bad_request(f"{field}.ports[0].name: must be 'http1' or 'h2c'.")
    return port


def _default_probe(port: int) -> Body:
    return {
        "timeoutSeconds": 240,
        "periodSeconds": 240,
        "failureThreshold": 1,
        "tcpSocket": {"port": port},
    }


def _resources(given: Body | None, field: str, *, serves: bool) -> Body:
    """Complete the limits; without ``cpuIdle`` in given resources the CPU is always allocated."""
    limits = {"cpu": "1000m", "memory": "512Mi", **(given or {}).get("limits", {})}
    cpu, memory = CPU.fullmatch(limits["cpu"]), MEMORY.fullmatch(limits["memory"])
    if cpu is None:
        raise bad_request(f"{field}.resources.limits.cpu: invalid value {limits['cpu']!r}.")
    if memory is None:
        raise bad_request(f"{field}.resources.limits.memory: invalid value {limits['memory']!r}.")
    cores = float(cpu[1]) / (1000 if cpu[2] else 1)
    megabytes = int(memory[1]) * UNITS[memory[2]]
    most = next((value for core, value in MOST_MEMORY.items() if cores <= core), 0)
    idle = True if given is None else bool(given.get("cpuIdle", False))
    least = 128 if idle or not serves else 512
    if not cores >= 0.08 or not least <= megabytes <= most:
        always = "" if idle or not serves else " with CPU always allocated"
        raise bad_request(
            f"{field}.resources.limits.memory: Invalid value specified for container memory. For "
            f"{cores:g} CPU{always}, memory must be between {least}Mi and {most or 0}Mi inclusive."
        )
    made = {**(given or {}), "limits": limits}
    if serves and idle:
        made["cpuIdle"] = True
    return made


def _scaling(scaling: Body, root: str) -> Body:
    most = scaling.get("maxInstanceCount") or 100
    least = scaling.get("minInstanceCount", 0)
    if least < 0 or most < max(1, least):
        raise bad_request(f"{root}.scaling: max_instance_count must not be below the minimum.")
    return {**scaling, "maxInstanceCount": most}


def _check_timeout(duration: str, longest: int, field: str) -> None:
    if not 0 < seconds(duration) <= longest:
        raise bad_request(f"{field}: must be between 1 and {longest} seconds.")


def _check_mounts(template: Body, root: str) -> None:
    known = {each.get("name", "") for each in template.get("volumes", ())}
    for index, container in enumerate(template["containers"]):
        for mount in container.get("volumeMounts", ()):
            if mount.get("name", "") not in known:
                raise bad_request(
                    f"{root}.containers[{index}].volume_mounts: no volume is named "
                    f"'{mount.get('name', '')}'."
                )
