"""Waiting for Cloud SQL: until an instance is free, until an operation is done, with progress."""

from __future__ import annotations

import time
from collections.abc import Callable

from wizards.cloud.failing import CloudFailure, Retry
from wizards.cloud.things import OperationName
from wizards.migrate.cloudsql.instance import Instance
from wizards.migrate.cloudsql.port import CloudSqlPort

LOOK = 3.0  # the cloud's seconds between two looks
_PATIENCE = 1800.0  # the cloud's seconds that another operation may hold the instance
Tell = Callable[[float], None]


def started(
    cloud: CloudSqlPort,
    start: Callable[[], OperationName],
    busy: Callable[[str], None],
    begun: Callable[[], OperationName | None] = lambda: None,
) -> OperationName:
    """Start an operation, once nothing else holds the instance; ``busy`` is told what does.

    ``begun`` looks for the operation where the answer to its request was lost on the way.
    """
    waited = 0.0
    while True:
        try:
            return start()
        except CloudFailure as failure:
            if failure.retry is Retry.UNKNOWN and (found := begun()) is not None:
                return found
            if failure.retry is not Retry.BUSY or waited >= _PATIENCE:
                raise
            busy(failure.message)
        cloud.pause(LOOK)
        waited += LOOK


def running(cloud: CloudSqlPort, instance: Instance, kind: str) -> OperationName | None:
    """Return the operation of a kind ("CLONE", "RESTORE_VOLUME") that an instance is in."""
    found = cloud.sql_operations(instance.project, instance.name)
    return next((one.name for one in found if one.kind == kind), None)


def finished(cloud: CloudSqlPort, operation: OperationName, tell: Tell) -> None:
    """Wait until an operation is done; ``tell`` gets the seconds so far at every look."""
    begun = time.monotonic()
    while not cloud.operation(operation).done:
        tell(round(time.monotonic() - begun, 1))
        cloud.pause(LOOK)
