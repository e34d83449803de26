"""Keeping secrets out of what is shown and written: known values and the shapes they hide in."""

from __future__ import annotations

import re

_HIDDEN = "•••"
_known: set[str] = set()
_SHAPES = (
    re.compile(r"(?P<keep>[a-z][a-z0-9+.-]*://[^\s:/@]*:)(?P<secret>[^\s@]+)(?=@)", re.IGNORECASE),
    re.compile(
        r"(?P<keep>\b(?:password|passwd|pwd|secret|token)\s*[=:]\s*)(?P<secret>[^\s,;'\"]+)",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<keep>\bPASSWORD\s+)(?P<secret>'(?:[^']|'')*')", re.IGNORECASE),
    re.compile(r"(?P<keep>\bBearer\s+)(?P<secret>[\w.~+/-]+=*)", re.IGNORECASE),
)


def hide(value: str) -> None:
    """Remember a secret value so that :func:`redacted` takes it out of every text."""
    if len(value) >= 4:
        _known.add(value)


def redacted(text: str) -> str:
    """Return a text with known secrets, URL passwords and password settings replaced."""
    for value in sorted(_known, key=len, reverse=True):
        text = text.replace(value, _HIDDEN)
    for shape in _SHAPES:
        text = shape.sub(lambda found: found["keep"] + _HIDDEN, text)
    return text
