"""Copying: OSC 52 reaches the terminal's clipboard, also over SSH; a file is the safety net."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from generators.language import _

if TYPE_CHECKING:
    from textual.app import App


def copy(app: App[object], text: str) -> str:
    """Put a text on the clipboard and return the words that say where it went.

    Terminals do not acknowledge OSC 52, so unless pyperclip confirms, the text is also saved.
    """
    app.copy_to_clipboard(text)
    if _system_clipboard(text):
        return _("copied")
    path = keep(text)
    return _("copied · also in {file}").format(file=short(path))


def keep(text: str) -> Path:
    """Save a text (0600) as ``copied.txt`` in the state folder and return its path."""
    from platformdirs import user_state_path

    folder = user_state_path("tarmac")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "copied.txt"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def short(path: Path) -> str:
    """Return a path as people write it, with ``~`` for the home folder."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def _system_clipboard(text: str) -> bool:
    try:
        import pyperclip  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError:
        return False
    try:
        pyperclip.copy(text)
    except pyperclip.PyperclipException:
        return False
    return True
