"""Append-only evidence: one JSON object per line, on disk before the work goes on.

The journal is evidence, never the truth: who resumes looks at the world again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from wizards.events import Event, Json


class Journal:
    """A file under ``.tarmac/journal`` (0600, its folder 0700); every record is fsynced."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def record(self, event: Event) -> None:
        """Append one event and return once it is on disk."""
        self.append(event.as_json())

    def append(self, fields: dict[str, Json]) -> None:
        """Append one object as a line and return once it is on disk."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        line = json.dumps(fields, ensure_ascii=False, separators=(",", ":")) + "\n"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        descriptor = os.open(self.path, flags, 0o600)
        try:
            os.write(descriptor, line.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self) -> Iterator[dict[str, Json]]:
        """Yield every whole record; a line cut short by a crash ends the reading."""
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as lines:
            for line in lines:
                try:
                    yield json.loads(line)
                except json.JSONDecodeError:
                    return


def private_folder(root: Path) -> Path:
    """Return ``root/.tarmac`` (0700), made with its own .gitignore that keeps ``rendered/``."""
    folder = root / ".tarmac"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n!.gitignore\n!rendered/\n!rendered/**\n", encoding="utf-8")
    return folder
