"""One statement in full: its SQL, every finding, every measured lock."""

from __future__ import annotations

from functools import partial
from typing import ClassVar, cast

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from generators.language import _
from tui.clipboard import copy
from tui.screens.migrate.drawing import finding_lines, highlighted, lock_words
from tui.screens.modal import Modal
from tui.widgets.failure_lines import words_row
from tui.widgets.rows import Row, Rows
from tui.widgets.words import hints, wrapped
from wizards.migrate.model import Finding, Statement


class StatementCard(Modal[None]):
    """Everything about a statement, scrollable; c copies the SQL, f the safer SQL."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", id="statement.close", show=False),
        Binding("c", "copy(False)", id="statement.copy", show=False),
        Binding("f", "copy(True)", id="statement.copy_fix", show=False),
    ]

    def __init__(self, statement: Statement) -> None:
        super().__init__()
        self.statement = statement

    def compose(self) -> ComposeResult:
        """Lay out the card."""
        with Vertical(classes="card tall") as card:
            card.border_title = Content(_("Statement"))
            card.border_subtitle = hints(
                ("c", _("copy SQL")), ("f", _("copy safer SQL")), ("esc", _("close"))
            )
            yield Rows()

    def on_mount(self) -> None:
        """Fill the card."""
        rows = self.query_one(Rows)
        rows.show(self._rows())
        rows.focus()

    def _rows(self) -> list[Row]:
        statement = self.statement
        sql = highlighted(statement.sql)
        rows = [
            Row(f"sql {number}", partial(_sql_line, line), line.plain, lines=0)
            for number, line in enumerate(sql.split("\n"))
        ]
        rows += [_finding_row(number, found) for number, found in enumerate(statement.findings)]
        rows += [
            words_row(f"lock {number}", lock_words(lock), "$text-primary")
            for number, lock in enumerate(statement.locks)
        ]
        return rows

    def action_copy(self, fix: bool) -> None:
        """Copy the SQL, or the first safer SQL."""
        fixes = [found.fix for found in self.statement.findings if found.fix]
        text = fixes[0] if fix and fixes else self.statement.sql
        self.notify(copy(cast("App[object]", self.app), text), markup=False)

    def action_close(self) -> None:
        """Close the card."""
        self.dismiss(None)


def _finding_row(number: int, found: Finding) -> Row:
    return Row(f"finding {number}", lambda width: finding_lines(found, width, most=1000), lines=0)


def _sql_line(line: Content, width: int) -> list[Content]:
    return wrapped(line, width)
