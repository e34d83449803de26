"""The backup runs of an instance that sessions of Tarmac made, for a list."""

from __future__ import annotations

from dataclasses import dataclass

from wizards.cloud.things import SqlBackup
from wizards.events import Json, rfc3339
from wizards.failures import Failure
from wizards.migrate.cloudsql.instance import Instance
from wizards.migrate.cloudsql.taking import session_of


@dataclass(frozen=True, slots=True)
class Listed:
    """Our backup runs, the newest first, how many others there are, or why nobody may look."""

    instance: Instance
    ours: tuple[SqlBackup, ...]
    others: int
    failure: Failure | None = None

    def as_json(self) -> dict[str, Json]:
        """Return ``data.cloud`` of `migrate backup --list`."""
        return {
            "instance": self.instance.connection_name,
            "backups": [_shown(one) for one in self.ours],
            "others": self.others,
            "error": self.failure.as_json() if self.failure is not None else None,
        }


def _shown(one: SqlBackup) -> dict[str, Json]:
    return {
        "id": one.id,
        "state": one.state,
        "session": session_of(one),
        "started_at": rfc3339(one.started) if one.started else None,
        "ended_at": rfc3339(one.ended) if one.ended else None,
    }
