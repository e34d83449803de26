"""Choosing one of several: a list with a filter, typing allowed where the list may be short."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from generators.language import _
from tui.screens.modal import Modal
from tui.widgets.rows import Row, Rows
from tui.widgets.words import hints, sides
from wizards.question import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.app import TarmacApp


class Choose(Modal[str]):
    """Pick a value; typing narrows the list. The result is "" when nothing was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", id="choose.cancel", show=False),
        Binding("down", "to_list", id="choose.to_list", show=False),
    ]

    def __init__(self, title: str, choices: Sequence[Choice], current: str = "") -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._current = current

    def compose(self) -> ComposeResult:
        """Lay out the filter and the list."""
        with Vertical(classes="card") as card:
            card.border_title = Content(self._title)
            card.border_subtitle = hints(("↵", _("choose")), ("esc", _("cancel")))
            yield Input(placeholder=_("type to filter"), compact=True, id="narrow")
            yield Rows(empty=_("nothing to choose from"))

    def on_mount(self) -> None:
        """Fill the list and stand on the current value."""
        rows = self.query_one(Rows)
        rows.styles.height = min(max(len(self._choices), 3), 14)
        rows.show(_row(choice) for choice in self._choices)
        rows.move_to(self._current)
        rows.focus()

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self.query_one(Rows).narrow(event.value)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.query_one(Rows).action_choose()

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        if event.row is not None:
            self.dismiss(event.row.id)

    def action_to_list(self) -> None:
        """Go from the filter to the list."""
        self.query_one(Rows).focus()

    def action_cancel(self) -> None:
        """Choose nothing."""
        self.dismiss("")


def _row(choice: Choice) -> Row:
    value = "" if choice.value in choice.words else f"  {choice.value}"
    hint = "" if choice.hint in choice.words else f"  {choice.hint}"

    def draw(width: int) -> list[Content]:
        left = Content.assemble((choice.words, "bold"), (value, "$text-muted"))
        return [sides(left, Content.styled(hint, "$text-muted"), width)]

    return Row(choice.value, draw, f"{choice.value} {choice.words} {choice.hint}")


def choose_target(app: TarmacApp, then: Callable[[], None]) -> None:
    """Offer the environments of tarmac.toml and switch to the chosen one."""
    running = app.mutation
    if running is not None:
        app.say(_("{title} is running").format(title=running.title), severity="warning")
        return

    def offer(environments: Mapping[str, bool]) -> None:
        if not environments:
            app.say(_("no environments: tarmac.toml has none yet"), severity="warning")
            return
        choices = [
            Choice(name, hint="■ " + _("protected") if protected else "")
            for name, protected in environments.items()
        ]
        app.push_screen(Choose(_("Target"), choices, app.engines.migrate.environment or ""), chosen)

    def chosen(name: str | None) -> None:
        if name:
            app.engines.migrate.choose(name)
            app.look_at_project()
            then()

    app.start(
        "app.environments",
        _("reading the environments"),
        lambda _emit, _cancel: app.engines.migrate.environments(),
        then=offer,
    )
