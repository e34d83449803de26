"""Screens as SVG with right widths: Rich sizes ``<text>`` by ``len``, which squashes Korean."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from textual.app import App

_TEXT = re.compile(
    r'<text (?P<before>[^>]*)textLength="(?P<length>[\d.]+)"(?P<after>[^>]*)>'
    r"(?P<text>[^<]*)</text>"
)
FONTS = "Fira Code, DejaVu Sans Mono, Noto Sans Mono CJK KR, NanumGothicCoding, monospace"


def picture(app: App[object], *, title: str | None = None, simplify: bool = True) -> str:
    """Return the current screen as SVG; works headless too."""
    return right_widths(app.export_screenshot(title=title, simplify=simplify))


def right_widths(svg: str) -> str:
    """Recompute every ``textLength`` in cells and name fonts that have Korean glyphs."""
    return _TEXT.sub(_in_cells, svg).replace(
        "font-family: Fira Code, monospace", f"font-family: {FONTS}"
    )


def _in_cells(match: re.Match[str]) -> str:
    text = html.unescape(match["text"])
    length = float(match["length"]) / len(text) * cell_len(text) if text else 0.0
    return f'<text {match["before"]}textLength="{length:g}"{match["after"]}>{match["text"]}</text>'


def save(app: App[object], folder: Path) -> Path:
    """Write the current screen to ``folder/tarmac-N.svg`` (the first free N) and return it."""
    number = 1
    while (path := folder / f"tarmac-{number}.svg").exists():
        number += 1
    path.write_text(picture(app), encoding="utf-8")
    return path
