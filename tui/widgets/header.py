"""The top line: what this is, which project and target, whether it is protected, which mode."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from generators.language import _
from tui.widgets.words import fit

ROOM_FOR_KEYS = 76


def mode_words() -> dict[str, str]:
    """Return the name of each mode in the person's language."""
    return {
        "home": _("Home"),
        "setup": _("Setup"),
        "files": _("Files"),
        "migrate": _("Migrate"),
        "status": _("Status"),
    }


class Header(Widget):
    """``Tarmac · project · target sandbox ■ protected`` and the modes, the active one marked."""

    project: reactive[str] = reactive("")
    target: reactive[str] = reactive("")
    protected: reactive[bool] = reactive(False)
    sandbox: reactive[bool] = reactive(False)
    busy: reactive[str] = reactive("")
    typing: reactive[bool] = reactive(False)
    """A text field has the keyboard: digits are typed, so the modes show their other keys."""

    def __init__(self, mode: str) -> None:
        super().__init__()
        self._mode = mode
        self._places: list[tuple[int, int, str]] = []

    def render(self) -> Content:
        """Draw the line for the width there is; the left part gives way, the modes never."""
        width = self.size.width
        modes: list[str | Content | tuple[str, str]] = []
        self._places = []
        shown = self._shown(width)
        for number, (name, words) in shown:
            active = name == self._mode
            label = Content.assemble(
                (f"{self._key(number)} ", "$text-muted"),
                (
                    words.upper() if active else words,
                    "bold underline $text-accent" if active else "",
                ),
            )
            modes += [label, " "] if (number, (name, words)) != shown[-1] else [label]
        right = Content.assemble("  ", *modes, " ")
        left = self._left(width - right.cell_length)
        start = left.cell_length + 2
        for number, (name, words) in shown:
            length = Content(f"{self._key(number)} {words}").cell_length
            self._places.append((start, start + length, name))
            start += length + 1
        return Content.assemble(left, right)

    def _shown(self, width: int) -> list[tuple[int, tuple[str, str]]]:
        """Return the modes with their numbers; only this one where longer keys have no room."""
        modes = list(enumerate(mode_words().items(), 1))
        if self.typing and width < ROOM_FOR_KEYS:
            return [one for one in modes if one[1][0] == self._mode]
        return modes

    def _key(self, number: int) -> str:
        return f"F{number + 1}" if self.typing else str(number)

    def _left(self, room: int) -> Content:
        """Return as much as fits: what runs and the protection stay longest, the names give way."""
        names = [name for name in dict.fromkeys((self.project, self.target)) if name]
        marks = Content.assemble(
            " " if self.sandbox else "",
            (_("sandbox") if self.sandbox else "", "$text-primary reverse"),
            (" ■ " + _("protected") if self.protected else "", "bold $text-error"),
            (f" » {self.busy}" if self.busy else "", "$text-accent"),
        )
        brand = Content.styled(" Tarmac", "bold $text-primary")
        whole = Content.assemble(brand, *(f" · {name}" for name in names), marks)
        if whole.cell_length <= room or not names:
            return fit(whole, room)
        without_brand = Content.assemble(f" {' · '.join(names)}", marks)
        if without_brand.cell_length <= room:
            return fit(without_brand, room)
        name = fit(f" {names[-1]}", max(room - marks.cell_length, 4)).rstrip()
        return fit(Content.assemble(name, marks), room)

    async def on_click(self, event: events.Click) -> None:
        """Switch to the clicked mode."""
        for start, end, name in self._places:
            if start <= event.x < end:
                await self.run_action(f"app.mode('{name}')")
