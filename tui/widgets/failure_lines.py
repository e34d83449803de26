"""A failure inside a pane: what happened, why, what to do; each wrapped to the pane."""

from __future__ import annotations

from textual.content import Content

from tui.widgets.rows import Row
from tui.widgets.words import wrapped
from wizards.failures import Failure


def words_row(row_id: str, text: str, style: str = "") -> Row:
    """Return a block of wrapped words in one style."""
    return Row(
        row_id,
        lambda width: [Content.styled(line.plain, style) for line in wrapped(text, width)],
        text,
        lines=0,
    )


def failure_rows(failure: Failure) -> list[Row]:
    """Return a failure as rows: what happened, why, what to do."""
    rows = [words_row("message", f"✗ {failure.message}", "bold $text-error")]
    if failure.why:
        rows.append(words_row("why", failure.why))
    rows += [
        words_row(f"next {number}", f"→ {step}", "$text-accent")
        for number, step in enumerate(failure.next)
    ]
    return rows
