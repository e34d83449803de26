"""Values of Cloud Run that can be written in several ways, brought to one way of writing them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_STARTUP = {"timeoutSeconds": 4, "periodSeconds": 5, "failureThreshold": 24}
_LIVENESS = {"timeoutSeconds": 4, "periodSeconds": 30, "failureThreshold": 3}
TIMINGS: Mapping[str, Mapping[str, int]] = {"startup_probe": _STARTUP, "liveness_probe": _LIVENESS}
"""How often a new probe asks, in seconds: the same as the pipeline's."""


def cpus(text: str) -> str:
    """Return a number of CPUs without unit ("1000m" is "1")."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(m?)", text)
    if found is None:
        return text
    number = float(found[1]) / (1000 if found[2] else 1)
    return f"{number:g}"


def memory(text: str) -> str:
    """Return an amount of memory in its largest whole unit ("1024Mi" is "1Gi")."""
    found = re.fullmatch(r"(\d+)Mi", text)
    if found is None or int(found[1]) % 1024:
        return text
    return f"{int(found[1]) // 1024}Gi"


def probe_text(probe: Mapping[str, Any], port: int) -> str:
    """Return what a probe asks: "/path", "/path:PORT" where not the container's, "tcp", "grpc"."""
    if "httpGet" in probe:
        asked = probe["httpGet"]
        other = asked.get("port") or port
        path = asked.get("path") or "/"
        return str(path) if other == port else f"{path}:{other}"
    if "grpc" in probe:
        return "grpc"
    return "tcp" if "tcpSocket" in probe else ""


def probe_at(path: str, kind: str, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a probe of a path at the container's port, with the timings of the one before."""
    if before is not None and "httpGet" in before:
        asked = {key: value for key, value in before["httpGet"].items() if key != "port"}
        return {**before, "httpGet": {**asked, "path": path}}
    return {**TIMINGS[kind], "httpGet": {"path": path}}


def secret_text(reference: Mapping[str, Any]) -> str:
    """Return a reference to a secret as "id:version"; one of another project has its full name."""
    return f"{reference.get('secret', '')}:{reference.get('version') or 'latest'}"


def secret_reference(text: str) -> dict[str, str]:
    """Return the reference that ``secret_text`` wrote."""
    secret, _colon, version = text.partition(":")
    return {"secret": secret, "version": version or "latest"}
