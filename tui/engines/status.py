"""The panels that show what is deployed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.context import Context
    from wizards.status.panels import Panel


class StatusEngine:
    """What the status screen needs, over :mod:`wizards.status`."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def panels(self, before: Sequence[Panel] = ()) -> Sequence[Panel]:
        """Fetch every panel; one that cannot be reached says why, and since when (``before``)."""
        from wizards.cloud.opening import open_cloud
        from wizards.status.panels import panels

        address = self._context.sandbox_address()
        return panels(
            self._context.root,
            self._context.blueprint(),
            open_cloud(address),
            address,
            before=before,
        )
