"""A failure inside a pane: what happened, why, what to do; each wrapped to the pane."""

from __future__ import annotations

from textual.content import Content

from tui.in_app import way
from tui.widgets.rows import Row
from tui.widgets.words import wrapped
from wizards.failures import Failure


def words_row(row_id: str, text: str | Content, style: str = "") -> Row:
    """Return a block of wrapped words in one style, or in the styles they have."""
    words = text if isinstance(text, Content) else Content.styled(text, style)
    return Row(row_id, lambda width: wrapped(words, width), words.plain, lines=0)


def step_words(step: str, area: str) -> Content:
    """Return what to do next: the key first where a key does it, then the command line."""
    found = way(step)
    if found is None:
        return Content.styled(step, "$text-accent")
    return Content.assemble(
        (found.keys(area), "bold $text-accent"),
        f" {found.command.words()}",
        (f"   {step}", "$text-muted"),
    )


def failure_rows(failure: Failure, area: str = "") -> list[Row]:
    """Return a failure as rows: what happened, why, what to do from an area."""
    rows = [words_row("message", f"✗ {failure.message}", "bold $text-error")]
    if failure.why:
        rows.append(words_row("why", failure.why))
    rows += [
        words_row(f"next {number}", Content.assemble("→ ", step_words(step, area)))
        for number, step in enumerate(failure.next)
    ]
    return rows
