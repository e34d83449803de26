"""A migration of Prisma that failed in an earlier run: two ways to settle it, or not now."""

from __future__ import annotations

from functools import partial

from textual.content import Content

from generators.language import _
from tui.screens.migrate.listing import Listing
from tui.widgets.rows import Row
from tui.widgets.words import wrapped

ROLLED_BACK, APPLIED, LATER = "rolled-back", "applied", ""


def resolve_card(name: str) -> Listing:
    """Return the card; its result is "rolled-back", "applied" or "" (not now stands first)."""
    title = _("{name} failed in an earlier run").format(name=name)
    return Listing(
        title,
        [
            _choice(
                LATER,
                _("not now"),
                _("Nothing is changed; nothing further can be applied until it is settled."),
            ),
            _choice(
                ROLLED_BACK,
                _("nothing of it is there"),
                _("Recorded as rolled back: the next apply runs it again from its start."),
            ),
            _choice(
                APPLIED,
                _("all of its SQL is there"),
                _("Recorded as applied: it never runs again. Look at the database first."),
            ),
        ],
        choose=_("choose"),
    )


def _choice(row_id: str, words: str, means: str) -> Row:
    return Row(row_id, partial(_drawn, words, means), words, lines=0)


def _drawn(words: str, means: str, width: int) -> list[Content]:
    return [
        Content.styled(words, "bold"),
        *wrapped(Content.styled(means, "$text-muted"), width, "  "),
        Content(),
    ]
