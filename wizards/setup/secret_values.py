"""Where the values of secrets come from: the environment, a file, or a person typing hidden."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from generators.language import _
from wizards.blueprint import Blueprint, Secret
from wizards.failures import UsageFailure
from wizards.redaction import hide
from wizards.setup.naming import secrets_of

_MOST_BYTES = 65_536


def found_values(blueprint: Blueprint, root: Path) -> dict[str, str]:
    """Return the values that need nobody: ``env:`` and ``file:`` sources that exist."""
    values: dict[str, str] = {}
    for variable, secret in secrets_of(blueprint).items():
        value = _read(secret.source, root)
        if value is not None:
            values[variable] = checked(variable, value)
    return values


def to_ask(blueprint: Blueprint, values: Mapping[str, str]) -> dict[str, Secret]:
    """Return the secrets whose value nobody knows yet and nobody will generate."""
    return {
        variable: secret
        for variable, secret in secrets_of(blueprint).items()
        if variable not in values and secret.source != "generate"
    }


def checked(variable: str, value: str) -> str:
    """Return a value without one trailing newline; an empty one is refused."""
    stripped = value.removesuffix("\n")
    stripped = stripped.removesuffix("\r")
    if not stripped:
        raise UsageFailure(
            "secret-empty-value",
            _("the value for {variable} is empty").format(variable=variable),
            why=_("an empty secret would only fail later, when the service starts"),
        )
    hide(stripped)
    if len(stripped.encode()) > _MOST_BYTES:
        raise UsageFailure(
            "secret-too-long",
            _("the value for {variable} is too long").format(variable=variable),
            why=_("Secret Manager keeps at most 64 KiB in a version"),
        )
    return stripped


def given_values(sources: Iterable[str], root: Path) -> dict[str, str]:
    """Return the values behind ``NAME=env:VARIABLE`` and ``NAME=file:PATH`` words."""
    values: dict[str, str] = {}
    for word in sources:
        variable, _equals, source = word.partition("=")
        value = _read(source, root)
        if value is None:
            raise UsageFailure(
                "secret-source-empty",
                _("nothing is found for {variable}").format(variable=variable),
                why=_("a source is env:VARIABLE or file:PATH, and must exist"),
            )
        values[variable] = checked(variable, value)
    return values


def _read(source: str, root: Path) -> str | None:
    kind, _colon, where = source.partition(":")
    if kind == "env":
        return os.environ.get(where)
    return _of_file(root / Path(where).expanduser()) if kind == "file" else None


def _of_file(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as wrong:
        why = wrong.strerror if isinstance(wrong, OSError) else _("it is not text in UTF-8")
        raise UsageFailure(
            "secret-file-unreadable",
            _("{file} cannot be read").format(file=path),
            why=why or "",
        ) from None
