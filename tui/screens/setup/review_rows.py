"""The last page of the interview: every answer with its provenance, what is said about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from textual.content import Content

from generators.language import _
from tui.screens.setup.field import verdict_words
from tui.widgets.rows import Row
from tui.widgets.words import fit, sides, wrapped
from wizards.plan import Check
from wizards.setup.review import Reviewed

_ASK = 34


def review_rows(answers: Sequence[Reviewed], checks: Sequence[Check]) -> Iterator[Row]:
    """Yield the verdicts, then each page with its answers; an answer's row has its key as id."""
    for check in checks:
        yield Row(f"check {check.id}", partial(_verdict, check), check.says, lines=0)
    page = ""
    for one in answers:
        if one.question.page != page:
            page = one.question.page
            yield Row(f"page {page}", partial(_heading, page), page)
        words = f"{one.question.ask} {one.words} {one.provenance}"
        yield Row(one.question.key, partial(_answer, one), words)


def _verdict(check: Check, width: int) -> list[Content]:
    return wrapped(verdict_words(check), width)


def _heading(page: str, width: int) -> list[Content]:
    return [fit(Content.styled(page, "bold $text-primary"), width)]


def _answer(one: Reviewed, width: int) -> list[Content]:
    column = min(_ASK, width // 2)
    value = (
        Content.styled(f"✗ {one.wrong}", "$text-error")
        if one.wrong
        else Content.styled(one.words, "$text-muted" if one.words == _("nothing") else "")
    )
    left = Content.assemble("  ", fit(one.question.ask, column - 2), " ", value)
    return [sides(left, Content.styled(f" {one.provenance}", "$text-muted"), width)]
