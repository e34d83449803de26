"""Which screen belongs to which mode; each is imported when its mode is first opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.screen import Screen


def home() -> Screen[None]:
    """Open the home screen."""
    from tui.screens.home import HomeScreen

    return HomeScreen()


def setup() -> Screen[None]:
    """Open set-up: interview, plan, apply."""
    from tui.screens.setup.screen import SetupScreen

    return SetupScreen()


def files() -> Screen[None]:
    """Open the generated files."""
    from tui.screens.files import FilesScreen

    return FilesScreen()


def migrate() -> Screen[None]:
    """Open the migration console."""
    from tui.screens.migrate.screen import MigrateScreen

    return MigrateScreen()


def status() -> Screen[None]:
    """Open the status panels."""
    from tui.screens.status import StatusScreen

    return StatusScreen()


Opening = Callable[[], Screen[Any]]
MODES: dict[str, str | Opening] = {
    "home": home,
    "setup": setup,
    "files": files,
    "migrate": migrate,
    "status": status,
}
