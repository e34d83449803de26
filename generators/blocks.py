"""Tarmac's part of a file that belongs to a person, between two marks.

The first line of the block stands on the line of the first mark, so that the file says at once
what made it.
"""

from __future__ import annotations

BEGIN = "# >>> tarmac >>>"
END = "# <<< tarmac <<<"


def wrapped(block: str) -> str:
    """Return a block between its marks, with a line end."""
    first, _end, rest = block.rstrip().partition("\n")
    if first.startswith("# "):
        return f"{BEGIN} {first.removeprefix('# ')}\n{rest}\n{END}\n"
    return f"{BEGIN}\n{block.rstrip()}\n{END}\n"


def found(text: str) -> tuple[str, str, str] | None:
    """Return what is before, inside and after the block, or None without a whole block."""
    lines = text.splitlines(keepends=True)
    start = next((n for n, line in enumerate(lines) if line.startswith(BEGIN)), None)
    if start is None:
        return None
    end = next((n for n in range(start, len(lines)) if lines[n].strip() == END), None)
    if end is None:
        return None
    said = lines[start].removeprefix(BEGIN).strip()
    first = [f"# {said}\n"] if said else []
    inside = "".join([*first, *lines[start + 1 : end]])
    return "".join(lines[:start]), inside, "".join(lines[end + 1 :])


def put(text: str, block: str) -> str:
    """Return the file with its block replaced, or appended after a blank line."""
    parts = found(text)
    if parts is not None:
        return parts[0] + wrapped(block) + parts[2]
    if not text:
        return wrapped(block)
    gap = "\n" if text.endswith("\n") else "\n\n"
    return text + gap + wrapped(block)
