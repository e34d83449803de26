"""What this terminal is and can: size, colours, encoding, and how wide it draws Korean."""

from __future__ import annotations

import os
import re
import select
import sys
import time

from wizards.setup.doctor_terminal import Terminal

_ASK = "\r한\x1b[6n"
_ERASE = "\r\x1b[K"
_ANSWER = re.compile(rb"\x1b\[\d+;(\d+)R")
_SECONDS = 0.25


def terminal_facts() -> Terminal:
    """Return the facts; without a terminal only name and encoding."""
    name = os.environ.get("TERM", "")
    encoding = sys.stdout.encoding or ""
    if not sys.stdout.isatty():
        return Terminal(name=name, encoding=encoding)
    size = os.get_terminal_size(sys.stdout.fileno())
    return Terminal(
        name=name,
        columns=size.columns,
        rows=size.lines,
        encoding=encoding,
        colours=_colours(name),
        wide=_wide(encoding),
    )


def _colours(name: str) -> int:
    if os.environ.get("NO_COLOR") or name in ("", "dumb"):
        return 0
    if os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return 1 << 24
    return 256 if "256color" in name else 16


def _wide(encoding: str) -> int:
    """Draw one syllable, ask where the cursor stands, wipe it; 0 when nobody answers."""
    if not sys.stdin.isatty() or "utf" not in encoding.lower():
        return 0
    try:
        import termios
        import tty
    except ImportError:
        return 0
    keys, screen = sys.stdin.fileno(), sys.stdout.fileno()
    before = termios.tcgetattr(keys)
    try:
        tty.setcbreak(keys)
        os.write(screen, _ASK.encode())
        return _column(keys) - 1
    except (termios.error, OSError):
        return 0
    finally:
        termios.tcsetattr(keys, termios.TCSANOW, before)
        os.write(screen, _ERASE.encode())


def _column(keys: int) -> int:
    """Return the column that the terminal names, 1 when it stays silent."""
    said = b""
    until = time.monotonic() + _SECONDS
    while (left := until - time.monotonic()) > 0:
        if not select.select([keys], [], [], left)[0]:
            break
        said += os.read(keys, 64)
        found = _ANSWER.search(said)
        if found:
            return int(found[1])
    return 1
