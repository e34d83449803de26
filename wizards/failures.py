"""Errors as cards: what happened, why, what to do next, the raw error kept aside."""

from __future__ import annotations

from enum import IntEnum

from wizards.events import Json


class Exit(IntEnum):
    """Exit codes of every command (design §4)."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    DIFFERENCE = 3
    REFUSED = 4
    BLOCKED = 5
    CANCELLED = 130


class Failure(Exception):
    """A failure that a person can act on.

    ``code`` is stable and kebab-case; ``next`` holds commands or keys, most useful first; ``raw``
    is the original error text, already free of secrets.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        why: str = "",
        next: tuple[str, ...] = (),  # noqa: A002 - the JSON contract names it so
        raw: str = "",
        exit_code: Exit = Exit.FAILED,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.why = why
        self.next = next
        self.raw = raw
        self.exit_code = exit_code

    def as_json(self) -> dict[str, Json]:
        """Return ``{"code", "message", "why", "next", "raw"}``."""
        return {
            "code": self.code,
            "message": self.message,
            "why": self.why,
            "next": list(self.next),
            "raw": self.raw,
        }


class Refused(Failure):
    """Work that Tarmac will not do as asked (findings, a missing acknowledgement): exit 4."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        why: str = "",
        next: tuple[str, ...] = (),  # noqa: A002
        raw: str = "",
    ) -> None:
        super().__init__(code, message, why=why, next=next, raw=raw, exit_code=Exit.REFUSED)


class UsageFailure(Failure):
    """Input that is missing or wrong; nothing was done: exit 2."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        why: str = "",
        next: tuple[str, ...] = (),  # noqa: A002
        raw: str = "",
    ) -> None:
        super().__init__(code, message, why=why, next=next, raw=raw, exit_code=Exit.USAGE)
