"""What every half of the set-up screen shares: the screen itself, and the work that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tui.jobs import Job

if TYPE_CHECKING:
    from tui.screens.setup.screen import SetupScreen


class Part:
    """A part of the set-up screen that starts work."""

    @property
    def _screen(self) -> SetupScreen:
        return cast("SetupScreen", self)

    @property
    def running(self) -> Job[object] | None:
        """The mutation of this area that runs now."""
        job = self._screen.tarmac.mutation
        return job if job is not None and job.area == "setup" else None
