"""A yes-or-no answer that reads the same without colours: ● yes  ○ no."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from generators.language import _


class YesNo(Widget, can_focus=True):
    """Space or Enter changes the answer, ← says yes, → says no; posts ``Changed``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,enter", "change", id="yes_no.change", show=False),
        Binding("left,y", "say(True)", id="yes_no.yes", show=False),
        Binding("right,n", "say(False)", id="yes_no.no", show=False),
    ]
    DEFAULT_CSS = "YesNo { height: 1; width: 1fr; }"

    value: reactive[bool] = reactive(False)

    class Changed(Message):
        """The person gave another answer."""

        def __init__(self, value: bool) -> None:
            super().__init__()
            self.value = value

    def __init__(self, value: bool) -> None:
        super().__init__()
        self.set_reactive(YesNo.value, value)

    def render(self) -> Content:
        """Draw both answers, the chosen one marked."""
        chosen = "bold $text-accent" if self.has_focus else "bold"
        yes, no = (chosen, "$text-muted") if self.value else ("$text-muted", chosen)
        marks = ("●", "○") if self.value else ("○", "●")
        return Content.assemble(
            (f" {marks[0]} " + _("yes"), yes), "   ", (f"{marks[1]} " + _("no"), no)
        )

    def action_change(self) -> None:
        """Give the other answer."""
        self.action_say(not self.value)

    def action_say(self, value: bool) -> None:
        """Give an answer."""
        if value != self.value:
            self.value = value
            self.post_message(self.Changed(value))

    def on_click(self, _event: events.Click) -> None:
        """Give the other answer."""
        self.action_change()
