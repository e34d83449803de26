"""One question on the page: what is asked, the value and where it came from, what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Select, SelectionList, Static
from textual.widgets.selection_list import Selection

from generators.language import _
from tui.themes import STATES
from tui.widgets.words import sides
from tui.widgets.yes_no import YesNo
from wizards.answers import Answer
from wizards.plan import Check
from wizards.question import Kind, Question, Value
from wizards.setup.explained import BETWEEN

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


class Shown(Static):
    """Lines that follow from the answers: what, and behind it why."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(_lines(lines), classes="shown", markup=False)

    def show(self, lines: Sequence[str]) -> None:
        """Show other lines."""
        _put(self, _lines(lines))


class Line(Input):
    """A text field; several values may be pasted as lines, of NAME=value only the name is kept."""

    def __init__(self, value: str, *, several: bool, **more: Any) -> None:
        super().__init__(value, **more)
        self._several = several

    def on_paste(self, event: events.Paste) -> None:
        """Take every line of a paste where several values are asked, else the first."""
        names = names_in(event.text) if self._several else ()
        if len(names) > 1:
            event.prevent_default()
            event.stop()
            before = self.value.rstrip(", ")
            self.value = ", ".join([*([before] if before else []), *names])
            self.cursor_position = len(self.value)


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
        self._complaint: str | None = None

    def compose(self) -> ComposeResult:
        """Lay out heading, control and note."""
        yield Heading(self.question.ask)
        yield self._control()
        yield Static(id="note", markup=False)
        verdict = Static(id="verdict", markup=False)
        verdict.display = False
        yield verdict

    def on_mount(self) -> None:
        """Show provenance and help."""
        self.says(None, self._answer)

    def judged(self, checks: Sequence[Check]) -> None:
        """Show what the rules say about this answer together with others."""
        words = Content("\n").join([verdict_words(check) for check in checks])
        _put(self.query_one("#verdict", Static), words)

    def _control(self) -> Widget:
        question, value = self.question, self._shown
        match question.kind:
            case Kind.SHOWN:
                return Shown(value if isinstance(value, tuple) else ())
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
                return Line(
                    as_text(value),
                    password=kind is Kind.SECRET,
                    compact=True,
                    placeholder=self._placeholder(),
                    several=kind is Kind.SEVERAL,
                )

    def _placeholder(self) -> str:
        if self.question.live:
            return _("type, or ^l to choose")
        return "" if self.question.required else _("may stay empty")

    def says(self, complaint: str | None, answer: Answer | None) -> None:
        """Show what is wrong, or the help; and where the value came from."""
        self._complaint = complaint
        heading = self.query_one(Heading)
        heading.provenance = answer.provenance if answer is not None and not complaint else ""
        if self.question.kind is Kind.SHOWN:
            heading.provenance = ""
        heading.refresh()
        words = Content.styled(self._note or self.question.why, "$text-muted")
        if complaint:
            words = Content.styled(f"✗ {complaint}", "$text-error")
        _put(self.query_one("#note", Static), words)

    def note(self, text: str, answer: Answer | None) -> None:
        """Show another help text (how many choices there are)."""
        self._note = text
        self.says(self._complaint, answer)

    def told(self, answer: Answer | None) -> None:
        """Show where a value that followed another answer comes from."""
        heading = self.query_one(Heading)
        heading.provenance = answer.provenance if answer is not None else ""
        heading.refresh()

    def put(self, value: Value) -> None:
        """Show a value that did not come from this control."""
        if value == self._shown:
            return
        self._shown = value
        control = self.query(f"{CONTROLS}, Shown").first()
        with self.prevent(Input.Changed, YesNo.Changed, Select.Changed):
            if isinstance(control, Input):
                control.value = as_text(value)
            elif isinstance(control, YesNo):
                control.value = bool(value)
            elif isinstance(control, Shown) and isinstance(value, tuple):
                control.show(value)
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


def names_in(text: str) -> tuple[str, ...]:
    """Return the names in pasted lines ("export KEY=value", "KEY", "a, b"); values are dropped."""
    parts = (part for line in text.splitlines() if "=" in line for part in (line.split("=")[0],))
    plain = (part for line in text.splitlines() if "=" not in line for part in line.split(","))
    cleaned = (part.strip().removeprefix("export ").strip() for part in (*parts, *plain))
    return tuple(dict.fromkeys(name for name in cleaned if name and not name.startswith("#")))


def verdict_words(check: Check) -> Content:
    """Return a verdict as it stands under a field: mark, what is said, what would cure it."""
    mark, style = STATES["red" if check.level == "red" else "warning"]
    cure = ", ".join(f"{key} = {value}" for key, value in cures(check).items())
    return Content.assemble(
        (f"{mark} {check.says}", style), (f"  → {cure}" if cure else "", "$text-accent")
    )


def cures(check: Check) -> dict[str, str]:
    """Return the answers that a verdict's fix would set."""
    words = check.fix.split("--set ")[1:] if check.fix.startswith("tarmac init") else []
    pairs = (word.strip().partition("=") for word in words)
    return {key: value for key, _equals, value in pairs}


def _put(place: Static, words: Content) -> None:
    """Show other words; the same ones cost no new layout."""
    if place.visual != words or place.display != bool(words):
        place.update(words)
        place.display = bool(words)


def _lines(lines: Sequence[str]) -> Content:
    parts = []
    for line in lines:
        what, between, why = line.partition(BETWEEN)
        reason = (f"  {why}" if between else "", "$text-muted")
        parts.append(Content.assemble(("· ", "$text-muted"), what, reason))
    return Content("\n").join(parts)


def as_text(value: Value) -> str:
    """Return a value as it stands in a text field."""
    if value is None:
        return ""
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _select(options: list[tuple[str, str]], value: str) -> Select[str]:
    if value in {choice for _words, choice in options}:
        return Select(options, value=value, allow_blank=False, compact=True)
    return Select(options, prompt=_("choose"), compact=True)
