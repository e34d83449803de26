"""What is said when a disk refuses: read-only folders, full disks, files in the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generators.language import _
from wizards.failures import Failure


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system refuses while a path is written into a card."""
    try:
        yield
    except OSError as error:
        raise Failure(
            "file-refused",
            _("{file} cannot be written").format(file=path),
            why=error.strerror or "",
            next=(f"ls -ld {path.parent}", f"df -h {path.parent}"),
            raw=str(error),
        ) from error
