"""Which Python or Node a project wants: from its own files, never from this machine."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet

PYTHONS = ("3.13", "3.12", "3.14", "3.11", "3.10", "3.9", "3.8")
NODES = ("22", "24", "20", "18")
END_OF_LIFE = frozenset({"3.6", "3.7", "3.8", "3.9"})
NODE_END_OF_LIFE = frozenset({"12", "14", "16", "18"})

_MINOR = re.compile(r"(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version ("3.13" or "22") and where it was read; an empty path means: the default."""

    version: str
    path: str = ""
    line: int = 0
    says: str = ""


def python_from_exact(text: str) -> str | None:
    """Return "3.12" from "3.12.4", "python-3.12.4" or "cpython@3.12"; None without a version."""
    found = _MINOR.search(text)
    return f"{found[1]}.{found[2]}" if found else None


def python_from_range(specifier: str) -> str | None:
    """Return the Python to use within a range such as ">=3.11" or poetry's "^3.10"."""
    try:
        allowed = SpecifierSet(_plain(specifier))
    except InvalidSpecifier:
        return None
    for version in PYTHONS:
        if allowed.contains(f"{version}.99") or allowed.contains(version):
            return version
    return None


def _plain(specifier: str) -> str:
    """Turn poetry's caret, tilde and bare versions into standard specifiers."""
    parts = []
    for part in re.split(r"[,\s]+(?=[<>=!~^\d])", specifier.strip()):
        caret = re.fullmatch(r"\^(\d+)((?:\.\d+)*)", part)
        tilde = re.fullmatch(r"~(\d+)\.(\d+)(?:\.\d+)*", part)
        bare = re.fullmatch(r"\d+\.\d+(\.\d+|\.\*)?", part)
        if caret:
            parts.append(f">={caret[1]}{caret[2]},<{int(caret[1]) + 1}")
        elif tilde:
            parts.append(f">={tilde[1]}.{tilde[2]},<{tilde[1]}.{int(tilde[2]) + 1}")
        elif bare:
            parts.append("==" + ".".join(part.split(".")[:2]) + ".*")
        elif part and part != "*":
            parts.append(part)
    return ",".join(parts)


def node_from_range(specifier: str) -> str | None:
    """Return the Node major within an engines range such as "^20.19 || >=22.12"."""
    for major in NODES:
        if any(_allows(part, int(major)) for part in specifier.split("||")):
            return major
    return None


def _allows(part: str, major: int) -> bool:
    comparators = re.findall(r"([<>=^~]*)\s*v?(\d+)((?:\.\d+)*)", part)
    if not comparators:
        return part.strip() in {"", "*", "latest", "lts/*"}
    checks: dict[str, Callable[[int, str], bool]] = {
        "": lambda wanted, _rest: major == wanted,
        "=": lambda wanted, _rest: major == wanted,
        "^": lambda wanted, _rest: major == wanted,
        "~": lambda wanted, _rest: major == wanted,
        ">=": lambda wanted, _rest: major >= wanted,
        ">": lambda wanted, rest: major >= wanted if rest else major > wanted,
        "<": lambda wanted, rest: major <= wanted if rest.strip(".0") else major < wanted,
        "<=": lambda wanted, _rest: major <= wanted,
    }
    return all(
        operator in checks and checks[operator](int(number), rest)
        for operator, number, rest in comparators
    )


def node_from_exact(text: str) -> str | None:
    """Return "22" from "v22.12.0" or "22"; "lts/*" has no number."""
    found = re.search(r"v?(\d+)", text.strip())
    return found[1] if found else None
