"""Reading `tarmac.toml`: every complaint with its line and, for unknown keys, a suggestion."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import Any, get_origin, get_type_hints

from generators.language import _
from wizards.blueprint import (
    FILE_NAME,
    Blueprint,
    Database,
    Drift,
    Environment,
    HealthCheck,
    Machine,
    Migrations,
    Pipeline,
    Project,
    Secret,
    Service,
)
from wizards.blueprint_rules import complaint
from wizards.failures import UsageFailure

_PLAIN: dict[str, type] = {
    "project": Project,
    "service": Service,
    "database": Database,
    "pipeline": Pipeline,
    "machine": Machine,
    "drift": Drift,
}
_NAMED: dict[str, type] = {"secrets": Secret, "environments": Environment}
_STREAM_KEYS = {part.name for part in fields(Migrations)}


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong at which line (from 1; 0 when it concerns the whole file)."""

    line: int
    says: str
    suggestion: str = ""


def find(start: Path) -> Path | None:
    """Return the `tarmac.toml` of a folder or of the nearest one above it."""
    for folder in (start, *start.parents):
        candidate = folder / FILE_NAME
        if candidate.is_file():
            return candidate
    return None


def load(path: Path) -> Blueprint:
    """Return the blueprint of a file, or raise a card that names line, key and suggestion."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise missing(path.parent) from None
    except (OSError, UnicodeDecodeError) as wrong:
        raise UsageFailure(
            "blueprint-unreadable",
            _("{file} cannot be read").format(file=path),
            raw=str(wrong),
        ) from wrong
    return parse(text, path)


def missing(folder: Path) -> UsageFailure:
    """Return the card for a folder without a blueprint."""
    return UsageFailure(
        "blueprint-missing",
        _("there is no tarmac.toml in {folder} or above it").format(folder=folder),
        why=_("this command works from the blueprint of a project"),
        next=("tarmac init",),
    )


def parse(text: str, path: Path) -> Blueprint:
    """Return the blueprint that a text says; ``path`` is for the messages."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise _not_toml(path, text, str(wrong)) from wrong
    reading = _Reading(text)
    blueprint = reading.blueprint(document)
    if reading.complaints:
        raise _invalid(path, text, reading.complaints)
    return replace(blueprint, file=path.name)


def wrong_with(key: str, value: object) -> str:
    """Return what is wrong with one dotted key and its value, or ""; what else is needed is not."""
    first, *rest = key.split(".")
    inner = list(value) if isinstance(value, tuple) else value
    for part in reversed(rest):
        inner = {part: inner}
    reading = _Reading("", partial=True)
    reading.blueprint({first: inner})
    return "; ".join(
        one.says.removeprefix(f"{key}: ") + (f" — {one.suggestion}" if one.suggestion else "")
        for one in reading.complaints
    )


