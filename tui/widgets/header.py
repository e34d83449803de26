"""The top line: what this is, which project and target, whether it is protected, which mode."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from generators.language import _
from tui.widgets.words import fit

MODES = ("home", "setup", "files", "migrate", "status")


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

    def __init__(self, mode: str) -> None:
        super().__init__()
        self._mode = mode
        self._places: list[tuple[int, int, str]] = []

    def render(self) -> Content:
        """Draw the line for the width there is; the left part gives way, the modes never."""
        width = self.size.width
        modes: list[str | Content | tuple[str, str]] = []
        self._places = []
        for number, (name, words) in enumerate(mode_words().items(), 1):
            active = name == self._mode
            label = Content.assemble(
                (f"{number} ", "$text-muted"),
                (
                    words.upper() if active else words,
                    "bold underline $text-accent" if active else "",
                ),
            )
            modes += [label, " "] if number < len(MODES) else [label]
        right = Content.assemble("  ", *modes, " ")
        left = self._left(width - right.cell_length)
        start = left.cell_length + 2
        for number, (name, words) in enumerate(mode_words().items(), 1):
            length = Content(f"{number} {words}").cell_length
            self._places.append((start, start + length, name))
            start += length + 1
        return Content.assemble(left, right)

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
