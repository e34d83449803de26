"""A script of pg_restore --single-transaction with more SQL at both ends of its transaction."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import IO

_BEGIN = re.compile(rb"^BEGIN;\n", re.MULTILINE)
_COMMIT = b"\nCOMMIT;\n"
_HEAD, _TAIL, _BLOCK = 1 << 16, 1 << 12, 1 << 20


class NotInOneTransaction(Exception):
    """The script does not begin or end its transaction where pg_restore does."""


def spliced(
    script: IO[bytes], before: str, after: str, whole: Callable[[], bool]
) -> Iterator[bytes]:
    """Yield a script with ``before`` behind its BEGIN and ``after`` in front of its COMMIT.

    The COMMIT is yielded only when ``whole`` says, at the end, that the script is.
    """
    head = script.read(_HEAD)
    begun = _BEGIN.search(head)
    if begun is None:
        raise NotInOneTransaction
    held = head[: begun.end()] + before.encode() + head[begun.end() :]
    while block := script.read(_BLOCK):
        held += block
        yield held[:-_TAIL]
        held = held[-_TAIL:]
    if not whole():
        return
    rest, commit, tail = held.rpartition(_COMMIT)
    if not commit:
        raise NotInOneTransaction
    yield rest + b"\n" + after.encode() + commit + tail
