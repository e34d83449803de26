"""From a key press to the repaint, with 1,000 revisions and 10,000 log lines, in a real terminal.

``python benchmarks/keys.py [--keys N] [--json]``: the app in a pty of 120x36 beside a minimal
Textual DataTable of as many rows; one key at a time, milliseconds until the last byte it caused.
The budget is for the 99th percentile of the app; the peer is for scale. Beside the time of the
clock stands the processor time that the key cost, which other work on the machine cannot change.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUDGET = 50.0  # ms
REVISIONS, LINES = 1_000, 10_000
QUIET = 0.02  # seconds without a byte end a repaint
ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][A-Z0-9]|\x1b[=>]")
TABLE = f"""
from textual.app import App, ComposeResult
from textual.widgets import DataTable
class Minimal(App):
    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row")
    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("mark", "id", "message")
        table.add_rows(("o", f"{{n:08x}}", f"change number {{n}}") for n in range({REVISIONS}))
Minimal().run()
"""


@dataclass(frozen=True)
class Measured:
    """Milliseconds of every key press on one list."""

    what: str
    times: tuple[float, ...]
    cpu: tuple[float, ...]

    @property
    def p99(self) -> float:
        """The 99th percentile."""
        return percentile(self.times)

    @property
    def p99_cpu(self) -> float:
        """The 99th percentile of the processor time."""
        return percentile(self.cpu)

    def line(self) -> str:
        """One line for a person."""
        middle = statistics.median(self.times)
        return (
            f"{self.what}: median {middle:.1f} ms, p99 {self.p99:.1f} ms"
            f" (processor {statistics.median(self.cpu):.1f} ms, p99 {self.p99_cpu:.1f} ms)"
        )


def percentile(values: tuple[float, ...], share: float = 0.99) -> float:
    """The value that this share of the values does not exceed."""
    return sorted(values)[max(int(len(values) * share) - 1, 0)]


class Terminal:
    """A program on a pty of 120x36."""

    def __init__(self, command: list[str]) -> None:
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            state = tempfile.mkdtemp(prefix="tarmac-keys-")
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", TARMAC_LANG="en")
            os.environ.update(XDG_STATE_HOME=state, PYTHONPATH=str(ROOT))
            os.execv(command[0], command)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        self.seen = b""

    def until(self, marker: bytes) -> None:
        """Read until a text is drawn, then until nothing more comes."""
        deadline = time.monotonic() + 60
        while marker not in ESCAPES.sub(b"", self.seen):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{marker!r} was not drawn: {self.seen[-400:]!r}")
            self._read(0.2)
        while self._read(0.7):
            pass
        self.seen = b""

    def _spent(self) -> float:
        """Milliseconds of processor time so far; 0 where the kernel does not say."""
        path = Path(f"/proc/{self.pid}/schedstat")
        return int(path.read_text().split()[0]) / 1e6 if path.exists() else 0.0

    def press(self, keys: bytes) -> tuple[float, float]:
        """Press and return milliseconds: until the last byte it repainted, and of the processor."""
        before = self._spent()
        start = last = time.perf_counter()
        os.write(self.master, keys)
        first = self._read(5.0)
        if not first:
            raise TimeoutError(f"{keys!r} repainted nothing")
        last = time.perf_counter()
        while self._read(QUIET):
            last = time.perf_counter()
        return (last - start) * 1000, self._spent() - before

    def _read(self, seconds: float) -> bool:
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        self.seen += os.read(self.master, 65536)
        return True

    def close(self) -> None:
        """End the program."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.master)


def measure(keys: int) -> list[Measured]:
    """Return the app's two lists and the peer's one."""
    found = []
    app = Terminal([sys.executable, __file__, "--app"])
    try:
        app.until(b"Migrate")
        app.press(b"4")
        app.until(b"500 pending")
        what = f"down among {REVISIONS:,} revisions, their SQL beside them"
        found.append(_presses(app, what, keys))
        app.press(b"l")
        app.until(b"Commands run")
        app.press(b"g")
        found.append(_presses(app, f"down among {LINES:,} log lines", keys))
    finally:
        app.close()
    peer = Terminal([sys.executable, "-c", TABLE])
    try:
        peer.until(b"change number 5")
        found.append(
            _presses(peer, f"the peer: a DataTable of {REVISIONS:,} rows", keys, b"\x1b[B")
        )
    finally:
        peer.close()
    return found


def _presses(terminal: Terminal, what: str, keys: int, key: bytes = b"j") -> Measured:
    for _warm in range(5):
        terminal.press(key)
    pressed = [terminal.press(key) for _ in range(keys)]
    return Measured(what, tuple(a for a, _ in pressed), tuple(b for _, b in pressed))


def show_app() -> None:
    """Open the app on a history and a log of that size, answered from memory."""
    from datetime import UTC, datetime
    from typing import Any, cast

    from tests.app.fakes import PREVIEW, FakeContext, FakeEngines
    from tui.app import TarmacApp
    from tui.ran import Ran
    from wizards.migrate.model import History, Revision, RevisionPreview

    names = [f"{number:08x}" for number in range(REVISIONS)]
    revisions = tuple(
        Revision(id=name, message=f"change number {number}", applied=number < REVISIONS // 2)
        for number, name in enumerate(names)
    )
    engines = FakeEngines()
    engines.migrate.history = lambda _emit: History(  # type: ignore[method-assign]
        provider="alembic",
        target="prod",
        server_version="16.4",
        current=(names[REVISIONS // 2 - 1],),
        heads=(names[-1],),
        revisions=revisions,
    )
    engines.migrate.written = tuple(
        RevisionPreview(id=name, statements=PREVIEW[number % 3].statements)
        for number, name in enumerate(names)
    )
    app = TarmacApp(cast(Any, FakeContext()), cast(Any, engines))
    now = datetime.now(UTC)
    app.ran = [Ran("sql", f"UPDATE t SET x = {n} WHERE id = {n}", now) for n in range(LINES)]
    app.run()


def main() -> int:
    """Measure, print, and return 1 when the budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--app", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.app:
        sys.path.insert(0, str(ROOT))
        show_app()
        return 0
    found = measure(chosen.keys)
    if chosen.json:
        print(
            json.dumps(
                [
                    {"what": one.what, "p99_ms": round(one.p99, 2), "cpu_ms": round(one.p99_cpu, 2)}
                    for one in found
                ]
            )
        )
    else:
        for one in found:
            print(one.line())
        print(f"budget: p99 of the app at most {BUDGET:.0f} ms")
    return int(any(one.p99 > BUDGET for one in found[:-1]))


if __name__ == "__main__":
    sys.exit(main())
