"""Make ``discovery/data``: Google's discovery documents, stripped, with the enums' real numbers.

A tool for whoever works on Tarmac, never run by users: ``python -m sandbox.discovery.vendoring``.
Sources: the documents inside google-api-python-client and the enums inside Google's own clients
(both come with ``tarmac[dev]``).
"""

from __future__ import annotations

import gzip
import importlib
import inspect
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("data")
APIS = {
    "artifactregistry:v1": ("google.cloud.artifactregistry_v1.types",),
    "artifactregistry:v1beta2": ("google.cloud.artifactregistry_v1beta2.types",),
    "cloudbilling:v1": ("google.cloud.billing_v1.types",),
    "cloudbuild:v1": ("google.cloud.devtools.cloudbuild_v1.types",),
    "cloudbuild:v2": ("google.cloud.devtools.cloudbuild_v2.types",),
    "cloudresourcemanager:v1": ("google.cloud.resourcemanager_v3.types",),
    "cloudresourcemanager:v3": ("google.cloud.resourcemanager_v3.types",),
    "compute:v1": (),
    "iam:v1": ("google.cloud.iam_admin_v1.types",),
    "logging:v2": (),
    "run:v1": ("google.cloud.run_v2.types",),
    "run:v2": ("google.cloud.run_v2.types",),
    "orgpolicy:v2": (),
    "secretmanager:v1": ("google.cloud.secretmanager_v1.types",),
    "serviceusage:v1": ("google.cloud.service_usage_v1.types",),
    "sqladmin:v1": ("google.cloud.sqladmin_v1.types",),
    "sqladmin:v1beta4": ("google.cloud.sqladmin_v1.types",),
    "storage:v1": (),
}
KEPT = {
    "compute:v1": re.compile(
        r"compute\.((zone|region|global)Operations\.(get|list|wait)|(zones|regions)\.(get|list)"
        r"|machineTypes\.(get|list|aggregatedList)|images\.(get|list|getFromFamily)|projects\.get"
        r"|(firewalls|addresses|networks)\.(get|list|insert|delete|patch|testIamPermissions)"
        r"|instances\.(get|list|aggregatedList|insert|delete|start|stop|reset|setMetadata"
        r"|setLabels|setTags|setMachineType|setDeletionProtection|getGuestAttributes"
        r"|getSerialPortOutput|testIamPermissions))"
    ),
    "logging:v2": re.compile(r"logging\.entries\.list"),
    "storage:v1": re.compile(
        r"storage\.(buckets\.(get|getStorageLayout|list|insert|delete)|objects\.(get|list|delete))"
    ),
}
PROSE = frozenset(
    {"description", "enumDescriptions", "enumDeprecated", "deprecated", "annotations"}
)
METHOD_KEYS = ("id", "httpMethod", "path", "flatPath", "parameters", "request", "response")

Node = dict[str, Any]


def vendor(api: str, documents: Path) -> int:
    """Write one API's stripped document; return its size in bytes, compressed."""
    name, version = api.split(":")
    source = json.loads((documents / f"{name}.{version}.json").read_text(encoding="utf-8"))
    numbers = list(_enums_of(APIS[api]))
    kept = KEPT.get(api)
    prefix = source.get("servicePath", "")
    methods = [
        _method(each, prefix) for each in _methods(source) if not kept or kept.fullmatch(each["id"])
    ]
    schemas = {key: _schema(node) for key, node in source["schemas"].items()}
    document = {
        "name": name,
        "version": version,
        "title": source["title"],
        "parameters": sorted(source["parameters"]),
        "methods": methods,
        "schemas": _reachable(methods, schemas) if kept else schemas,
    }
    _number_enums(document, numbers)
    packed = gzip.compress(json.dumps(document, separators=(",", ":")).encode(), 9, mtime=0)
    (DATA / f"{name}.{version}.json.gz").write_bytes(packed)
    return len(packed)


def _methods(node: Node) -> Iterator[Node]:
    yield from node.get("methods", {}).values()
    for resource in node.get("resources", {}).values():
        yield from _methods(resource)


def _method(source: Node, prefix: str) -> Node:
    method = {key: source[key] for key in METHOD_KEYS if key in source}
    for key in ("path", "flatPath"):
        if key in method:
            method[key] = prefix + method[key]
    method["parameters"] = {
        name: _without_prose(about) for name, about in source.get("parameters", {}).items()
    }
    return method


def _reachable(methods: list[Node], schemas: Node) -> Node:
    """Return the schemas that methods refer to, directly or through others."""
    found: Node = {}
    waiting = list(_references(methods))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = schemas[name]
            waiting += _references(schemas[name])
    return dict(sorted(found.items()))


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _references(each)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from _references(each)


def _schema(node: Node) -> Node:
    """Return a schema without prose; its properties keep names that look like prose."""
    stripped = _without_prose(node)
    if "properties" in node:
        stripped["properties"] = {name: _schema(part) for name, part in node["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            stripped[key] = _schema(node[key])
    return stripped


def _without_prose(node: Node) -> Node:
    stripped = {key: value for key, value in node.items() if key not in PROSE}
    if str(node.get("description", "")).startswith(("Output only.", "[Output")):
        stripped["readOnly"] = True
    return stripped


def _number_enums(node: Any, known: list[dict[str, int]]) -> None:
    """Add ``enumNumbers`` to every enum whose numbers are not simply 0, 1, 2…"""
    if isinstance(node, list):
        for each in node:
            _number_enums(each, known)
    elif isinstance(node, dict):
        names = node.get("enum")
        if isinstance(names, list) and names and isinstance(names[0], str):
            numbers = _numbers(names, known)
            if numbers != list(range(len(names))):
                node["enumNumbers"] = numbers
        for each in node.values():
            _number_enums(each, known)


def _numbers(names: list[str], known: list[dict[str, int]]) -> list[int]:
    """Return the numbers of an enum's names; a name newer than the clients follows the one before,
    or comes last where that number is taken.

    The client's enum is the one that shares most names (at least half) and the first one.
    """
    alike = [enum for enum in known if names[0] in enum]
    best = max(alike, key=lambda enum: (len(enum.keys() & set(names)), -len(enum)), default={})
    if 2 * len(best.keys() & set(names)) < len(names):
        return list(range(len(names)))
    numbers: list[int] = []
    taken = set(best.values())
    for name in names:
        following = numbers[-1] + 1 if numbers else 0
        free = following if following not in taken else max(taken) + 1
        numbers.append(best.get(name, free))
        taken.add(numbers[-1])
    return numbers


def _enums_of(modules: tuple[str, ...]) -> Iterator[dict[str, int]]:
    proto = importlib.import_module("proto")
    seen: set[Any] = set()

    def walk(owner: Any) -> Iterator[dict[str, int]]:
        for name in dir(owner):
            each: Any = getattr(owner, name, None)
            if not inspect.isclass(each) or each in seen:
                continue
            seen.add(each)
            if issubclass(each, proto.Enum):
                yield {name: int(entry.value) for name, entry in _members(each).items()}
            elif issubclass(each, proto.Message):
                yield from walk(each)

    for module in modules:
        yield from walk(importlib.import_module(module))


def _members(enum: Any) -> Any:
    return enum.__members__


def main() -> None:
    """Write every document (or those named ``api:version``) anew and say how large it became."""
    package = importlib.import_module("googleapiclient")
    documents = Path(str(package.__file__)).parent / "discovery_cache" / "documents"
    DATA.mkdir(exist_ok=True)
    for api in sys.argv[1:] or APIS:
        print(f"{api}: {vendor(api, documents):,} bytes")


if __name__ == "__main__":
    main()
