"""The terminal itself: is there one, and does it come back whole whatever ends the app?"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from generators.language import _
from wizards.failures import UsageFailure

# Leave the alternate screen, show the cursor, end mouse, focus, paste and kitty-keyboard modes.
RESTORE = (
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1004l\x1b[?2004l"
    "\x1b[<u\x1b[?1049l\x1b[?25h\x1b[0m"
)
SMALLEST = (80, 24)


def require_terminal() -> None:
    """Raise a usage failure unless stdin, stdout and stderr all are terminals.

    Textual reads stdin and draws on stderr, so a redirected one would destroy the picture.
    """
    streams = {"stdin": sys.__stdin__, "stdout": sys.__stdout__, "stderr": sys.__stderr__}
    missing = [name for name, stream in streams.items() if stream is None or not stream.isatty()]
    if missing:
        raise UsageFailure(
            "no-terminal",
            _("The full-screen app needs a terminal."),
            why=_("{streams} is not a terminal here.").format(streams=", ".join(missing)),
            next=("tarmac --help", "tarmac init --no-input --set KEY=VALUE", "tarmac plan --json"),
        )
    if os.environ.get("TERM", "") == "dumb":
        raise UsageFailure(
            "dumb-terminal",
            _("The full-screen app cannot draw on this terminal."),
            why=_("TERM is “dumb”."),
            next=("tarmac init", "TERM=xterm-256color tarmac"),
        )


@contextmanager
def signals_restore_the_terminal(leave: Callable[[int], None]) -> Iterator[None]:
    """While the app runs: the first SIGTERM, SIGINT or SIGHUP asks it to leave, the second ends it.

    ``leave`` gets the signal's number and must only schedule the exit. When the app no longer
    listens, the second signal writes the restoring sequences itself and ends the process.
    """
    asked = False

    def on_signal(number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            restore_now()
            os._exit(128 + number)
        asked = True
        leave(number)

    watched = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.signal(number, on_signal) for number in watched}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def restore_now() -> None:
    """Write the restoring sequences and bring back the cooked mode, whatever state we are in."""
    stream = sys.__stderr__
    if stream is None or not stream.isatty():
        return
    os.write(stream.fileno(), RESTORE.encode())
    try:
        import termios

        attributes = termios.tcgetattr(stream.fileno())
        attributes[3] |= termios.ECHO | termios.ICANON | termios.ISIG
        attributes[0] |= termios.ICRNL | termios.IXON
        termios.tcsetattr(stream.fileno(), termios.TCSANOW, attributes)
    except (ImportError, OSError):
        return
