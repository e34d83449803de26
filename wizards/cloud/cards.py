"""From an error answer to the card that a person reads."""

from __future__ import annotations

from wizards.cloud.failing import CloudFailure, Refusal
from wizards.cloud.known.table import TABLE, WORDS
from wizards.cloud.signatures import recognise


def card(refusal: Refusal) -> CloudFailure:
    """Return the failure card for an error answer."""
    signature = recognise(refusal, TABLE)
    message, why, then = WORDS[signature.code](refusal)
    return CloudFailure(
        signature.code, message, refusal=refusal, retry=signature.retry, why=why, next=then
    )
