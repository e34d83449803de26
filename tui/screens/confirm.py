"""One question before anything that cannot be taken back: Cancel has the focus."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from generators.language import _


class Confirm(ModalScreen[bool]):
    """Ask; the result is True only when the acting button was pressed.

    ``typed`` is a name that must be typed before the acting button works (protected targets).
    Enter alone never acts: Cancel has the focus, and Enter in the name's field only moves on.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", id="confirm.cancel", show=False),
        Binding("left,up", "app.focus_previous", id="confirm.previous", show=False),
        Binding("right,down", "app.focus_next", id="confirm.next", show=False),
    ]

    def __init__(
        self,
        title: str,
        body: str | Content,
        *,
        yes: str,
        no: str = "",
        typed: str = "",
        dangerous: bool = True,
    ) -> None:
        super().__init__()
        self._title = title
        self._body = body if isinstance(body, Content) else Content(body)
        self._yes = yes
        self._no = no or _("cancel")
        self._typed = typed
        self._dangerous = dangerous

    def compose(self) -> ComposeResult:
        """Lay out the question, the name's field if any, and the two buttons."""
        with Vertical(classes="card") as card:
            card.border_title = Content(self._title)
            with VerticalScroll(can_focus=False):
                yield Static(self._body, id="body", markup=False)
            if self._typed:
                asks = _("Type {name} to go on:").format(name=self._typed)
                yield Label(asks, markup=False)
                yield Input(compact=True, id="typed", select_on_focus=False)
            with Horizontal(classes="buttons"):
                yield Button(Content(self._no), id="no", compact=True)
                yield Button(
                    Content(self._yes),
                    id="yes",
                    compact=True,
                    variant="error" if self._dangerous else "primary",
                    disabled=bool(self._typed),
                )

    def on_mount(self) -> None:
        """Give Cancel the focus."""
        self.query_one("#no").focus()

    def on_key(self, event: events.Key) -> None:
        """Let a person who starts typing land in the name's field."""
        if self._typed and event.is_printable and not isinstance(self.focused, Input):
            field = self.query_one(Input)
            field.focus()
            if event.character:
                field.insert_text_at_cursor(event.character)
            event.stop()

    @on(Input.Changed)
    def _compare(self, event: Input.Changed) -> None:
        self.query_one("#yes", Button).disabled = event.value != self._typed

    @on(Input.Submitted)
    def _go_on(self) -> None:
        button = self.query_one("#yes", Button)
        (self.query_one("#no") if button.disabled else button).focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_cancel(self) -> None:
        """Leave without acting."""
        self.dismiss(False)
