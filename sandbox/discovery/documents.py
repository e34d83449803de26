"""The vendored discovery documents, read when an API is first called."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

DATA = Path(__file__).with_name("data")

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Method:
    """One method of one version; ``id`` is Google's, without the name of the API in front."""

    id: str
    http: str
    template: str
    pattern: re.Pattern[str]
    literals: int
    parameters: Mapping[str, Schema]
    request: str | None
    response: str | None

    def match(self, path: str) -> dict[str, str] | None:
        """Return the decoded path parameters when the (still encoded) path is this method's."""
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        names = [name for name, about in self.parameters.items() if about["location"] == "path"]
        return {name: unquote(found[_group(name)]) for name in names}


@dataclass(frozen=True)
class Document:
    """One version of one API: its methods by HTTP verb and its schemas by name."""

    name: str
    version: str
    title: str
    common: frozenset[str]
    methods: Mapping[str, tuple[Method, ...]]
    schemas: Mapping[str, Schema]
    by_id: Mapping[str, Method] = field(default_factory=dict)

    def find(self, http: str, path: str) -> tuple[Method, dict[str, str]] | None:
        """Return the method that serves a request and its path parameters."""
        for method in self.methods.get(http, ()):
            parameters = method.match(path)
            if parameters is not None:
                return method, parameters
        return None

    def serves(self, path: str) -> bool:
        """Whether any verb is known for a path."""
        return any(self.find(http, path) for http in self.methods)


@lru_cache
def versions() -> Mapping[str, tuple[str, ...]]:
    """Return the versions we know of every API."""
    known: dict[str, list[str]] = {}
    for file in sorted(DATA.glob("*.json.gz")):
        name, version = file.name.removesuffix(".json.gz").split(".", 1)
        known.setdefault(name, []).append(version)
    return {name: tuple(each) for name, each in known.items()}


@lru_cache
def document(name: str, version: str) -> Document:
    """Return a vendored document; KeyError when there is none."""
    if version not in versions().get(name, ()):
        raise KeyError(f"{name}:{version}")
    source = json.loads(gzip.decompress((DATA / f"{name}.{version}.json.gz").read_bytes()))
    methods: dict[str, list[Method]] = {}
    for about in source["methods"]:
        methods.setdefault(about["httpMethod"], []).append(_method(about))
    ordered = {
        http: tuple(sorted(each, key=lambda method: -method.literals))
        for http, each in methods.items()
    }
    return Document(
        name=name,
        version=version,
        title=source["title"],
        common=frozenset(source["parameters"]),
        methods=ordered,
        schemas=source["schemas"],
        by_id={method.id: method for each in ordered.values() for method in each},
    )


def _method(about: dict[str, Any]) -> Method:
    return Method(
        id=about["id"].split(".", 1)[1],
        http=about["httpMethod"],
        template=about["path"],
        pattern=_pattern(about["path"], about["parameters"]),
        literals=_literals(about.get("flatPath", about["path"])),
        parameters=about["parameters"],
        request=about.get("request", {}).get("$ref"),
        response=about.get("response", {}).get("$ref"),
    )


def _pattern(template: str, parameters: Mapping[str, Schema]) -> re.Pattern[str]:
    """Turn ``v1/{+name}:verb`` and the parameters' own patterns into one expression."""
    expression = ""
    for part in re.split(r"(\{\+?\w+\})", template):
        if part.startswith("{"):
            name = part.strip("{+}")
            inside = str(parameters[name].get("pattern", "")).strip("^$")
            if not inside:
                inside = ".+" if part.startswith("{+") else "[^/]+"
            expression += f"(?P<{_group(name)}>{inside})"
        else:
            expression += re.escape(part)
    return re.compile(expression)


def _group(name: str) -> str:
    return "p_" + name.replace(".", "_")


def _literals(template: str) -> int:
    """How specific a template is: the number of characters that are not variable."""
    return len(re.sub(r"\{[^}]*\}", "", template))
