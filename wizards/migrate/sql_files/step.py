"""One migration of a folder of SQL files, and one problem that forbids going on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class Complaint(Exception):
    """Something the operation cannot go on with; ``kind`` is part of the agents' protocol."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One migration: ``id`` as the ledger knows it, SQL of both ways (``down`` None = no way back).

    Both texts keep the line numbers of their files. ``atomic`` is what the file asks for: one
    transaction (True), statement after statement (False), or what its statements allow (None).
    """

    id: str
    message: str
    path: Path
    up: str
    down: str | None = None
    down_path: Path | None = None
    atomic: bool | None = None
    down_atomic: bool | None = None

    def sql(self, *, down: bool) -> str:
        """Return the text of one direction; no way back is a complaint."""
        if not down:
            return self.up
        if self.down is None:
            raise Complaint("no-down", self.id)
        return self.down


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a ledger says of one migration: done, or begun and never ended well."""

    id: str
    done: bool = True
    checksum: str = ""
