"""One question on the page: what is asked, the value and where it came from, what is wrong."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Select, SelectionList, Static
from textual.widgets.selection_list import Selection

from generators.language import _
from tui.widgets.words import sides
from tui.widgets.yes_no import YesNo
from wizards.answers import Answer
from wizards.question import Kind, Question, Value

CONTROLS = "Input, Select, YesNo, SelectionList"


class Heading(Static):
    """The question and, at the right edge, the provenance of its value."""

    def __init__(self, ask: str) -> None:
        super().__init__(id="heading")
        self._ask = ask
        self.provenance = ""

    def render(self) -> Content:
        """Draw one line."""
        right = Content.styled(f" {self.provenance}" if self.provenance else "", "$text-muted")
        return sides(Content.styled(self._ask, "bold"), right, self.size.width)


class Field(Vertical):
    """A question with its control; posts ``Answered`` when the person changed the value."""

    class Answered(Message):
        """The person gave a value."""

        def __init__(self, field: Field, value: Value) -> None:
            super().__init__()
            self.field = field
            self.value = value

    def __init__(self, question: Question, answer: Answer | None) -> None:
        super().__init__(classes="field")
        self.question = question
        self._answer = answer
        self._shown: Value = answer.value if answer else None
        self._note = ""

    def compose(self) -> ComposeResult:
        """Lay out heading, control and note."""
        yield Heading(self.question.ask)
        yield self._control()
        yield Static(id="note", markup=False)

    def on_mount(self) -> None:
        """Show provenance and help."""
        self.says(None, self._answer)

    def _control(self) -> Widget:
        question, value = self.question, self._shown
        match question.kind:
            case Kind.YES_NO:
                return YesNo(bool(value))
            case Kind.CHOICE if not question.live:
                options = [
                    (f"{choice.words}  {choice.hint}".rstrip(), choice.value)
                    for choice in question.choices
                ]
                return _select(options, str(value))
            case Kind.SEVERAL if question.choices:
                chosen = value if isinstance(value, tuple) else ()
                return SelectionList(
                    *(
                        Selection(choice.words, choice.value, choice.value in chosen)
                        for choice in question.choices
                    ),
                    compact=True,
                )
            case kind:
                return Input(
                    as_text(value),
                    password=kind is Kind.SECRET,
                    compact=True,
                    placeholder=self._placeholder(),
                )

    def _placeholder(self) -> str:
        if self.question.live:
            return _("type, or ^l to choose")
        return "" if self.question.required else _("may stay empty")

    def says(self, complaint: str | None, answer: Answer | None) -> None:
        """Show what is wrong, or the help; and where the value came from."""
        heading = self.query_one(Heading)
        heading.provenance = answer.provenance if answer is not None and not complaint else ""
        heading.refresh()
        note = self.query_one("#note", Static)
        if complaint:
            note.update(Content.styled(f"✗ {complaint}", "$text-error"))
        else:
            note.update(Content.styled(self._note or self.question.why, "$text-muted"))
        note.display = bool(complaint or self._note or self.question.why)

    def note(self, text: str, answer: Answer | None) -> None:
        """Show another help text (how many choices there are)."""
        self._note = text
        self.says(None, answer)

    def put(self, value: Value) -> None:
        """Show a value that did not come from this control."""
        if value == self._shown:
            return
        self._shown = value
        control = self.query(CONTROLS).first()
        with self.prevent(Input.Changed, YesNo.Changed, Select.Changed):
            if isinstance(control, Input):
                control.value = as_text(value)
            elif isinstance(control, YesNo):
                control.value = bool(value)
            elif isinstance(control, Select) and value is not None:
                control.value = value

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._give(event.value)

    @on(YesNo.Changed)
    def _said(self, event: YesNo.Changed) -> None:
        event.stop()
        self._give(event.value)

    @on(Select.Changed)
    def _selected(self, event: Select.Changed) -> None:
        event.stop()
        if event.value is not Select.NULL:
            self._give(str(event.value))

    @on(SelectionList.SelectedChanged)
    def _several(self, event: SelectionList.SelectedChanged[str]) -> None:
        event.stop()
        self._give(tuple(event.selection_list.selected))

    def _give(self, value: Value) -> None:
        if value == as_text(self._shown) and isinstance(value, str):
            return
        if value != self._shown:
            self._shown = value
            self.post_message(self.Answered(self, value))


def as_text(value: Value) -> str:
    """Return a value as it stands in a text field."""
    if value is None:
        return ""
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _select(options: list[tuple[str, str]], value: str) -> Select[str]:
    if value in {choice for _words, choice in options}:
        return Select(options, value=value, allow_blank=False, compact=True)
    return Select(options, prompt=_("choose"), compact=True)
