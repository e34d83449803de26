"""Taking back the last write: what each file was before, kept until the next write."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generators import places

FOLDER = ".tarmac/undo"
_OURS = ".tarmac/"
_MOST = 20


@dataclass(frozen=True, slots=True)
class Written:
    """One file of a write: its text before (None: it was not there) and after (None: removed)."""

    path: str
    before: str | None
    after: str | None


class ChangedSince(Exception):
    """Files were edited after they were written; taking back would lose those edits."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(", ".join(paths))
        self.paths = tuple(paths)


def remember(root: Path, written: Sequence[Written]) -> None:
    """Keep a write so that :func:`undo` can take it back; the oldest beyond 20 are dropped."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    numbers = _numbers(folder)
    for old in numbers[: -_MOST + 1] if len(numbers) >= _MOST else []:
        (folder / f"{old:06d}.json").unlink()
    number = numbers[-1] + 1 if numbers else 1
    entries = [[one.path, one.before, one.after] for one in written]
    places.write(root, f"{FOLDER}/{number:06d}.json", json.dumps(entries), 0o600)


def undo(root: Path) -> list[Path]:
    """Take back the last write and return the paths it touched, [] when there is none.

    Raises :class:`ChangedSince` when a file is neither as it was written nor as it was before;
    nothing is touched then.
    """
    folder = root / FOLDER
    numbers = _numbers(folder) if folder.is_dir() else []
    if not numbers:
        return []
    record = f"{FOLDER}/{numbers[-1]:06d}.json"
    entries = [Written(*entry) for entry in json.loads(places.read(root, record) or "[]")]
    changed = [
        one.path
        for one in entries
        if not one.path.startswith(_OURS)
        and places.read(root, one.path) not in (one.before, one.after)
    ]
    if changed:
        raise ChangedSince(changed)
    for one in entries:
        if one.before is None:
            places.remove(root, one.path)
        else:
            places.write(root, one.path, one.before)
    places.remove(root, record)
    if not _numbers(folder):
        shutil.rmtree(folder)
    return [root / one.path for one in entries if not one.path.startswith(_OURS)]


def _numbers(folder: Path) -> list[int]:
    return sorted(int(path.stem) for path in folder.glob("[0-9]*.json"))
