"""What went wrong with a call, as a card and with the one thing the caller decides by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from wizards.failures import Exit, Failure


class Retry(StrEnum):
    """What another attempt is worth."""

    NEVER = "never"  # it will fail in the same way
    REFUSED = "refused"  # the request was turned away (429): safe to repeat
    UNKNOWN = "unknown"  # no answer or a 5xx: it may have been done
    PROPAGATION = "propagation"  # a change made just now is not known everywhere yet
    CONFLICT = "conflict"  # somebody else wrote: read again, then repeat
    BUSY = "busy"  # another operation holds the resource: wait for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An error answer, parsed: ``reason`` from ErrorInfo first, the message only as a last resort.

    ``status`` is the HTTP status, 0 when there was no answer; ``retry_after`` in seconds.
    """

    status: int
    reason: str = ""
    message: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    retry_after: float | None = None
    raw: str = ""
    call: str = ""


class CloudFailure(Failure):
    """A call that failed for good, or for which the caller must decide about another attempt."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        refusal: Refusal,
        retry: Retry = Retry.NEVER,
        why: str = "",
        next: tuple[str, ...] = (),  # noqa: A002 - as in Failure
    ) -> None:
        super().__init__(code, message, why=why, next=next, raw=refusal.raw, exit_code=Exit.FAILED)
        self.refusal = refusal
        self.retry = retry

    @property
    def status(self) -> int:
        """The HTTP status, 0 when there was no answer."""
        return self.refusal.status
