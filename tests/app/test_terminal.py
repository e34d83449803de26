"""The terminal: refused where there is none, whole again whatever ends the app."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "tui")


def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which nothing of this machine is read or written."""
    kept = {name: os.environ[name] for name in ("PATH",)}
    return {
        **kept,
        "HOME": str(folder),
        "TERM": "xterm-256color",
        "PYTHONPATH": str(ROOT),
        "XDG_STATE_HOME": str(folder / "state"),
        "TARMAC_LANG": "en",
    }


class Terminal:
    """A process on a pseudo terminal, everything it wrote kept."""

    def __init__(self, folder: Path) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            COMMAND,
            cwd=folder,
            env=environment(folder),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.written = b""

    def read_until(self, wanted: bytes, seconds: float = 15.0) -> None:
        """Read until something was written, or fail."""
        end = time.monotonic() + seconds
        while wanted not in self.written:
            assert time.monotonic() < end, self.written[-2000:]
            self._read(0.1)

    def _read(self, seconds: float) -> None:
        ready, _, _ = select.select([self.master], [], [], seconds)
        if ready:
            try:
                self.written += os.read(self.master, 65536)
            except OSError:
                return

    def wait(self) -> int:
        """Read to the end and return the exit code."""
        end = time.monotonic() + 15
        while self.process.poll() is None and time.monotonic() < end:
            self._read(0.05)
        self._read(0.05)
        return self.process.wait(1)

    def close(self) -> None:
        """End the process if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)]
)
def test_a_signal_restores_the_terminal(tmp_path: Path, number: int, code: int) -> None:
    terminal = Terminal(tmp_path)
    try:
        terminal.read_until(b"Tarmac")
        terminal.read_until(b"no deployable")
        terminal.process.send_signal(number)
        assert terminal.wait() == code
        for sequence in (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?25h"):
            assert sequence in terminal.written[terminal.written.rindex(b"\x1b[?1049h") :]
        assert b"Traceback" not in terminal.written
    finally:
        terminal.close()


def test_q_leaves_with_zero(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    try:
        terminal.read_until(b"no deployable")
        os.write(terminal.master, b"q")
        assert terminal.wait() == 0
        assert b"\x1b[?1049l" in terminal.written
    finally:
        terminal.close()


def test_without_a_terminal_nothing_is_drawn(tmp_path: Path) -> None:
    done = subprocess.run(
        COMMAND,
        cwd=tmp_path,
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=20,
    )
    assert done.returncode == 2
    assert b"\x1b[?1049h" not in done.stdout + done.stderr
    assert b"terminal" in done.stderr


def test_a_redirected_stream_is_a_card_with_what_to_do(tmp_path: Path) -> None:
    code = (
        "from tui.terminal import require_terminal\n"
        "from wizards.failures import UsageFailure\n"
        "try:\n    require_terminal()\n"
        "except UsageFailure as failure:\n    print(failure.code, failure.why, failure.next[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("no-terminal stdin, stdout, stderr is not a terminal here.")
    assert "tarmac init --no-input" in done.stdout


HEAVY = (
    "psycopg",
    "google",
    "postgast",
    "jinja2",
    "questionary",
    "sqlalchemy",
    "tomlkit",
    "pygments.lexers",
    "wizards.migrate.console",
    "wizards.setup.planning",
    "generators.detect",
)


def test_importing_the_app_imports_no_engine(tmp_path: Path) -> None:
    code = (
        "import sys, tui.app, tui.screens.home\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
