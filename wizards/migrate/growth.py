"""How far a restore is: the size of the database it fills, asked now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from wizards.failures import Failure
from wizards.postgres.address import Address
from wizards.postgres.connection import connect, value

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

_EVERY = 0.5  # seconds between two looks


class Growth:
    """Tells the bytes of a database while something else fills it; never the reason of a failure.

    The look has a connection of its own. Where that is refused or lost, nothing is told any more.
    """

    def __init__(self, address: Address, tell: Callable[[int], None]) -> None:
        self._address = address
        self._tell = tell
        self._last = time.monotonic()
        self._connection: Connection | None = None
        self._lost = False

    def look(self) -> None:
        """Tell the size, at most twice a second."""
        from psycopg import Error

        if self._lost or time.monotonic() - self._last < _EVERY:
            return
        self._last = time.monotonic()
        try:
            if self._connection is None:
                self._connection = connect(self._address, "tarmac verify")
            size = value(self._connection, "select pg_database_size(current_database())")
        except (Error, Failure):
            self._lost = True
            return
        self._tell(int(str(size)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._connection is not None:
            self._connection.close()
