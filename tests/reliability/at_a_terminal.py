"""A command at a real terminal, with somebody who answers its prompts."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


def at_a_terminal(
    words: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    answers: Mapping[str, str],
    meanwhile: Callable[[int], None] = lambda _pid: None,
    seconds: float = 60.0,
) -> tuple[int, str]:
    """Run ``tarmac WORDS`` and type an answer after each prompt; return code and screen text.

    ``meanwhile`` is called with the process id again and again while it runs.
    """
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(sys.executable, [sys.executable, "-m", "tui", *words], dict(environment))
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
    seen, unread, waiting = b"", b"", dict(answers)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        meanwhile(pid)
        if not select.select([terminal], [], [], 0.05)[0]:
            continue
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        if not part:
            break
        seen, unread = seen + part, unread + part
        for prompt in [prompt for prompt in waiting if prompt.encode() in unread]:
            os.write(terminal, waiting.pop(prompt).encode() + b"\r")
            unread = b""
    os.close(terminal)
    _pid, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), seen.decode(errors="replace")
