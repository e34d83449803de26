"""PostgreSQL's table locks, from weakest to strongest, and what each makes others wait for."""

from __future__ import annotations

from enum import IntEnum


class Lock(IntEnum):
    """A table-level lock mode; a larger number conflicts with more."""

    ACCESS_SHARE = 1
    ROW_SHARE = 2
    ROW_EXCLUSIVE = 3
    SHARE_UPDATE_EXCLUSIVE = 4
    SHARE = 5
    SHARE_ROW_EXCLUSIVE = 6
    EXCLUSIVE = 7
    ACCESS_EXCLUSIVE = 8

    @property
    def words(self) -> str:
        """The name as PostgreSQL's manual writes it: "ACCESS EXCLUSIVE"."""
        return _WORDS[self]

    @property
    def blocks(self) -> str:
        """What the application waits with: "reads and writes", "writes" or "nothing"."""
        if self is Lock.ACCESS_EXCLUSIVE:
            return "reads and writes"
        return "writes" if self >= Lock.SHARE else "nothing"


_WORDS = {lock: lock.name.replace("_", " ") for lock in Lock}
AX = Lock.ACCESS_EXCLUSIVE
