"""Writing an export: a file that a person edited is replaced only when asked to, and kept aside.

Every exported file ends its first comment lines with a digest of itself; when it still fits, nobody
has touched the file since.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generators.language import _
from wizards.failures import Failure, Refused
from wizards.setup.export.exported import Export, ExportedFile

KEPT = ".before"
_SEAL = re.compile(r"^# Unedited while this fits the rest: ([0-9a-f]{16})\n", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One file against its place; ``state`` is new, unchanged, changed or edited."""

    path: Path
    file: ExportedFile
    state: str


def targets(export: Export, folder: Path) -> list[Target]:
    """Return where every file would go and what stands there; nothing is written."""
    return [_target(file, folder / file.name) for file in export.files]


def write(wanted: Sequence[Target], *, force: bool) -> list[Path]:
    """Write what is new or changed and return the paths; all or nothing is refused for edits.

    With ``force`` an edited file is moved to FILE.before first. Raises Refused, or Failure when
    the disk refuses.
    """
    edited = [target for target in wanted if target.state == "edited"]
    if edited and not force:
        names = ", ".join(str(target.path) for target in edited)
        raise Refused(
            "edited",
            _("edited since they were exported: {files}").format(files=names),
            why=_("nothing was written; --force replaces them and keeps yours as FILE.before"),
            next=("tarmac export … -o OTHER-FOLDER", "tarmac export … --force"),
        )
    written = [target for target in wanted if target.state != "unchanged"]
    try:
        for target in written:
            _put(target)
    except OSError as error:
        raise Failure(
            "file-refused",
            _("{file} cannot be written").format(file=error.filename or ""),
            why=error.strerror or "",
            raw=str(error),
        ) from error
    return [target.path for target in written]


def sealed(text: str) -> str:
    """Return a text with its digest after the first line that is not a shebang."""
    lines = text.split("\n")
    place = 2 if lines[0].startswith("#!") else 1
    head, rest = "\n".join(lines[:place]) + "\n", "\n".join(lines[place:])
    return f"{head}# Unedited while this fits the rest: {_digest(head + rest)}\n{rest}"


def untouched(text: str) -> bool:
    """Whether a text is one that was sealed and has not changed since."""
    found = _SEAL.search(text)
    return found is not None and found[1] == _digest(_SEAL.sub("", text, count=1))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _target(file: ExportedFile, path: Path) -> Target:
    try:
        now = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Target(path=path, file=file, state="new")
    except (OSError, UnicodeDecodeError):
        return Target(path=path, file=file, state="edited")
    if now == sealed(file.text):
        return Target(path=path, file=file, state="unchanged")
    return Target(path=path, file=file, state="changed" if untouched(now) else "edited")


def _put(target: Target) -> None:
    target.path.parent.mkdir(parents=True, exist_ok=True)
    if target.state == "edited":
        target.path.replace(target.path.with_name(target.path.name + KEPT))
    descriptor, name = tempfile.mkstemp(dir=target.path.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(sealed(target.file.text))
    Path(name).chmod(target.file.mode)
    Path(name).replace(target.path)
