"""The line that ``/`` opens: what is typed narrows the list above at once."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from generators.language import _
from tui.widgets.rows import Rows


class FilterLine(Input):
    """Hidden until asked for; Enter goes back to the list, Escape forgets the filter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "forget", id="filter.forget", show=False),
        Binding("enter,down", "keep", id="filter.keep", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(compact=True, id="filter")
        self.display = False
        self._rows: Rows | None = None

    def open(self, rows: Rows) -> None:
        """Filter this list from now on."""
        self._rows = rows
        self.placeholder = _("filter: type words, ↵ keeps, esc clears")
        self.value = rows.filter_text
        self.display = True
        self.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list while typing."""
        event.stop()
        if self._rows is not None:
            self._rows.narrow(event.value)

    def action_keep(self) -> None:
        """Go back to the list and keep the filter."""
        self.display = bool(self.value)
        if self._rows is not None:
            self._rows.focus()

    def action_forget(self) -> None:
        """Show everything again."""
        self.value = ""
        self.action_keep()