class _Reading:
    """One pass over a parsed document that collects complaints instead of stopping at the first."""

    def __init__(self, text: str, *, partial: bool = False) -> None:
        self.text = text
        self.partial = partial
        self.complaints: list[Complaint] = []

    def blueprint(self, document: dict[str, Any]) -> Blueprint:
        known = [*_PLAIN, *_NAMED, "migrations"]
        parts: dict[str, Any] = {}
        for name, content in document.items():
            if name not in known:
                self._unknown((), name, known)
            elif not isinstance(content, dict):
                self._complain((), name, _("[{table}] must be a table").format(table=name))
            elif name in _PLAIN:
                parts[name] = self._table(_PLAIN[name], (name,), content)
            elif name in _NAMED:
                parts[name] = self._tables(_NAMED[name], name, content)
            else:
                parts[name] = self._streams(content)
        named = frozenset(
            f"{table}.{key}"
            for table in _PLAIN
            if isinstance(content := document.get(table), dict)
            for key in content
        )
        made = {key: part for key, part in parts.items() if part is not None}
        return Blueprint(**made, named=named)

    def _tables(self, shape: type, name: str, content: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, inner in content.items():
            if isinstance(inner, dict):
                made[key] = self._table(shape, (name, key), inner)
            else:
                self._complain(
                    (name,), key, _("[{table}] must be a table").format(table=f"{name}.{key}")
                )
        return made

    def _streams(self, content: dict[str, Any]) -> dict[str, Any]:
        named = {
            key: inner
            for key, inner in content.items()
            if isinstance(inner, dict) and key not in _STREAM_KEYS
        }
        rest = {key: inner for key, inner in content.items() if key not in named}
        streams = self._tables(Migrations, "migrations", named)
        if rest or not named:
            streams[""] = self._table(Migrations, ("migrations",), rest)
        return streams

    def _table(self, shape: type, place: tuple[str, ...], content: dict[str, Any]) -> Any:
        hints = get_type_hints(shape)
        values: dict[str, Any] = {}
        for key, given in content.items():
            if key not in hints:
                self._unknown(place, key, list(hints))
                continue
            value, wrong = _read(hints[key], given)
            wrong = wrong or complaint(f"{place[0]}.{key}", value)
            if wrong:
                self._complain(place, key, f"{'.'.join((*place, key))}: {wrong}")
            values[key] = value
        for part in fields(shape):
            needed = part.default is MISSING and part.default_factory is MISSING
            if needed and part.name not in content:
                values[part.name] = ""
                if self.partial:
                    continue
                self._complain(
                    place,
                    "",
                    _("[{table}] needs a {key}").format(table=".".join(place), key=part.name),
                )
        return shape(**{key: value for key, value in values.items() if key in hints})

    def _unknown(self, place: tuple[str, ...], key: str, known: list[str]) -> None:
        close = nearest(key, known)
        where = f"[{'.'.join(place)}]" if place else FILE_NAME
        self.complaints.append(
            Complaint(
                line_of(self.text, place, key),
                _("{where} has no key “{key}”").format(where=where, key=key),
                _("did you mean “{key}”?").format(key=close)
                if close
                else _("known here: {keys}").format(keys=", ".join(known)),
            )
        )

    def _complain(self, place: tuple[str, ...], key: str, says: str) -> None:
        self.complaints.append(Complaint(line_of(self.text, place, key), says))


def nearest(word: str, known: list[str]) -> str:
    """Return the known word that a person most likely meant, or ""."""
    close = difflib.get_close_matches(word, known, n=3, cutoff=0.5)
    swapped = [other for other in close if sorted(other) == sorted(word)]
    return (swapped or close or [""])[0]


def _read(hint: Any, given: Any) -> tuple[Any, str]:
    """Return a TOML value as the hinted type and what is wrong with it ("" = nothing)."""
    if hint in (bool, bool | None):
        return given, "" if isinstance(given, bool) else _("must be true or false")
    if hint is int:
        whole = isinstance(given, int) and not isinstance(given, bool)
        return given, "" if whole else _("must be a whole number")
    if hint is str:
        return given, "" if isinstance(given, str) else _("must be text in quotes")
    if get_origin(hint) is tuple:
        if not isinstance(given, list):
            return (), _("must be a list")
        if hint == tuple[HealthCheck, ...]:
            return _checks(given)
        return tuple(str(part) for part in given), ""
    if get_origin(hint) is Mapping:
        if not isinstance(given, dict):
            return {}, _("must be a table")
        return {str(key): str(value) for key, value in given.items()}, ""
    return given, ""


def _checks(given: list[Any]) -> tuple[tuple[HealthCheck, ...], str]:
    made = []
    for part in given:
        keys = set(part) if isinstance(part, dict) else set()
        if "path" not in keys or keys - {"path", "method", "status"}:
            return (), _("each check is {{path, method, status}}").format()
        made.append(HealthCheck(**part))
    return tuple(made), ""


def line_of(text: str, place: tuple[str, ...], key: str) -> int:
    """Return the line (from 1) of a key, else of the nearest table that holds it, else 0."""
    header = 0
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if opened := re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line):
            table = tuple(part.strip(" \"'") for part in opened[1].split("."))
            if table in (place, (*place, key)):
                header = number
                if table != place:
                    return number
        elif named := re.match(r"\s*([\w.\"'-]+)\s*=", line):
            path = (*table, *(part.strip(" \"'") for part in named[1].split(".")))
            if path[: len(place) + 1] == (*place, key):
                return number
    return header or (line_of(text, place[:-1], place[-1]) if place else 0)


def _not_toml(path: Path, text: str, raw: str) -> UsageFailure:
    where = re.search(r"line (\d+), column (\d+)", raw)
    line = int(where[1]) if where else len(text.splitlines())
    shown = text.splitlines()[line - 1].strip() if 0 < line <= len(text.splitlines()) else ""
    return UsageFailure(
        "blueprint-not-toml",
        _("{file} line {line} is not TOML: {text}").format(file=path.name, line=line, text=shown),
        why=raw,
        next=(f"$EDITOR +{line} {path}",),
        raw=raw,
    )


def _invalid(path: Path, text: str, complaints: list[Complaint]) -> UsageFailure:
    complaints = sorted(complaints, key=lambda found: found.line)
    first = complaints[0]
    lines = [
        _("line {line}: {says}").format(line=found.line, says=found.says)
        + (f" — {found.suggestion}" if found.suggestion else "")
        for found in complaints
    ]
    lost = len(text.splitlines()) + 1
    return UsageFailure(
        "blueprint-invalid",
        _("{file} {problem}").format(file=path.name, problem=lines[0]),
        why="\n".join(lines[1:]),
        next=(f"$EDITOR +{min(first.line or 1, lost)} {path}",),
        raw="\n".join(lines),
    )
