"""Forget everything in the state folder of a sandbox that does not run."""

from __future__ import annotations

import shutil
from pathlib import Path

from sandbox.cloudsql.clusters import Clusters
from sandbox.request_log import LOG
from sandbox.run.runtime import forget
from sandbox.state_lock import exclusive


def reset(state: Path) -> None:
    """Delete the store, the log and every real server; AlreadyRunning when it is in use."""
    if not state.is_dir():
        return
    with exclusive(state):
        clusters = Clusters(state / "sql")
        clusters.remove_strays(())
        clusters.forget_backups()
        forget(state)
        shutil.rmtree(state / "storage", ignore_errors=True)
        for file in (*state.glob("sandbox.db*"), state / LOG):
            file.unlink(missing_ok=True)
