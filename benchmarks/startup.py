"""How fast Tarmac starts, beside its named peers, in one run, as ratios of medians.

``python benchmarks/startup.py [--runs N] [--json]`` prints for each budget: ours, the peer's, the
ratio and whether it is within the budget. Whole processes; ours and the peer's in turn.
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
import subprocess
import sys
import termios
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARMAC = str(Path(sys.executable).parent / "tarmac")
MINIMAL = """
from textual.app import App, ComposeResult
from textual.widgets import Static
class Minimal(App):
    def compose(self) -> ComposeResult:
        yield Static("first content")
Minimal().run()
"""
ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][A-Z0-9]|\x1b[=>]")


@dataclass(frozen=True)
class Ratio:
    """One budget: medians of ours and of the peer (same unit), and the allowed ratio."""

    what: str
    ours: float
    peer: float
    budget: float
    unit: str = "ms"

    @property
    def ratio(self) -> float:
        """Ours as a multiple of the peer's."""
        return self.ours / self.peer

    def line(self) -> str:
        """One line for a person."""
        verdict = "within" if self.ratio <= self.budget else "OVER"
        return (
            f"{self.what}: {self.ours:.0f} {self.unit} against {self.peer:.0f} {self.unit}"
            f" = {self.ratio:.2f}x, {verdict} {self.budget}x"
        )


def whole(command: list[str]) -> float:
    """Return the milliseconds of a whole process."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/tmp")
    return (time.perf_counter() - start) * 1000


def first_content(command: list[str], marker: bytes, folder: str) -> tuple[float, float]:
    """Return (milliseconds until a marker is drawn at 120x36, resident MB then)."""
    start = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", TARMAC_LANG="en")
        os.execv(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    seen = b""
    try:
        while marker not in ESCAPES.sub(b"", seen):
            if not select.select([terminal], [], [], 20)[0]:
                raise TimeoutError(f"{marker!r} was not drawn by {command}")
            seen += os.read(terminal, 65536)
        elapsed = (time.perf_counter() - start) * 1000
        status = Path(f"/proc/{pid}/status")
        resident = (
            int(re.search(r"VmRSS:\s+(\d+)", status.read_text())[1]) / 1024  # type: ignore[index]
            if status.exists()
            else 0.0
        )
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
    return elapsed, resident


def in_turn(ours: list[str], peer: list[str], runs: int) -> tuple[float, float]:
    """Return the medians of two whole processes run in turn after one warm-up each."""
    whole(ours), whole(peer)
    pairs = [(whole(ours), whole(peer)) for _ in range(runs)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def app(runs: int) -> tuple[Ratio, float]:
    """Return the first-content ratio of the app and its resident MB."""
    minimal = [sys.executable, "-c", MINIMAL]
    folder = str(ROOT / "examples" / "notes")
    ours, theirs, resident = [], [], []
    for number in range(runs + 1):
        elapsed, memory = first_content([TARMAC], b"Tarmac", folder)
        peer, _ = first_content(minimal, b"first content", "/tmp")
        if number:
            ours.append(elapsed), theirs.append(peer), resident.append(memory)
    what = "first content of the app vs a minimal Textual app"
    return Ratio(what, statistics.median(ours), statistics.median(theirs), 1.6), max(resident)


def main() -> int:
    """Measure, print, and return 1 when a budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    version = in_turn([TARMAC, "--version"], [sys.executable, "-c", "import click"], chosen.runs)
    first, resident = app(chosen.runs)
    ratios = [Ratio("tarmac --version vs import click", *version, 1.3), first]
    if chosen.json:
        print(json.dumps([{"what": r.what, "ratio": round(r.ratio, 3)} for r in ratios]))
    else:
        for ratio in ratios:
            print(ratio.line())
        print(f"resident at first content: {resident:.0f} MB, budget 70 MB")
    return int(any(r.ratio > r.budget for r in ratios) or resident > 70)


if __name__ == "__main__":
    sys.exit(main())
