"""Tarmac's part of a file that belongs to a person, between two marks."""

from __future__ import annotations

BEGIN = "# >>> tarmac >>>"
END = "# <<< tarmac <<<"


def wrapped(block: str) -> str:
    """Return a block between its marks, with a line end."""
    return f"{BEGIN}\n{block.rstrip()}\n{END}\n"


def found(text: str) -> tuple[str, str, str] | None:
    """Return what is before, inside and after the block, or None without a whole block."""
    lines = text.splitlines(keepends=True)
    marks = [line.strip() for line in lines]
    if BEGIN not in marks:
        return None
    start = marks.index(BEGIN)
    if END not in marks[start:]:
        return None
    end = marks.index(END, start)
    return "".join(lines[:start]), "".join(lines[start + 1 : end]), "".join(lines[end + 1 :])


def put(text: str, block: str) -> str:
    """Return the file with its block replaced, or appended after a blank line."""
    parts = found(text)
    if parts is not None:
        return parts[0] + wrapped(block) + parts[2]
    if not text:
        return wrapped(block)
    gap = "\n" if text.endswith("\n") else "\n\n"
    return text + gap + wrapped(block)
