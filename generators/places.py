"""Reading and writing inside the repository only: no way out, no symbolic link, whole files."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path, PurePosixPath


class PlaceRefused(ValueError):
    """A path that leaves the repository or goes through a symbolic link; nothing was touched."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def place(root: Path, relative: str) -> Path:
    """Return the path of a file in the repository, or raise :class:`PlaceRefused`.

    ``reason`` is "outside" (absolute, or with ".."), "link" (a symbolic link on the way) or
    "folder" (a folder stands where the file should be).
    """
    parts = PurePosixPath(relative)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        raise PlaceRefused(relative, "outside")
    path = root
    for part in parts.parts:
        path = path / part
        if path.is_symlink():
            raise PlaceRefused(relative, "link")
    if path.is_dir():
        raise PlaceRefused(relative, "folder")
    return path


def read(root: Path, relative: str) -> str | None:
    """Return a file's text with its own line ends, None when it is not there."""
    path = place(root, relative)
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None


def write(root: Path, relative: str, text: str, mode: int = 0o644) -> None:
    """Replace or make a file in one step; an existing file keeps its permissions."""
    path = place(root, relative)
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        mode = stat.S_IMODE(path.stat().st_mode)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
            file.flush()
            os.fsync(file.fileno())
        fresh.chmod(mode)
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise


def remove(root: Path, relative: str) -> None:
    """Remove a file that may be gone already."""
    place(root, relative).unlink(missing_ok=True)
