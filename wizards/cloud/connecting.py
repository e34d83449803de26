"""Failures that come as text: what a connector prints, what a service logs before it ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from wizards.cloud.cards import card
from wizards.cloud.failing import CloudFailure, Refusal
from wizards.cloud.known.table import TABLE
from wizards.cloud.refusals import read_answer
from wizards.cloud.signatures import UNKNOWN, recognise
from wizards.redaction import redacted

_STATUS = re.compile(r"\bError (4\d\d|5\d\d)\b")
_NONE = -1
_LAST_LINES = 12
_LONGEST = 2000


def text_card(
    lines: Iterable[str], names: Mapping[str, str] | None = None, *, call: str = "connect"
) -> CloudFailure | None:
    """Return the card of the last line that names a known cause, None when none does.

    ``call`` is "connect" for a connector's own words and "log" for a service's; ``names`` says
    what it is about ({"project", "region", "service", "instance", "secret"}).
    """
    said = [redacted(line.rstrip()) for line in lines if line.strip()]
    for line in reversed(said):
        refusal = replace(_refusal(line, names or {}, call), raw="\n".join(said)[-_LONGEST:])
        if recognise(refusal, TABLE).code not in (UNKNOWN.code, "no-answer"):
            return card(refusal)
    return None


def with_log(refusal: Refusal, lines: Sequence[str]) -> CloudFailure:
    """Return the card of something that did not come up, with the end of its log.

    A cause that the log names (no socket, a wrong password) is the better card.
    """
    tail = "\n".join(redacted(line.rstrip()) for line in lines[-_LAST_LINES:] if line.strip())
    whole = replace(
        refusal,
        metadata={**refusal.metadata, "log": tail[-_LONGEST:]},
        raw=f"{refusal.raw}\n{tail}" if tail else refusal.raw,
    )
    told = text_card(lines, refusal.names, call="log")
    if told is None:
        return card(whole)
    told.raw = redacted(whole.raw)
    return told


def _refusal(line: str, names: Mapping[str, str], call: str) -> Refusal:
    """Return a line as a refusal; Google's JSON inside a line is read as such."""
    start = line.find('{"error"')
    if start >= 0:
        return read_answer(403, line[start:], {}, call, names=names)
    told = _STATUS.search(line)
    status = int(told[1]) if told else _NONE
    return Refusal(status=status, message=line, names=names, call=call)
