"""Run the real command in a subprocess, as a person or a program would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def envelope(self) -> dict[str, Any]:
        """The last line of stdout as JSON."""
        return json.loads(self.out.strip().splitlines()[-1])


def tarmac(*words: str, cwd: Path, env: dict[str, str] | None = None, timeout: float = 60) -> Ran:
    """Run `tarmac WORDS` without a terminal in a folder and return what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "tui", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TARMAC_LANG": "en", **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
