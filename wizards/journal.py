"""Append-only evidence: one JSON object per line, on disk before the work goes on.

The journal is evidence, never the truth: who resumes looks at the world again.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path

from generators.language import _
from wizards.disk import writing
from wizards.events import Event, Json
from wizards.failures import Failure


class Journal:
    """A file under ``.tarmac/journal`` (0600, its folder 0700); every record is fsynced."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def record(self, event: Event) -> None:
        """Append one event and return once it is on disk."""
        self.append(event.as_json())

    def append(self, fields: dict[str, Json]) -> None:
        """Append one object as a line and return once it is on disk.

        Raises the card of a disk that does not take it: nothing goes on without its record.
        """
        line = json.dumps(fields, ensure_ascii=False, separators=(",", ":")) + "\n"
        try:
            self._write(line.encode())
        except OSError as wrong:
            raise Failure(
                "journal-not-written",
                _("the journal {path} cannot be written").format(path=self.path),
                why=_("{problem}; without a record nothing is begun").format(
                    problem=wrong.strerror
                ),
                next=(f"df -h {self.path.parent}",),
                raw=str(wrong),
            ) from wrong

    def _write(self, line: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
        descriptor = os.open(self.path, flags, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                line = b"\n" + line
            if os.write(descriptor, line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self) -> Iterator[dict[str, Json]]:
        """Yield every whole record; a line that was cut short by a crash is passed over."""
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    record = json.loads(line)
                except json.JSONDecodeError:
                    continue
                yield record


def private_folder(root: Path) -> Path:
    """Return ``root/.tarmac`` (0700), made with its own .gitignore that keeps ``rendered/``."""
    folder = root / ".tarmac"
    ignore = folder / ".gitignore"
    with writing(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not ignore.exists():
            ignore.write_text("*\n!.gitignore\n!rendered/\n!rendered/**\n", encoding="utf-8")
    return folder
