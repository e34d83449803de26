"""A dump on disk, one file or a folder of files: how large it is, its hash, its end."""

from __future__ import annotations

import hashlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from wizards.cancel import Cancel

_BLOCK = 1 << 20
_AT_ONCE = min(os.cpu_count() or 1, 4)


def there(dump: Path) -> bool:
    """Whether a dump is where it should be, as a file or as a folder."""
    return dump.is_file() or dump.is_dir()


def files(dump: Path) -> list[Path]:
    """Return the files of a dump, in the order in which they are hashed (by name, as bytes)."""
    if not dump.is_dir():
        return [dump]
    return sorted(
        (one for one in dump.iterdir() if one.is_file()), key=lambda one: bytes(one.name, "utf-8")
    )


def size(dump: Path) -> int:
    """Return how many bytes a dump has; what is being written is counted as far as it goes."""
    total = 0
    for one in files(dump):
        try:
            total += one.stat().st_size
        except FileNotFoundError:
            continue  # renamed or removed meanwhile
    return total


def digest(dump: Path, cancel: Cancel | None = None) -> str:
    """Return the SHA-256 of a file; of a folder that of its files' hashes, as hex.

    For a folder that is what ``sha256sum * | sha256sum`` says inside it (with ``LC_ALL=C``).
    """
    stop = cancel or Cancel()
    if not dump.is_dir():
        return _of_file(dump, stop)
    whole, held = hashlib.sha256(), files(dump)
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="hash") as jobs:
        for one, found in zip(held, jobs.map(lambda file: _of_file(file, stop), held), strict=True):
            whole.update(f"{found}  {one.name}\n".encode())
    return whole.hexdigest()


def remove(dump: Path) -> None:
    """Delete a dump; an absent one is fine."""
    if dump.is_dir() and not dump.is_symlink():
        shutil.rmtree(dump, ignore_errors=True)
    else:
        dump.unlink(missing_ok=True)


def _of_file(path: Path, cancel: Cancel) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            cancel.check()
            found.update(block)
    return found.hexdigest()
