"""A sandbox in a process of its own, for as long as a measurement takes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wizards.postgres.sandbox_address import SandboxAddress


@contextmanager
def sandbox_process(state: Path, speed: float) -> Iterator[SandboxAddress]:
    """Start a sandbox and end it."""
    command = [*(sys.executable, "-m", "tui"), *("--state", str(state))]
    command += ["sandbox", "start", "--speed", str(speed)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        yield SandboxAddress(url=said["url"], state=Path(said["state"]), speed=speed)
    finally:
        process.terminate()
        process.wait(30)
