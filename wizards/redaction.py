"""Keeping secrets out of what is shown and written: known values and the places they stand in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from urllib.parse import quote

_HIDDEN = "•••"
_LONG_LINE = 16  # characters; one line of a key
_SHORTEST = 8  # characters; a shorter value also is a part of innocent words
_COMMON = frozenset(
    {
        "administrator",
        "changeme",
        "cloudsql",
        "cloudsqladmin",
        "database",
        "development",
        "localhost",
        "migrations",
        "passw0rd",
        "password",
        "postgres",
        "postgresql",
        "production",
        "username",
    }
)
_known: set[str] = set()
_PLACES = (
    re.compile(r"(?P<keep>[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@]+(?=@)", re.IGNORECASE),
    re.compile(
        r"(?P<keep>(?:\w*(?:password|passwd|pwd)|\b(?:secret|token|private_key)"
        r"|(?:client_secret|(?:access|refresh|id)_token))"
        r"\\*['\"]?\s*[=:]\s*)"
        r"(?!projects/[\w.:-]+/secrets/)"  # the name of a secret, which is none
        r"(?:(?P<quote>\\*['\"])(?:(?!(?P=quote)).)*(?P=quote)|[^\s,;'\"\\&(){}\[\]]+)",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<keep>\bPASSWORD\s+)(?:'(?:[^']|'')*')", re.IGNORECASE),
    re.compile(r"(?P<keep>\bBearer\s+)(?:[\w.~+/-]+=*)", re.IGNORECASE),
    # Google's access and refresh tokens, and signed tokens of anybody, wherever they stand
    re.compile(r"(?P<keep>\bya29\.)[\w-]+"),
    re.compile(r"(?P<keep>\b1//0)[\w-]{10,}"),
    re.compile(r"(?P<keep>\beyJ)[\w-]{8,}\.[\w-]+\.[\w-]*"),
)


def hide(value: str, *, names: Iterable[str] = ()) -> None:
    """Remember a secret value so that :func:`redacted` takes it out of every text.

    A value that is short, a common word or one of the ``names`` that stand beside it (user,
    database, host) is only taken out where a password stands: everywhere else it may mean
    something that a person has to read.
    """
    if len(value) >= _SHORTEST and value.lower() not in _COMMON and value not in names:
        _known.update(_forms(value))


def _forms(value: str) -> set[str]:
    """Return a value as it stands in texts: plain, in URLs, in JSON (inside JSON), line by line."""
    plain = {value, quote(value, safe=""), *_lines(value)}
    escaped = {
        json.dumps(each, ensure_ascii=ascii_only)[1:-1]
        for each in plain
        for ascii_only in (True, False)
    }
    return plain | escaped | {json.dumps(each)[1:-1] for each in escaped}


def _lines(value: str) -> list[str]:
    """Return the lines of a value that tell something: not those that frame a key."""
    lines = (line.strip() for line in value.splitlines())
    return [line for line in lines if len(line) >= _LONG_LINE and not line.startswith("-----")]


def redacted(text: str) -> str:
    """Return a text with known secrets, URL passwords and password settings replaced."""
    for place in _PLACES:
        text = place.sub(_hidden, text)
    for value in sorted(_known, key=len, reverse=True):
        if value in text:
            text = _alone(value).sub(_HIDDEN, text)
    return text


def _hidden(found: re.Match[str]) -> str:
    quote = found.groupdict().get("quote") or ""
    return found["keep"] + quote + _HIDDEN + quote


@cache
def _alone(value: str) -> re.Pattern[str]:
    """Return what finds a value; one of letters only is not sought inside longer words."""
    sought = re.escape(value)
    return re.compile(rf"(?<!\w){sought}(?!\w)" if value.isalpha() else sought)
