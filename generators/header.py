"""The first line of every artefact: what made it and from which blueprint."""

from __future__ import annotations

import re

from generators.templating import words_of

_DEPTH = 24
_HASH = re.compile(r"(?<![0-9a-z])[0-9a-f]{12}(?![0-9a-z])")


def header(language: str, blueprint_hash: str) -> str:
    """Return the line for a blueprint's hash (12 hex digits)."""
    return "# " + in_words(language, blueprint_hash)


def in_words(language: str, blueprint_hash: str) -> str:
    """Return what the line says, for formats without comments: JSON has it under a key."""
    _ = words_of(language)
    words = _("Made by Tarmac from blueprint {hash}. Edit freely: your edits survive.")
    return words.format(hash=blueprint_hash)


def is_header(line: str) -> bool:
    """Whether a line is one that Tarmac wrote into a file: a comment, or a key of JSON."""
    text = line.lstrip()
    return text.startswith(("# ", '"')) and "tarmac" in text.lower() and bool(_HASH.search(text))


def split(text: str) -> tuple[str, str]:
    """Return the header line with its end, or "", and the rest.

    It is the first line, but for formats that need another one there: a shebang, ``#cloud-config``,
    the braces of JSON.
    """
    lines = text.split("\n", _DEPTH)
    for number, line in enumerate(lines[:_DEPTH]):
        if is_header(line):
            start = sum(len(each) + 1 for each in lines[:number])
            end = min(start + len(line) + 1, len(text))
            return text[start:end], text[:start] + text[end:]
    return "", text


def renewed(text: str, line: str) -> str:
    """Return a text with its header line replaced; without one it stays as it is."""
    found, _rest = split(text)
    return text.replace(found, line, 1) if found else text
