"""The first line of every artefact: what made it and from which blueprint."""

from __future__ import annotations

import re

from generators.templating import words_of

_HASH = re.compile(r"(?<![0-9a-z])[0-9a-f]{12}(?![0-9a-z])")


def header(language: str, blueprint_hash: str) -> str:
    """Return the line for a blueprint's hash (12 hex digits)."""
    _ = words_of(language)
    words = _("Made by Tarmac from blueprint {hash}. Edit freely: your edits survive.")
    return "# " + words.format(hash=blueprint_hash)


def is_header(line: str) -> bool:
    """Whether a line is one that Tarmac wrote first into a file."""
    return line.startswith("# ") and "Tarmac" in line and bool(_HASH.search(line))


def split(text: str) -> tuple[str, str]:
    """Return the header line with its end, or "", and the rest."""
    first, end, rest = text.partition("\n")
    return (first + end, rest) if is_header(first) else ("", text)
