"""The moment before a session, by the server's own clock, written beside the dump."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from wizards.migrate import manifest
from wizards.migrate.cloudsql.safety import Safety
from wizards.migrate.model import Backup
from wizards.postgres.address import Address
from wizards.postgres.connection import connect, value


def noted(safety: Safety, address: Address) -> Safety:
    """Return the safety with its moment, where the instance can be recovered to one.

    To be called while no transaction of the session is open. The clock is the server's, as in
    the log that is replayed; cut to milliseconds, which is before every later transaction.
    """
    if not safety.recovers:
        return safety
    with connect(address, "tarmac look") as connection:
        seconds = float(
            str(value(connection, "select floor(extract(epoch from clock_timestamp()) * 1000)"))
        )
    return replace(safety, moment=datetime.fromtimestamp(seconds / 1000, UTC))


def beside(backup: Backup, safety: Safety) -> Backup:
    """Write into a dump's manifest what Cloud SQL keeps beside it, and return the backup."""
    known = replace(backup, cloud=safety.as_json())
    manifest.write(known)
    return known
