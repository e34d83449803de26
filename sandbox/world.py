"""What every handler works on: the store, the clock, the operations and the real Postgres."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.clock import Clock
from sandbox.operations import Operations
from sandbox.store import Store

if TYPE_CHECKING:
    from sandbox.cloudsql.clusters import Clusters
    from sandbox.run.runtime import Runtime


class World:
    """One imitated Google Cloud in a state folder."""

    def __init__(self, state: Path, speed: float, clock: Clock | None = None) -> None:
        from sandbox.cloudsql.clusters import Clusters
        from sandbox.faults import Faults
        from sandbox.run.runtime import Runtime

        self.state = state
        self.clock = clock or Clock(speed)
        self.store = Store(state / "sandbox.db")
        self.operations = Operations(self)
        self.faults = Faults(self.store)
        self.clusters: Clusters = Clusters(state / "sql")
        self.runtime: Runtime = Runtime(self)

    def close(self) -> None:
        """Finish what runs in threads, stop every Postgres and close the store."""
        self.runtime.processes.close()
        self.operations.close()
        self.clusters.stop()
        self.store.close()
