"""Ctrl-C and SIGTERM as a request: work stops at its next safe place; a second one is heard at
once.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from generators.language import _
from wizards.cancel import Cancel


@contextmanager
def stopping(cancel: Cancel, say: Callable[[str], None]) -> Iterator[None]:
    """Turn signals into ``cancel.ask()`` inside the block."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        if cancel.asked:
            raise KeyboardInterrupt
        cancel.ask()
        say(_("stopping at the next safe place; once more to stop at once"))

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
