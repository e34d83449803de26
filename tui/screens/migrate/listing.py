"""A card with a list: what it is, its keys on the border, c copies what the row stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, cast

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from generators.language import _
from tui.clipboard import copy
from tui.screens.modal import Modal
from tui.widgets.rows import Row, Rows
from tui.widgets.words import hints


class Listing(Modal[str]):
    """Rows to read; the result is the id of a chosen row, "" when the card was closed.

    ``copies`` is what c copies on a row, by its id, and ``copied`` says so; ``choose`` says what
    Enter does ("" = closes nothing, the rows are only read).
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", id="listing.close", show=False),
        Binding("c", "copy", id="listing.copy", show=False),
    ]

    def __init__(
        self,
        title: str,
        rows: Sequence[Row],
        *,
        choose: str = "",
        copies: Mapping[str, str] | None = None,
        copied: str = "",
        empty: str = "",
    ) -> None:
        super().__init__()
        self._title = title
        self._rows = rows
        self._choose = choose
        self._copies = copies or {}
        self._copied = copied or _("copy SQL")
        self._empty = empty

    def compose(self) -> ComposeResult:
        """Lay out the card."""
        with Vertical(classes="card list") as card:
            card.border_title = Content(self._title)
            chosen = [("↵", self._choose)] if self._choose and self._rows else []
            copied = [("c", self._copied)] if self._copies else []
            card.border_subtitle = hints(*chosen, *copied, ("esc", _("close")))
            yield Rows(empty=self._empty)

    def on_mount(self) -> None:
        """Fill the list and give it the keyboard."""
        rows = self.query_one(Rows)
        rows.show(self._rows)
        rows.focus()

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """Choose a row, where something is done with it."""
        event.stop()
        if self._choose and event.row is not None:
            self.dismiss(event.row.id)

    def action_copy(self) -> None:
        """Copy the SQL of the row."""
        row = self.query_one(Rows).row
        text = self._copies.get(row.id, "") if row else ""
        if text:
            self.notify(copy(cast("App[object]", self.app), text), markup=False)

    def action_close(self) -> None:
        """Choose nothing."""
        self.dismiss("")
