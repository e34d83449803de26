"""The report of a session, as it stands in report.md."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, cast

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Markdown

from generators.language import _
from tui.clipboard import copy
from tui.screens.modal import Modal
from tui.widgets.words import hints


class ReportCard(Modal[None]):
    """A report to read; c copies it for a pull request."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", id="report.close", show=False),
        Binding("c", "copy", id="report.copy", show=False),
    ]

    def __init__(self, path: Path, text: str) -> None:
        super().__init__()
        self._path = path
        self._text = text

    def compose(self) -> ComposeResult:
        """Lay out the report; nothing in it can be followed."""
        with Vertical(classes="card tall") as card:
            card.border_title = Content(_("Report"))
            card.border_subtitle = hints(("↑↓", _("scroll")), ("c", _("copy")), ("esc", _("close")))
            with VerticalScroll(id="report"):
                yield Markdown(self._text, open_links=False)

    def on_mount(self) -> None:
        """Give the text the keyboard, and all of the card."""
        scroll = self.query_one("#report", VerticalScroll)
        scroll.styles.max_height = None
        scroll.styles.height = "1fr"
        scroll.focus()

    def action_copy(self) -> None:
        """Copy the whole report."""
        self.notify(copy(cast("App[object]", self.app), self._text), markup=False)

    def action_close(self) -> None:
        """Close the report."""
        self.dismiss(None)
