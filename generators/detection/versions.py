"""Which Python or Node a project wants: from its own files, never from this machine."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from generators.project import Confidence

PYTHONS = ("3.13", "3.12", "3.14", "3.11", "3.10", "3.9", "3.8", "3.7", "3.6", "3.5", "2.7")
NODES = ("24", "22", "26", "20", "18", "16", "14", "12", "10")
_PYTHON_ENDS = {
    "2.7": date(2020, 1, 1),
    "3.5": date(2020, 9, 30),
    "3.6": date(2021, 12, 23),
    "3.7": date(2023, 6, 27),
    "3.8": date(2024, 10, 7),
    "3.9": date(2025, 10, 31),
    "3.10": date(2026, 10, 31),
    "3.11": date(2027, 10, 31),
    "3.12": date(2028, 10, 31),
}
_NODE_ENDS = {
    "10": date(2021, 4, 30),
    "12": date(2022, 4, 30),
    "14": date(2023, 4, 30),
    "16": date(2023, 9, 11),
    "18": date(2025, 4, 30),
    "20": date(2026, 4, 30),
    "22": date(2027, 4, 30),
}
_CODE_NAMES = {
    "dubnium": "10",
    "erbium": "12",
    "fermium": "14",
    "gallium": "16",
    "hydrogen": "18",
    "iron": "20",
    "jod": "22",
    "krypton": "24",
}

_MINOR = re.compile(r"(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version ("3.13" or "22") and where it was read; an empty path means: the default.

    ``sure`` is medium where the version was concluded (from a wide range, from what pinned
    packages run on) and low where nothing says anything.
    """

    version: str
    path: str = ""
    line: int = 0
    says: str = ""
    sure: Confidence = Confidence.HIGH


def end_of_life(language: str, version: str, today: date | None = None) -> bool:
    """Whether a Python ("3.9") or Node ("18") gets no security fixes any more on that day."""
    today = today or date.today()
    if language == "python":
        ends = _PYTHON_ENDS.get(version)
        return (ends is not None and today > ends) or version.startswith("2.")
    odd = version.isdigit() and int(version) % 2 == 1 and int(version) < 25
    ends = _NODE_ENDS.get(version)
    return odd or (ends is not None and today > ends) or (version.isdigit() and int(version) < 10)


def python_from_exact(text: str) -> str | None:
    """Return "3.12" from "3.12.4", "python-3.12.4" or "cpython@3.12"; None without a version."""
    for line in text.splitlines():
        found = _MINOR.search(line.partition("#")[0])
        if found:
            return f"{found[1]}.{found[2]}"
    return None


def python_from_range(specifier: str) -> str | None:
    """Return the Python to use within a range such as ">=3.11" or poetry's "^3.10"."""
    return next((one for one in PYTHONS if python_fits(specifier, one)), None)


def python_fits(specifier: str, version: str) -> bool:
    """Whether a minor version lies in a range; a range that cannot be read allows nothing."""
    for choice in specifier.split("||"):
        try:
            allowed = SpecifierSet(_plain(choice))
        except InvalidSpecifier:
            continue
        if any(allowed.contains(f"{version}.{patch}") for patch in (99, 0, 9, 5, 3)):
            return True
    return False


def _plain(specifier: str) -> str:
    """Turn poetry's caret, tilde and bare versions into standard specifiers."""
    parts = []
    for part in re.split(r"[,\s]+(?=[<>=!~^\d])", specifier.strip().strip(",")):
        part = re.sub(r"^([<>=!~^]+)\s+", r"\1", part)
        caret = re.fullmatch(r"\^(\d+)((?:\.\d+)*)(?:\.\*)?", part)
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
    return next((major for major in NODES if node_fits(specifier, major)), None)


def node_fits(specifier: str, major: str) -> bool:
    """Whether a Node major lies in an engines range."""
    return any(_allows(part, int(major)) for part in specifier.split("||"))


def _allows(part: str, major: int) -> bool:
    hyphen = re.fullmatch(r"\s*v?(\d+)[\d.x*]*\s+-\s+v?(\d+)[\d.x*]*\s*", part)
    if hyphen:
        return int(hyphen[1]) <= major <= int(hyphen[2])
    comparators = re.findall(r"([<>=^~]*)\s*v?(\d+)((?:\.\d+)*)", part)
    if not comparators:
        return part.strip() in {"", "*", "x", "latest", "lts/*", "node"}
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
    """Return "22" from "v22.12.0", "22" or "lts/jod"; "lts/*" has no number."""
    name = re.search(r"lts[/-](\w+)", text.strip().lower())
    if name and name[1] in _CODE_NAMES:
        return _CODE_NAMES[name[1]]
    found = re.search(r"(?<![\w.])v?(\d+)", text.strip())
    return found[1] if found else None
