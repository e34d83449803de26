"""Answers without a person: a TOML file and ``key=value`` flags."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from generators.language import _
from wizards import blueprint as shapes
from wizards.answers import Layer
from wizards.blueprint_reading import line_of, wrong_with
from wizards.failures import UsageFailure
from wizards.interview import Interview
from wizards.question import Value
from wizards.setup.steering import HAS_DATABASE, SECRET_NAMES

_FREE = ("secrets.", "environments.", "migrations.", "machine.", "drift.")
_NAMED_KEYS = ("service.environment.",)


@dataclass(frozen=True, slots=True)
class Wrong:
    """An answer that does not pass, by its dotted key."""

    key: str
    says: str


@dataclass(frozen=True, slots=True)
class AnswersFile:
    """A TOML file of answers: its values under dotted keys, and where each of them stands."""

    path: Path
    text: str
    values: Mapping[str, Value]

    def line(self, key: str) -> int:
        """Return the line (from 1) of a key, or of the nearest table above it."""
        *place, last = key.split(".")
        return line_of(self.text, tuple(place), last)


def read(path: Path) -> AnswersFile:
    """Return the answers of a TOML file; tables or dotted keys both work."""
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise UsageFailure(
            "answers-not-toml", _("{file} is not TOML").format(file=path), why=str(wrong)
        ) from wrong
    except (OSError, UnicodeDecodeError) as wrong:
        why = wrong.strerror if isinstance(wrong, OSError) else _("it is not text in UTF-8")
        raise UsageFailure(
            "answers-unreadable",
            _("{file} cannot be read").format(file=path),
            why=why or "",
            raw=str(wrong),
        ) from wrong
    return AnswersFile(path, text, dict(_flat(document)))


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
) -> tuple[dict[str, Value], list[Wrong]]:
    """Put answers into an interview; return blueprint values beyond it, and what is wrong.

    Keys that are no question but belong to the blueprint are handed back as they are. A secret
    that has a table of its own needs no mention among the names.
    """
    beyond: dict[str, Value] = {}
    wrong: list[Wrong] = []
    for key, value in sorted(answers.items(), key=lambda answer: answer[0] != SECRET_NAMES):
        asked = {one.key: one for one in (*interview.every(), *interview.asked())}
        if key in asked:
            says = interview.put(asked[key], value, layer) or ""
        elif _of_the_blueprint(key):
            beyond[key] = _typed(value) if layer is Layer.FLAG else value
            says = wrong_with(key, beyond[key])
        else:
            says = wrong_with(key, value) if "." not in key else ""
            says = says or _unknown(key, [*asked, *_blueprint_keys()])
        if says:
            wrong.append(Wrong(key, says))
    _name_secrets(interview, beyond, layer)
    return beyond, [*wrong, *_of_no_database(interview, answers)]


def _of_no_database(interview: Interview, answers: Mapping[str, Value]) -> Iterator[Wrong]:
    """Name what is said about a database where the same person says that there is none."""
    said = interview.answers.answer(HAS_DATABASE)
    if said is None or said.value is not False or said.layer > Layer.FILE:
        return
    for key in answers:
        if key.startswith("database."):
            yield Wrong(key, _("has no effect: {key} says no").format(key=HAS_DATABASE))


def _name_secrets(interview: Interview, beyond: dict[str, Value], layer: Layer) -> None:
    """Count secrets that only a table tells among the names; their source becomes an answer."""
    names = interview.values().get(SECRET_NAMES)
    known = names if isinstance(names, tuple) else ()
    asked = {question.key for question in interview.every()}
    tables = dict.fromkeys(key.split(".")[1] for key in beyond if key.startswith("secrets."))
    new = tuple(name for name in tables if f"secrets.{name}.source" not in asked)
    if not new:
        return
    interview.answers.give(SECRET_NAMES, (*known, *new), layer)
    for question in interview.every():
        if question.key in beyond:
            interview.put(question, beyond.pop(question.key), layer)


def _of_the_blueprint(key: str) -> bool:
    return key in _blueprint_keys() or key.startswith((*_FREE, *_NAMED_KEYS))


def _unknown(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    says = _("is no question")
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
        elif isinstance(value, list) and not any(isinstance(part, dict) for part in value):
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
