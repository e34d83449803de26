"""Where a running sandbox is: its state folder says so in `sandbox.json`."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SandboxAddress:
    """A running sandbox: base URL, state folder and how many simulated seconds pass in one."""

    url: str
    state: Path
    speed: float = 60.0
    proxy: str = ""
    ca: str = ""


def default_state() -> Path:
    """Return the state folder that is used when none is named (``TARMAC_SANDBOX`` first)."""
    named = os.environ.get("TARMAC_SANDBOX")
    if named:
        return Path(named)
    from platformdirs import user_state_path

    return user_state_path("tarmac") / "sandbox"


def running(state: Path) -> SandboxAddress | None:
    """Return the address of the sandbox that runs on a state folder, or None."""
    try:
        said = json.loads((state / "sandbox.json").read_text(encoding="utf-8"))
        address = SandboxAddress(
            url=str(said["url"]),
            state=state,
            speed=float(said.get("speed", 60.0)),
            proxy=str(said.get("proxy", "")),
            ca=str(said.get("ca", "")),
        )
    except (OSError, ValueError, KeyError):
        return None
    return address if _answers(address.url) else None


def _answers(url: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{url}/sandbox/v1/health", timeout=2) as response:
            return bool(json.load(response).get("ok"))
    except (OSError, ValueError, urllib.error.URLError):
        return False
