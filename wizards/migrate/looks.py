"""One look at files and database, kept until either changes: an apply does not ask twice."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wizards.events import Json
from wizards.migrate.model import History, RevisionPreview
from wizards.migrate.providers.provider import State
from wizards.migrate.standing import heads
from wizards.postgres.address import Address
from wizards.postgres.connection import connect

_FRESH_SECONDS = 60.0  # row counts and sizes of a judgement are not older than this

Files = frozenset[tuple[str, int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one run of env.py said, with the judged SQL of a request's steps."""

    request: Mapping[str, Json]
    history: History
    state: State
    previews: Sequence[RevisionPreview]
    files: Files
    at: float = field(default_factory=time.monotonic)

    def still_true(self, request: Mapping[str, Json], address: Address, files: Files) -> bool:
        """Say whether another look at the same request would see the same."""
        fresh = time.monotonic() - self.at < _FRESH_SECONDS
        if not fresh or request != self.request or files != self.files:
            return False
        with connect(address, "tarmac look") as connection:
            return set(heads(connection, self.state.table)) == set(self.state.heads)


def files_of(directory: Path, history: History) -> Files:
    """Return (path, change time, size) of every file beside the revisions and env.py."""
    folders = {(directory / one.path).parent for one in history.revisions}
    folders |= {folder.parent for folder in folders}
    found = set()
    for folder in folders:
        for path in (*folder.glob("*.py"), *folder.glob("*.sql")):
            facts = path.stat()
            found.add((str(path), facts.st_mtime_ns, facts.st_size))
    return frozenset(found)
