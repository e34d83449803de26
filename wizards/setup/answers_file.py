"""Answers without a person: a TOML file and ``key=value`` flags."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from generators.language import _
from wizards import blueprint as shapes
from wizards.answers import Layer
from wizards.failures import UsageFailure
from wizards.interview import Interview
from wizards.question import Value
from wizards.setup.steering import SECRET_NAMES

_FREE = ("secrets.", "environments.", "migrations.", "machine.")


def read(path: Path) -> dict[str, Value]:
    """Return the answers of a TOML file under dotted keys; tables or dotted keys both work."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as wrong:
        raise UsageFailure(
            "answers-unreadable", _("{file} cannot be read").format(file=path), raw=str(wrong)
        ) from wrong
    except tomllib.TOMLDecodeError as wrong:
        raise UsageFailure(
            "answers-not-toml", _("{file} is not TOML").format(file=path), why=str(wrong)
        ) from wrong
    return dict(_flat(document))


def read_flags(given: Iterable[str]) -> dict[str, str]:
    """Return ``key=value`` words as answers still to be read by their question."""
    answers: dict[str, str] = {}
    for word in given:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise UsageFailure(
                "set-malformed",
                _("{word} is not key=value").format(word=word),
                next=("tarmac init --set project.id=…",),
            )
        answers[key.strip()] = value
    return answers


def give(
    interview: Interview, answers: Mapping[str, Value], layer: Layer
) -> tuple[dict[str, Value], list[str]]:
    """Put answers into an interview; return blueprint values beyond it, and complaints.

    Keys that are no question but belong to the blueprint are handed back as they are.
    """
    beyond: dict[str, Value] = {}
    complaints: list[str] = []
    for key, value in sorted(answers.items(), key=lambda answer: answer[0] != SECRET_NAMES):
        asked = {one.key: one for one in (*interview.every(), *interview.asked())}
        if key in asked:
            wrong = interview.put(asked[key], value, layer)
            if wrong:
                complaints.append(f"{key}: {wrong}")
        elif key in _blueprint_keys() or key.startswith(_FREE):
            beyond[key] = _typed(value) if layer is Layer.FLAG else value
        else:
            complaints.append(_unknown(key, [*asked, *_blueprint_keys()]))
    return beyond, complaints


def _unknown(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    says = _("{key} is no question").format(key=key)
    return says + ("; " + _("did you mean {key}?").format(key=close[0]) if close else "")


def _blueprint_keys() -> set[str]:
    tables = {
        "project": shapes.Project,
        "service": shapes.Service,
        "database": shapes.Database,
        "pipeline": shapes.Pipeline,
    }
    return {f"{name}.{part.name}" for name, table in tables.items() for part in fields(table)}


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Value]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        elif isinstance(value, list):
            yield f"{prefix}{key}", tuple(str(part) for part in value)
        else:
            yield f"{prefix}{key}", value


def _typed(value: Value) -> Value:
    """Return a flag's text as the TOML value it looks like, else as text."""
    try:
        found = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value
    return found if isinstance(found, str | int | bool) else value
