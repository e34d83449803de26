"""The help of a screen, generated from its commands and their docstrings."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen

from generators.language import _
from tui.palette import Command, Offers
from tui.screens.modal import Modal
from tui.widgets.footer import KEYS
from tui.widgets.rows import Row, Rows
from tui.widgets.words import fit, hints, wrapped


class HelpCard(Modal[None]):
    """Every key of the screen below and of the app, each with what it does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", id="help.close", show=False)
    ]

    def __init__(self, below: Screen[object]) -> None:
        super().__init__()
        self._below = below

    def compose(self) -> ComposeResult:
        """Lay out the keys as a list that scrolls."""
        with Vertical(classes="card tall") as card:
            card.border_title = Content(_("Help"))
            card.border_subtitle = hints(("↑↓", _("scroll")), ("esc", _("close")))
            yield Rows(id="keys")

    def on_mount(self) -> None:
        """Fill the list and give it the keyboard."""
        rows = self.query_one(Rows)
        rows.show(self._rows())
        rows.focus()

    def _rows(self) -> list[Row]:
        below: tuple[type[Command], ...] = getattr(self._below, "OFFERS", ())
        app: tuple[type[Command], ...] = self.app.OFFERS if isinstance(self.app, Offers) else ()
        rows = [_heading(_("This screen"))] if below else []
        rows += [_entry(command) for command in below]
        rows.append(_heading(_("Everywhere")))
        rows += [_entry(command) for command in app]
        rows.append(_heading(_("In lists")))
        for keys, words in (
            ("↑ ↓ k j", _("move")),
            ("PgUp PgDn", _("move by a page")),
            ("Home End g G", _("first and last")),
            ("↵", _("choose")),
            ("tab", _("next part of the screen")),
        ):
            rows.append(_line(keys, words))
        return rows

    def action_close(self) -> None:
        """Close the help."""
        self.dismiss(None)


def _heading(words: str) -> Row:
    return Row(f"heading {words}", lambda _width: [Content.styled(words, "bold $text-primary")])


def _entry(command: type[Command]) -> Row:
    named = [key for key in (*command.key.split(","), command.also) if key]
    keys = " ".join(_pretty(key) for key in named) or "(^p)"
    return _line(keys, f"{command.words()}: {command.help()}", command.id())


def _line(keys: str, words: str, row_id: str = "") -> Row:
    def draw(width: int) -> list[Content]:
        room = 15
        first, *rest = wrapped(words, width - room)
        lines = [Content.assemble((fit(keys, room).plain, "bold $text-accent"), first)]
        return lines + [Content.assemble(" " * room, line) for line in rest]

    assert cell_len(keys) < 15, keys
    return Row(row_id or keys, draw, f"{keys} {words}", lines=0)


def _pretty(key: str) -> str:
    return KEYS.get(
        key, key.replace("ctrl+", "^").upper() if key.startswith("f") else key.replace("ctrl+", "^")
    )
