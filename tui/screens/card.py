"""A failure as a card: what happened, why, what to do next; the raw error behind one key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from generators.language import _
from tui.clipboard import copy
from tui.in_app import Way, way
from tui.screens.modal import Modal
from tui.widgets.failure_lines import step_words
from tui.widgets.words import hints
from wizards.failures import Failure

if TYPE_CHECKING:
    from tui.app import TarmacApp


class FailureCard(Modal[None]):
    """Show a failure until it is closed; the keys of its next steps work right here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "close", id="card.close", show=False),
        Binding("e", "raw", id="card.raw", show=False),
        Binding("c", "copy", id="card.copy", show=False),
    ]

    def __init__(self, failure: Failure, area: str = "") -> None:
        super().__init__()
        self.failure = failure
        self.raw_shown = False
        self._area = area

    def compose(self) -> ComposeResult:
        """Lay out the card."""
        with Vertical(classes="card danger") as card:
            card.border_title = Content(f"✗ {self.failure.code}")
            card.border_subtitle = self._keys()
            with VerticalScroll():
                yield Static(self._words(), id="body")

    def _keys(self) -> Content:
        raw = [("e", _("raw error"))] if self.failure.raw else []
        return hints(*raw, ("c", _("copy")), ("esc", _("close")))

    def _words(self) -> Content:
        failure = self.failure
        parts: list[str | Content | tuple[str, str]] = [(failure.message, "bold")]
        if failure.why:
            parts.append(f"\n\n{failure.why}")
        if failure.next:
            parts.append(("\n\n" + _("What to do:"), "$text-muted"))
            parts += [
                Content.assemble("\n  ", step_words(step, self._area)) for step in failure.next
            ]
        if self.raw_shown:
            parts.append((f"\n\n{failure.raw}", "$text-muted"))
        return Content.assemble(*parts)

    def on_key(self, event: events.Key) -> None:
        """Let the key of a next step close the card and do the step."""
        for found in map(way, self.failure.next):
            if found is not None and found.first_key(self._area) in (event.key, event.character):
                event.stop()
                event.prevent_default()
                self.dismiss()
                self.app.call_later(self._go, found)  # as the app: this screen is gone by then
                return

    def _go(self, found: Way) -> None:
        app = cast("TarmacApp", self.app)
        if found.mode is not None and found.command.area != self._area:
            app.do(found.mode)
        else:
            app.press(found.command)

    def action_raw(self) -> None:
        """Show or hide the raw error."""
        if self.failure.raw:
            self.raw_shown = not self.raw_shown
            self.query_one("#body", Static).update(self._words())

    def action_copy(self) -> None:
        """Copy the whole card, the raw error included."""
        failure = self.failure
        text = "\n".join([failure.message, failure.why, *failure.next, failure.raw])
        self.notify(copy(cast("App[object]", self.app), text), markup=False)

    def action_close(self) -> None:
        """Close the card."""
        self.dismiss(None)
