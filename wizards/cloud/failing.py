"""What went wrong with a call, as a card and with the one thing the caller decides by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from generators.language import _
from wizards.failures import Exit, Failure
from wizards.redaction import redacted

RESUME = "tarmac apply --resume"
"""How an apply goes on; other commands put their own words in its place."""


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

    ``status`` is the HTTP status, 0 when there was no answer; ``retry_after`` in seconds;
    ``names`` says what the request was about ({"project": "notes-prod", "secret": "db"});
    ``member`` is who asked, as IAM writes it ("user:ann@example.com"), "" when nobody knows.
    """

    status: int
    reason: str = ""
    domain: str = ""
    message: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    retry_after: float | None = None
    raw: str = ""
    call: str = ""
    member: str = ""

    def named(self, kind: str, otherwise: str) -> str:
        """Return the name of what the request was about, or a word to replace."""
        return self.names.get(kind, "") or otherwise

    @property
    def project(self) -> str:
        """The id of the project that the request was about, or the word PROJECT."""
        consumer = self.metadata.get("consumer", "")
        if not self.names.get("project") and consumer.startswith("projects/"):
            return consumer.removeprefix("projects/")
        return self.named("project", "PROJECT")

    @property
    def asker(self) -> str:
        """Who asked, as a member to grant something to."""
        return self.member or "user:YOU"


class CloudFailure(Failure):
    """A call that failed for good, or for which the caller must decide about another attempt.

    ``waited`` is how many of the cloud's seconds went into other attempts; ``exhausted`` says that
    no more of them are left for this trouble.
    """

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
        super().__init__(
            code,
            message,
            why=why,
            next=next,
            raw=redacted(refusal.raw),
            exit_code=Exit.FAILED,
        )
        self.refusal = refusal
        self.retry = retry
        self.waited = 0.0
        self.exhausted = False
        self._cause = self.why
        self._goes_on = RESUME

    @property
    def status(self) -> int:
        """The HTTP status, 0 when there was no answer."""
        return self.refusal.status

    def after(self, seconds: float) -> Self:
        """Say on the card for how many of the cloud's seconds it was tried again."""
        self.waited = seconds
        if seconds > 0:
            tried = _("tried again for {time}; it did not get better").format(time=span(seconds))
            self.why = f"{self._cause}\n{tried}" if self._cause else tried
        return self

    def again(self, command: str) -> Self:
        """Name another command for going on than the one of an apply."""
        steps = (command if step == self._goes_on else step for step in self.next)
        self.next = tuple(dict.fromkeys(steps))
        self._goes_on = command
        return self


@contextmanager
def going_on_with(command: str) -> Iterator[None]:
    """Let the cards of failed calls name the command that is to be repeated instead of an apply."""
    try:
        yield
    except CloudFailure as failure:
        failure.again(command)
        raise


def span(seconds: float) -> str:
    """Return a length of time as a person says it: "45 s", "2 min"."""
    if seconds < 90:
        return _("{count} s").format(count=max(round(seconds), 1))
    return _("{count} min").format(count=round(seconds / 60))
