"""Expressions as PostgreSQL words them after a dump and a restore.

The server does not always read back what it printed: ``(ARRAY['a'::varchar])::text[]``, which is
how it prints ``x IN ('a')`` on a varchar column, comes back as ``ARRAY[('a'::varchar)::text]``.
Both mean the same, so that schemas are compared in the second form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_ARRAY = "ARRAY["
_TYPE = r'::((?:"(?:[^"]|"")*"|[\w .(),])+?)\[\]'
_IN_PARENTHESES, _PRETTY = re.compile(r"\)" + _TYPE), re.compile(_TYPE)
_QUOTED = re.compile(r"""[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*\"""", re.DOTALL)


def settled(definition: str) -> str:
    """Return a definition with casts of whole arrays given to their elements."""
    if _ARRAY not in definition:
        return definition
    written: list[str] = []
    at = 0
    for place, mark in _marks(definition, 0):
        if place < at or mark != _ARRAY:
            continue
        end = _closing(definition, place)
        begun, cast = place, None
        if definition[place - 1 : place] == "(":
            begun, cast = place - 1, _IN_PARENTHESES.match(definition, end + 1)
        if cast is None:
            begun, cast = place, _PRETTY.match(definition, end + 1)
        if end < 0 or cast is None:
            continue
        shape = "{0}::{1}" if begun == place else "({0})::{1}"
        each = _elements(definition[place + len(_ARRAY) : end])
        elements = ", ".join(shape.format(settled(one), cast[1]) for one in each)
        written += [definition[at:begun], f"{_ARRAY}{elements}]"]
        at = cast.end()
    return "".join((*written, definition[at:]))


def _marks(text: str, at: int) -> Iterator[tuple[int, str]]:
    """Yield every array, bracket and comma outside quotes with its place."""
    while at < len(text):
        quoted = _QUOTED.match(text, at) if text[at] in "'\"eE" else None
        if quoted is not None:
            at = quoted.end()
        elif text.startswith(_ARRAY, at):
            yield at, _ARRAY
            at += len(_ARRAY)
        else:
            if text[at] in "()[],":
                yield at, text[at]
            at += 1


def _closing(text: str, opening: int) -> int:
    """Return the place of the bracket that closes the one at ``opening``, or -1."""
    depth = 0
    for place, mark in _marks(text, opening):
        depth += _deeper(mark)
        if depth == 0:
            return place
    return -1


def _elements(text: str) -> list[str]:
    """Split at the commas that are in no bracket."""
    found, depth, begun = [], 0, 0
    for place, mark in _marks(text, 0):
        depth += _deeper(mark)
        if mark == "," and depth == 0:
            found.append(text[begun:place].strip())
            begun = place + 1
    last = text[begun:].strip()
    return [*found, last] if last else found


def _deeper(mark: str) -> int:
    return {"[": 1, "(": 1, _ARRAY: 1, "]": -1, ")": -1}.get(mark, 0)
