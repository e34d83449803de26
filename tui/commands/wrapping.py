"""Text in lines of so many cells: broken at spaces, a word that is too long where it must be."""

from __future__ import annotations

from rich.cells import cell_len, chop_cells


def wrapped(text: str, cells: int) -> list[str]:
    """Return the lines of a text, none wider than ``cells`` (at least 2)."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if cell_len(joined) <= cells:
            line = joined
            continue
        if line:
            lines.append(line)
        *whole, line = chop_cells(word, cells) or [""]
        lines += whole
    return [*lines, line]
