"""The bottom line: at most six keys, always F1, never clipped; greyed where not available."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.widget import Widget

from tui.palette import Command, Offers

MOST = 6
KEYS = {
    "enter": "↵",
    "escape": "esc",
    "slash": "/",
    "f1": "F1",
    "question_mark": "?",
    "plus": "+",
    "minus": "-",
}


def key_words(command: type[Command]) -> str:
    """Return the first key as it is printed in the footer and in the help."""
    key = command.first_key()
    return KEYS.get(key, key.replace("ctrl+", "^"))


class Footer(Widget):
    """The commands that their classes put here, as many as fit in whole; a click presses one."""

    def __init__(self) -> None:
        super().__init__()
        self._places: list[tuple[int, int, str]] = []

    def commands(self) -> list[type[Command]]:
        """The commands to show: the screen's first, F1 help always the last."""
        found = [
            command
            for offers in (self.screen, self.app)
            if isinstance(offers, Offers)
            for command in offers.in_footer()
        ]
        help_ = [command for command in found if command.name() == "help"]
        others = [command for command in found if command not in help_]
        return [*others[: MOST - len(help_)], *help_]

    def render(self) -> Content:
        """Draw the keys; when the width is short, the last before F1 gives way first."""
        shown = self.commands()
        while len(shown) > 1 and self._line(shown).cell_length > self.size.width:
            del shown[-2]
        return self._line(shown)

    def _line(self, shown: list[type[Command]]) -> Content:
        line = Content(" ")
        self._places = []
        for command in shown:
            start = line.cell_length
            offers = self.screen if isinstance(self.screen, Offers) else self.app
            greyed = isinstance(offers, Offers) and offers.why_not(command) != ""
            line += Content.assemble(
                (key_words(command), "$text-muted" if greyed else "bold $text-accent"),
                " ",
                (command.words(), "$text-disabled" if greyed else ""),
            )
            self._places.append((start, line.cell_length, command.first_key()))
            line += "  "
        return line[:-2]

    def on_click(self, event: events.Click) -> None:
        """Press the key under the pointer."""
        for start, end, key in self._places:
            if start <= event.x < end:
                self.app.simulate_key(key)
