"""One question before anything that cannot be taken back: Cancel has the focus."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Label, Static

from generators.language import _
from tui.screens.modal import Modal
from tui.widgets.words import hints


class Confirm(Modal[str | None]):
    """Ask; the result is None unless the acting button was pressed, then the reason (or "").

    ``typed`` is a name that must be typed before the acting button works (protected targets);
    with ``reason`` some words are wanted, which are recorded. Enter alone never acts: Cancel has
    the focus, and Enter in a field only moves on.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", id="confirm.cancel", show=False),
        Binding("left", "app.focus_previous", id="confirm.previous", show=False),
        Binding("right", "app.focus_next", id="confirm.next", show=False),
        Binding("up", "scroll(-1)", id="confirm.up", show=False),
        Binding("down", "scroll(1)", id="confirm.down", show=False),
        Binding("pageup", "scroll(-10)", id="confirm.page_up", show=False),
        Binding("pagedown", "scroll(10)", id="confirm.page_down", show=False),
    ]

    def __init__(
        self,
        title: str,
        body: str | Content,
        *,
        yes: str,
        no: str = "",
        typed: str = "",
        reason: str = "",
        dangerous: bool = True,
    ) -> None:
        super().__init__()
        self._title = title
        self._body = body if isinstance(body, Content) else Content(body)
        self._yes = yes
        self._no = no or _("cancel")
        self._typed = typed
        self._reason = reason
        self._dangerous = dangerous

    def compose(self) -> ComposeResult:
        """Lay out the question, the fields if any, and the two buttons."""
        with Vertical(classes="card") as card:
            card.border_title = Content(self._title)
            with VerticalScroll(can_focus=False):
                yield Static(self._body, id="body", markup=False)
            if self._reason:
                yield Label(self._reason, markup=False)
                yield Input(compact=True, id="reason", classes="wanted", select_on_focus=False)
            if self._typed:
                asks = _("Type {name} to go on:").format(name=self._typed)
                yield Label(asks, markup=False)
                yield Input(compact=True, id="typed", classes="wanted", select_on_focus=False)
            with Horizontal(classes="buttons"):
                yield Button(Content(self._no), id="no", compact=True)
                yield Button(
                    Content(self._yes),
                    id="yes",
                    compact=True,
                    variant="error" if self._dangerous else "primary",
                    disabled=bool(self._typed or self._reason),
                )

    def on_mount(self) -> None:
        """Give Cancel the focus."""
        self.query_one("#no").focus()

    def on_resize(self) -> None:
        """Say how to read on where the question is longer than its window."""
        self.call_after_refresh(self._hint)

    def _hint(self) -> None:
        longer = self.query_one(VerticalScroll).max_scroll_y > 0
        hint = hints(("↑↓", _("read on"))) if longer else Content("")
        self.query_one(".card").border_subtitle = hint

    def action_scroll(self, lines: int) -> None:
        """Scroll the question."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def on_key(self, event: events.Key) -> None:
        """Let a person who starts typing land in the first field."""
        fields = self.query(Input)
        if fields and event.is_printable and not isinstance(self.focused, Input):
            field = fields.first()
            field.focus()
            if event.character:
                field.insert_text_at_cursor(event.character)
            event.stop()

    def _value(self, name: str) -> str:
        return "".join(field.value for field in self.query(f"#{name}").results(Input))

    @on(Input.Changed)
    def _compare(self) -> None:
        typed = self._value("typed") == self._typed
        reasoned = bool(self._value("reason").strip()) or not self._reason
        self.query_one("#yes", Button).disabled = not (typed and reasoned)

    @on(Input.Submitted)
    def _go_on(self, event: Input.Submitted) -> None:
        fields = list(self.query(Input))
        place = fields.index(event.input) + 1
        ready = not self.query_one("#yes", Button).disabled
        if place < len(fields):
            fields[place].focus()
        else:
            self.query_one("#yes" if ready else "#no").focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(self._value("reason").strip() if event.button.id == "yes" else None)

    def action_cancel(self) -> None:
        """Leave without acting."""
        self.dismiss(None)
