"""What an error looks like: the rows that the known failures are recognised by.

What is machine-readable decides first (ErrorInfo's reason and metadata, the older
``errors[].reason``), and only where no row knows that, the words of the message. Within each pass
the first row that matches wins, so the narrow ones stand above the broad ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from wizards.cloud.failing import Refusal, Retry

Words = tuple[str, str, tuple[str, ...]]
"""A card's message, why and next."""

Write = Callable[[Refusal], Words]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What an error looks like (every given part must match) and what it is.

    ``reason``, ``says`` and ``call`` are regular expressions; ``permission`` is one that is denied.
    """

    code: str
    retry: Retry = Retry.NEVER
    status: tuple[int, ...] = ()
    reason: str = ""
    says: str = ""
    call: str = ""
    permission: str = ""

    def matches(self, refusal: Refusal, *, words: bool) -> bool:
        """Say whether a refusal has every given part; ``words`` lets the message count."""
        named = self._names(refusal)
        if not words and not (self.reason or (self.permission and named)):
            return False
        says = refusal.message
        return (
            (not self.status or refusal.status in self.status)
            and (not self.reason or re.fullmatch(self.reason, refusal.reason) is not None)
            and (not self.says or re.search(self.says, says, re.IGNORECASE) is not None)
            and (not self.call or re.fullmatch(self.call, refusal.call) is not None)
            and (not self.permission or named or self._in_words(says))
        )

    def _names(self, refusal: Refusal) -> bool:
        given = refusal.metadata.get("permission", "")
        return bool(given) and re.fullmatch(self.permission, given, re.IGNORECASE) is not None

    def _in_words(self, says: str) -> bool:
        return re.search(rf"(?<![\w.]){self.permission}(?!\w)", says, re.IGNORECASE) is not None


def row(
    code: str,
    retry: Retry = Retry.NEVER,
    *,
    status: int | tuple[int, ...] = (),
    reason: str = "",
    says: str = "",
    call: str = "",
    permission: str = "",
) -> Signature:
    """Return one row of the table."""
    return Signature(
        code=code,
        retry=retry,
        status=(status,) if isinstance(status, int) else status,
        reason=reason,
        says=says,
        call=call,
        permission=permission,
    )


UNKNOWN = Signature(code="cloud-error")


def recognise(refusal: Refusal, table: Iterable[Signature]) -> Signature:
    """Return the first row that a refusal matches, or ``UNKNOWN``."""
    rows = tuple(table)
    for words in (False, True):
        for signature in rows:
            if signature.matches(refusal, words=words):
                return signature
    return UNKNOWN
