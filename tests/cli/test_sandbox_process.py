"""The sandbox that `--sandbox` starts by itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tui.sandbox_process import ensure_sandbox, stop_sandbox


def test_threads_that_ask_at_once_share_one_sandbox(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        addresses = set(pool.map(ensure_sandbox, [tmp_path / "state"] * 4))
    address = addresses.pop()
    try:
        assert not addresses
    finally:
        stop_sandbox(address)
