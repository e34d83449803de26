"""The rows of a snapshot, counted by a thread of its own that can be told to stop."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from wizards.cancel import Cancel, Cancelled
from wizards.migrate import rows
from wizards.postgres.address import Address

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

QUICK = {"jit": "off"}
"""Settings for counting: there is nothing in it that compiling would make faster."""

_TICK = 0.05  # seconds between looks at whether somebody asked to stop
_HERE = ("localhost", "127.0.0.1", "::1")
_MANY_CORES = 4


def beside_the_dump(address: Address) -> bool:
    """Whether counting beside pg_dump slows neither: the server is elsewhere, or cores abound."""
    here = address.host.startswith("/") or address.host in _HERE
    return not here or (os.cpu_count() or 1) >= _MANY_CORES


def counted(
    connection: Connection, cancel: Cancel, told: Callable[[int, int], None] = rows.unheard
) -> dict[str, int]:
    """Return the exact rows by "schema.table" as the connection's snapshot sees them.

    ``told`` gets (tables counted, tables in all). Raises Cancelled at once when somebody asks to
    stop, however large the table is that is being counted.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="count") as aside:
        found = aside.submit(rows.counts, connection, cancel, told)
        while wait([found], _TICK).not_done:
            if cancel.asked:
                connection.cancel()
                raise Cancelled
        return found.result()
