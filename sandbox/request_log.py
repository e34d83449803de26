"""What was asked of the sandbox: one JSON object per line, without bodies or tokens."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

LOG = "requests.jsonl"
LARGEST = 20_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One request; ``method`` is ``api:version:id`` or "", ``ms`` the time it took."""

    at: str
    http: str
    host: str
    path: str
    method: str
    status: int
    ms: float
    identity: str
    fault: str = ""
    problems: tuple[str, ...] = ()


class RequestLog:
    """A file in the state folder (0600) that begins anew when it has become large."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a")

    def add(self, entry: Entry) -> None:
        """Append one entry."""
        if self._file.tell() > LARGEST:
            self.clear()
        self._file.write(json.dumps(asdict(entry), separators=(",", ":")) + "\n")
        self._file.flush()

    def clear(self) -> None:
        """Forget everything."""
        self._file.truncate(0)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read(path: Path) -> Iterator[Entry]:
    """Yield the entries of a log file, the oldest first."""
    yield from read_from(path, 0)


def read_from(path: Path, offset: int) -> Iterator[Entry]:
    """Yield the entries of a log file that begin at or after so many bytes."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        lines.seek(offset)
        for line in lines:
            fields = json.loads(line)
            yield Entry(**{**fields, "problems": tuple(fields.get("problems", ()))})
