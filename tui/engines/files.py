"""Generated files and how they stand to what is on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.context import Context
    from wizards.files import FileState


class FilesEngine:
    """What the files screen needs, over :mod:`wizards.files`."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def states(self) -> Sequence[FileState]:
        """Render every artefact and compare it with the folder."""
        from wizards.files import artefacts

        return artefacts(self._context.root, self._context.blueprint())

    def write(self, states: Sequence[FileState]) -> Sequence[Path]:
        """Write these files (atomically, merged with a person's edits) and return their paths."""
        from wizards.files import write

        return write(self._context.root, states)

    def undo(self) -> Sequence[Path]:
        """Take the last write back and return the paths."""
        from wizards.files import undo

        return undo(self._context.root)
