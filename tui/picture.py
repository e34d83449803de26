"""Screens as SVG with right widths: Rich sizes ``<text>`` by ``len``, which squashes Korean."""

from __future__ import annotations

import html
import re
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from textual.app import App

_TEXT = re.compile(
    r'<text (?P<before>[^>]*?)x="(?P<x>[\d.]+)"(?P<middle>[^>]*?)textLength="(?P<length>[\d.]+)"'
    r"(?P<after>[^>]*)>(?P<text>[^<]*)</text>"
)
_CLIP = re.compile(r' clip-path="[^"]*"')
FONTS = "Fira Code, DejaVu Sans Mono, Noto Sans Mono CJK KR, NanumGothicCoding, monospace"


def picture(app: App[object], *, title: str | None = None, simplify: bool = True) -> str:
    """Return the current screen as SVG; works headless too."""
    return right_widths(app.export_screenshot(title=title, simplify=simplify))


def right_widths(svg: str) -> str:
    """Place narrow and wide runs apart, each sized in cells, and name fonts with Korean glyphs."""
    return _TEXT.sub(_in_cells, svg).replace(
        "font-family: Fira Code, monospace", f"font-family: {FONTS}"
    )


def _in_cells(match: re.Match[str]) -> str:
    text = html.unescape(match["text"])
    cell = float(match["length"]) / max(len(text), 1)
    x = float(match["x"])
    made = []
    for wide, run in groupby(text, lambda char: cell_len(char) > 1):
        part = "".join(run)
        length = cell * cell_len(part)
        if part.strip(" \xa0"):
            after = _CLIP.sub("", match["after"]) if wide else match["after"]
            fill = ' lengthAdjust="spacingAndGlyphs"' if wide else ""
            words = html.escape(part).replace(" ", "&#160;")
            made.append(
                f'<text {match["before"]}x="{x:g}"{match["middle"]}textLength="{length:g}"{fill}'
                f"{after}>{words}</text>"
            )
        x += length
    return "".join(made)


def save(app: App[object], folder: Path) -> Path:
    """Write the current screen to ``folder/tarmac-N.svg`` (the first free N) and return it."""
    number = 1
    while (path := folder / f"tarmac-{number}.svg").exists():
        number += 1
    path.write_text(picture(app), encoding="utf-8")
    return path
