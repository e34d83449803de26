"""The one question before an undo: what goes, what data is lost, the names to type for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Label, Static

from generators.language import _
from tui.screens.modal import Modal
from tui.undo_text import names_to_type, summary

if TYPE_CHECKING:
    from wizards.plan import Plan
    from wizards.setup.undoing import UndoPlan


class UndoCard(Modal[tuple[str, ...] | None]):
    """Ask; the result is the names that were typed, None when cancelled. Cancel has the focus.

    A name left empty leaves its thing where it is, and what that needs.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", id="undo.cancel", show=False)
    ]

    def __init__(self, plan: UndoPlan, names: Sequence[str] = ()) -> None:
        super().__init__()
        self._plan = plan
        self._earlier = tuple(names)
        self._asked = plan.decided(self._earlier)

    def compose(self) -> ComposeResult:
        """Lay out what goes, a field for each name, and the two buttons."""
        with Vertical(classes="card danger undo") as card:
            card.border_title = Content(_("Take back what Tarmac made?"))
            yield Static(id="decided", markup=False)
            with VerticalScroll(can_focus=False):
                for name in names_to_type(self._asked):
                    yield Static(self._lost(name), markup=False, classes="lost")
                    asks = _("Type {name} to delete it; empty leaves it:").format(name=name)
                    yield Label(asks, markup=False)
                    yield Input(compact=True, name=name, classes="wanted", select_on_focus=False)
                yield Static(id="body", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(Content(_("cancel")), id="no", compact=True)
                yield Button(Content(_("take back")), id="yes", compact=True, variant="error")

    def on_mount(self) -> None:
        """Give Cancel the focus; say what would happen now."""
        self.query_one("#no").focus()
        self._say()

    def _lost(self, name: str) -> Content:
        """Return what is lost with everything that a name confirms."""
        changes = [change for change in self._asked.changes if change.confirm == name]
        lines = [
            Content.assemble(
                ("✗ ", "bold $text-error"), (change.title, "bold"), f"  {change.breaks}"
            )
            for change in changes
        ]
        return Content("\n").join(lines)

    @property
    def typed(self) -> tuple[str, ...]:
        """The names that stand in their fields, and those typed for an earlier undo."""
        given = (str(one.name) for one in self.query(Input) if one.value == one.name)
        return tuple(dict.fromkeys((*self._earlier, *given)))

    @property
    def decided(self) -> Plan:
        """What happens with the names typed so far."""
        return self._plan.decided(self.typed)

    @on(Input.Changed)
    def _say(self) -> None:
        plan = self.decided
        self.query_one("#decided", Static).update(Content.styled(summary(plan), "bold"))
        goes = [Content.styled(_("Goes, in this order"), "$text-muted")]
        goes += [Content(f"{one.action.mark} {one.title}") for one in plan.todo]
        self.query_one("#body", Static).update(Content("\n").join(goes))
        self.query_one("#yes", Button).disabled = not plan.todo

    @on(Input.Submitted)
    def _go_on(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#yes")
    def _yes(self) -> None:
        self.dismiss(self.typed)

    @on(Button.Pressed, "#no")
    def action_cancel(self) -> None:
        """Take nothing back."""
        self.dismiss(None)
