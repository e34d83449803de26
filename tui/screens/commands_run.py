"""What ran, as commands a person could have typed: gcloud, SQL, shell; each copyable."""

from __future__ import annotations

from typing import ClassVar, cast

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from generators.language import _
from tui.clipboard import copy
from tui.ran import Ran
from tui.screens.modal import Modal
from tui.widgets.rows import Row, Rows
from tui.widgets.words import hints, wrapped


class CommandsRunScreen(Modal[None]):
    """The log of equivalent commands, newest last."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,l", "close", id="ran.close", show=False),
        Binding("c,enter", "copy", id="ran.copy", show=False),
        Binding("C", "copy_all", id="ran.copy_all", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with Vertical(classes="card tall") as card:
            card.border_title = Content(_("Commands run"))
            card.border_subtitle = hints(
                ("c", _("copy")), ("C", _("copy all")), ("esc", _("close"))
            )
            yield Rows(empty=_("nothing ran yet"), id="ran")

    def on_mount(self) -> None:
        """Fill the list and stand on the newest."""
        rows = self.query_one(Rows)
        rows.show(_row(number, ran) for number, ran in enumerate(self._ran()))
        rows.action_edge(-1)
        rows.focus()

    def _ran(self) -> list[Ran]:
        found: list[Ran] = getattr(self.app, "ran", [])
        return found

    def action_copy(self) -> None:
        """Copy the command under the cursor."""
        row = self.query_one(Rows).row
        if row is not None:
            self._copy(self._ran()[int(row.id)].text)

    def action_copy_all(self) -> None:
        """Copy every command, one per line."""
        self._copy("\n".join(ran.text for ran in self._ran()))

    def _copy(self, text: str) -> None:
        self.notify(copy(cast("App[object]", self.app), text), markup=False)

    def action_close(self) -> None:
        """Close the log."""
        self.dismiss(None)


def _row(number: int, ran: Ran) -> Row:
    def draw(width: int) -> list[Content]:
        lead = f"{ran.at.astimezone():%H:%M:%S} "
        mark = "$ " if ran.kind != "sql" else "> "
        first, *rest = wrapped(ran.text, width - 11)
        lines = [Content.assemble((lead, "$text-muted"), (mark, "$text-accent"), first)]
        return lines + [Content.assemble(" " * 11, line) for line in rest]

    return Row(str(number), draw, ran.text, lines=0)
