"""What every card over a screen shares: nothing may cover its buttons, however small it gets."""

from __future__ import annotations

from typing import TypeVar

from textual.screen import ModalScreen

from tui.widgets.too_small import TooSmall

T = TypeVar("T")


class Modal(ModalScreen[T]):
    """A card; older notices go away when it opens."""

    def on_mount(self) -> None:
        """Clear what would lie over the card; every subclass's own ``on_mount`` runs as well."""
        self.app.clear_notifications()
        self.mount(TooSmall())
