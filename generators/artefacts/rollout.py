"""What Cloud Build would run, as lines of bash: one source for every other pipeline."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from generators.artefacts.cloudbuild import steps, substitutions
from generators.artefacts.starting import migrate_command, telling
from generators.deployment import Deployment
from generators.quoting import bash_word, shell_word
from generators.stack import Stack

_TOKEN = re.compile(r"\$\$|\$\{(\w+)\}")
_AT_RUN_TIME = {"BUILD_ID": "TAG", "PROJECT_NUMBER": "project_number"}
_MARK = "\x00"
"""Stands around a variable; no argument of a program can hold it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One command in words that are quoted for bash, each on one line.

    ``kind`` is build, push, migrate or deploy. ``$TAG``, ``$project`` and, where ``numbered``,
    ``$project_number`` are variables of the script.
    """

    id: str
    kind: str
    words: tuple[str, ...]

    @property
    def numbered(self) -> bool:
        """Whether the number of the project must be known."""
        return any("$project_number" in word for word in self.words)


def lines(stack: Stack) -> list[Line]:
    """Return what is done, in its order: build and push, migrate, deploy."""
    known = {"PROJECT_ID": stack.main.project_id, **substitutions(stack)}
    values = {name: value.replace(_MARK, "") for name, value in known.items()}
    found = []
    for step in steps(stack):
        words = [_quoted(_plain(word.replace(_MARK, ""), values)) for word in step.arguments]
        program = ["docker"] if step.docker else ["gcloud"]
        if step.kind == "build":
            words.insert(1, "--platform=linux/amd64")
        if not step.docker:
            words.append('--project="$project"')
        found.append(Line(step.id, step.kind, (*program, *words)))
    return found


def image_name(deployment: Deployment) -> str:
    """Return where the image lives, without a tag."""
    place = f"{deployment.region}-docker.pkg.dev/{deployment.project_id}"
    return f"{place}/{deployment.repository}/{deployment.name}"


def migration_words(stack: Stack) -> list[str]:
    """Return the exec form that migrates the main service's database, [] where nothing does."""
    one = stack.main
    if one.database is None or not one.migrating:
        return []
    found = [telling(one, stream, migrate_command(one, stream)) for stream in one.migrating]
    if len(found) == 1:
        return found[0]
    lines = (" ".join(shell_word(word) for word in words) for words in found)
    return ["sh", "-c", " && ".join(f"( {line} )" for line in lines)]


def _plain(word: str, values: Mapping[str, str]) -> str:
    """Return a word after Cloud Build's substitutions, with marks around what only a run knows."""

    def put(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        if found[1] in _AT_RUN_TIME:
            return f"{_MARK}{_AT_RUN_TIME[found[1]]}{_MARK}"
        value = values[found[1]]
        return value if found[1] == "PROJECT_ID" else _plain(value, values)

    return _TOKEN.sub(put, word)


def _quoted(word: str) -> str:
    parts = word.split(_MARK)
    pieces = [
        f'"${{{part}}}"' if number % 2 else bash_word(part) if part else ""
        for number, part in enumerate(parts)
    ]
    return "".join(pieces) or "''"
