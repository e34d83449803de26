"""Values that only a person knows, typed hidden, kept nowhere but in Secret Manager."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Label

from generators.language import _
from tui.screens.modal import Modal


class SecretsCard(Modal[Mapping[str, str] | None]):
    """Ask for the value of each secret; the result is None when cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", id="secrets.cancel", show=False)
    ]

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = names

    def compose(self) -> ComposeResult:
        """Lay out one hidden field per secret."""
        with Vertical(classes="card") as card:
            card.border_title = Content(_("Secrets"))
            yield Label(_("They go to Secret Manager and nowhere else."), markup=False)
            for name in self._names:
                yield Label(name, markup=False)
                yield Input(password=True, compact=True, name=name)
            with Horizontal(classes="buttons"):
                yield Button(Content(_("cancel")), id="no", compact=True)
                yield Button(
                    Content(_("go on")), id="yes", compact=True, variant="primary", disabled=True
                )

    @on(Input.Changed)
    def _typed(self) -> None:
        self.query_one("#yes", Button).disabled = not all(
            field.value for field in self.query(Input)
        )

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#yes")
    def _go_on(self) -> None:
        self.dismiss({str(field.name): field.value for field in self.query(Input)})

    @on(Button.Pressed, "#no")
    def action_cancel(self) -> None:
        """Give no values."""
        self.dismiss(None)
