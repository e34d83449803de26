"""What an apply that never ended left open, as a line and as rows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from generators.language import _
from tui.themes import STATES
from tui.widgets.rows import Row
from tui.widgets.words import fit

if TYPE_CHECKING:
    from wizards.setup.unfinished import UnfinishedApply


def interrupted_line(found: UnfinishedApply, key: str) -> Content:
    """Return what was found, since when, and the key that resumes."""
    since = _("since {time}").format(time=f"{found.since.astimezone():%Y-%m-%d %H:%M}")
    return Content.assemble(
        (f"✗ {found.happened}", "bold $text-error"),
        f" · {since}",
        (f"  {key} ", "bold $text-accent"),
        (_("resume"), "bold"),
    )


def interrupted_rows(found: UnfinishedApply) -> Iterator[Row]:
    """Yield each step that the journal names: what is left first, then what is done."""
    for state, words, ids in (
        ("waiting", _("left"), found.left),
        ("done", _("done"), found.done),
    ):
        for step in ids:
            yield Row(f"{state} {step}", partial(_step, state, words, step), step)


def _step(state: str, words: str, step: str, width: int) -> list[Content]:
    mark, style = STATES[state]
    return [fit(Content.assemble((f"{mark} ", style), f"{fit(words, 9).plain} ", step), width)]
