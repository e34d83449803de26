"""Lines of text for a terminal without a screen: folded by cells, so that Korean fits as well."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator

LEAST, MOST, PIPED = 60, 120, 80


def width() -> int:
    """Return how many cells a line may have: the terminal's, 80 where there is none."""
    if not sys.stdout.isatty():
        return PIPED
    return max(LEAST, min(shutil.get_terminal_size((PIPED, 24)).columns, MOST))


def coloured() -> bool:
    """Say whether colours may be used; where output is no terminal, they are taken out anyway."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def folded(text: str, room: int, first: str = "", rest: str = "") -> Iterator[str]:
    """Yield a text as lines of at most ``room`` cells, behind prefixes for the first and the rest.

    Words are kept whole where they fit; a word that is longer than a line is cut.
    """
    from rich.cells import cell_len, chop_cells

    line, lead = "", first
    for word in text.split():
        if line and cell_len(lead) + cell_len(line) + 1 + cell_len(word) > room:
            yield lead + line
            line, lead = "", rest
        space = max(room - cell_len(lead), 8)
        while not line and cell_len(word) > space:
            piece = chop_cells(word, space)[0]
            yield lead + piece
            word, lead = word[len(piece) :], rest
        line = f"{line} {word}" if line else word
    if line or lead == first:
        yield (lead + line).rstrip()


def between(left: str, right: str, room: int) -> str:
    """Return one line with a part at each end; the left one is cut where both do not fit."""
    from rich.cells import cell_len, set_cell_size

    if not right:
        return left
    return set_cell_size(left, max(room - cell_len(right) - 1, 8)) + " " + right
