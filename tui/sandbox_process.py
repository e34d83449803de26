"""A running sandbox for `--sandbox`: the one of the state folder, or one started detached."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

from generators.language import _
from wizards.failures import Failure
from wizards.postgres.sandbox_address import SandboxAddress, default_state, running

_ONE_START = threading.Lock()


def ensure_sandbox(state: Path | None = None, *, speed: float | None = None) -> SandboxAddress:
    """Return the sandbox of a state folder, starting one that ends itself when idle."""
    place = state or default_state()
    with _ONE_START:  # the app's screens ask from several threads at once
        return running(place) or _start(place, speed)


def _start(state: Path, speed: float | None) -> SandboxAddress:
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    command = [sys.executable, "-m", "tui", "sandbox", "start", "--state", str(state)]
    command += ["--port", "0", "--detached-idle"]
    if speed is not None:
        command += ["--speed", str(speed)]
    log = state / "sandbox.log"
    with log.open("ab") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    process.stdout.close()
    address = running(state) if _is_json(line) else None
    if address is None:
        raise Failure(
            "sandbox-not-started",
            _("the sandbox did not start"),
            why=_last_line(log),
            next=(f"tarmac sandbox start --state {state}", "pip install 'tarmac[sandbox]'"),
            raw=_last_line(log),
        )
    return address


def stop_sandbox(address: SandboxAddress, seconds: float = 20.0) -> None:
    """Ask a sandbox to end, with its PostgreSQL servers, and wait until it has."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(f"{address.url}/sandbox/v1/stop", method="POST", data=b"")
    try:
        direct.open(request, timeout=5).close()
    except OSError:
        return
    deadline = time.monotonic() + seconds
    while running(address.state) is not None and time.monotonic() < deadline:
        time.sleep(0.05)


def _is_json(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
