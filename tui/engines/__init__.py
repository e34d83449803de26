"""Where the app meets the parts that do the work; nothing heavy is imported before it is called.

Every method that is not a plain property may block: the app calls them in threads. Tests replace
an engine by anything with the same methods.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.context import Context
    from tui.engines.files import FilesEngine
    from tui.engines.journey import JourneyEngine
    from tui.engines.migrate import MigrateEngine
    from tui.engines.setup import SetupEngine
    from tui.engines.status import StatusEngine


class Engines:
    """One engine per area, each made when it is first asked for."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def place(self) -> tuple[str, str, bool]:
        """Return the project's name, the target's name and whether it is protected."""
        blueprint = self.context.blueprint_or_none()
        name = self.context.root.name
        if blueprint is not None:
            name = blueprint.service.name or blueprint.project.id or name
        target, protected = self.migrate.target()
        return name, target, protected

    @cached_property
    def journey(self) -> JourneyEngine:
        """What this folder is and how far it has come."""
        from tui.engines.journey import JourneyEngine

        return JourneyEngine(self)

    @cached_property
    def setup(self) -> SetupEngine:
        """Interview, plan, apply."""
        from tui.engines.setup import SetupEngine

        return SetupEngine(self.context)

    @cached_property
    def files(self) -> FilesEngine:
        """Generated files."""
        from tui.engines.files import FilesEngine

        return FilesEngine(self.context)

    @cached_property
    def migrate(self) -> MigrateEngine:
        """The migration console."""
        from tui.engines.migrate import MigrateEngine

        return MigrateEngine(self.context)

    @cached_property
    def status(self) -> StatusEngine:
        """The status panels."""
        from tui.engines.status import StatusEngine

        return StatusEngine(self.context)
