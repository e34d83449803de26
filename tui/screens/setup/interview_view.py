"""The interview as pages: fields, live choices, what is still missing; answers survive leaving."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input

from generators.language import _, ngettext
from tui.screens.setup.field import CONTROLS, Field
from tui.widgets.failure_lines import failure_rows, words_row
from tui.widgets.rows import Row, Rows
from tui.widgets.words import fit
from wizards.answers import Layer
from wizards.failures import Failure
from wizards.interview import Interview
from wizards.question import Choice, Question

if TYPE_CHECKING:
    from tui.screens.setup.screen import SetupScreen


class InterviewView(Horizontal):
    """Pages on the left (where there is room), the fields of one page on the right."""

    def __init__(self) -> None:
        super().__init__(id="interview")
        self.interview: Interview | None = None
        self.page = ""
        self._drafts: dict[str, str] = {}
        self._choices: dict[str, Sequence[Choice]] = {}

    def compose(self) -> ComposeResult:
        """Lay out the pages' list and the page."""
        pages = Rows(id="pages")
        pages.add_class("pane")
        pages.border_title = Content(_("Pages"))
        yield pages
        page = VerticalScroll(id="page", classes="pane")
        page.border_title = Content(_("reading the project…"))
        yield page

    @property
    def _setup(self) -> SetupScreen:
        return cast("SetupScreen", self.screen)

    async def begin(self, interview: Interview) -> None:
        """Start with these questions and answers."""
        self.interview = interview
        self._drafts.clear()
        self.page = interview.pages()[0] if interview.pages() else ""
        await self.show_page()

    async def failed(self, failure: Failure) -> None:
        """Show in place why there are no questions (a broken tarmac.toml)."""
        page = self.query_one("#page", VerticalScroll)
        page.border_title = Content(failure.code)
        rows = Rows()
        await page.remove_children()
        await page.mount(rows)
        again = words_row("again", _("^r reads it again"), "$text-muted")
        rows.show([*failure_rows(failure, "setup"), again])
        rows.focus()

    def on_page(self) -> list[Question]:
        """Return the questions of the page."""
        asked = self.interview.asked() if self.interview else []
        return [question for question in asked if question.page == self.page]

    async def show_page(self, focus: bool = True) -> None:
        """Build the fields of the page."""
        if self.interview is None:
            return
        page = self.query_one("#page", VerticalScroll)
        await page.remove_children()
        await page.mount_all(
            [Field(question, self.interview.answer(question)) for question in self.on_page()]
        )
        for field in self.fields():
            draft = self._drafts.get(field.question.key)
            if draft is not None:
                field.query_one(Input).value = draft
        page.scroll_home(animate=False)
        self.paint()
        self._fetch()
        controls = list(page.query(CONTROLS))
        if focus and controls and self.display:
            controls[0].focus(scroll_visible=False)

    def on_descendant_focus(self) -> None:
        """Bring the whole question into view, its heading and its note, not only the control."""
        field = self.focused_field()
        if field is not None:
            page = self.query_one("#page", VerticalScroll)
            self.call_after_refresh(page.scroll_to_widget, field, animate=False)

    def fields(self) -> list[Field]:
        """Return the fields of the page."""
        return list(self.query(Field))

    def lacking(self) -> list[Question]:
        """Return what has no answer that passes: also what is typed and does not pass yet."""
        interview = self.interview
        if interview is None:
            return []
        wrong = [one for one in interview.asked() if one.key in self._drafts]
        return wrong + [one for one in interview.pending() if one not in wrong]

    def paint(self) -> None:
        """Show the page's title, the pages' marks and how much is missing."""
        interview = self.interview
        if interview is None:
            return
        pages = interview.pages()
        pending = self.lacking()
        place = pages.index(self.page) + 1 if self.page in pages else 0
        page = self.query_one("#page", VerticalScroll)
        page.border_title = Content(f"{place}/{len(pages)} · {self.page}")
        missing = len(pending)
        page.border_subtitle = Content(
            ngettext("{count} answer missing", "{count} answers missing", missing).format(
                count=missing
            )
            if missing
            else _("complete: ^s shows tarmac.toml")
        )
        lacking = {question.page for question in pending}
        rows = self.query_one("#pages", Rows)
        rows.show(Row(name, partial(_page_line, name, name in lacking), name) for name in pages)
        rows.move_to(self.page)

    async def turn(self, step: int) -> bool:
        """Go to another page; False when there is none in that direction."""
        pages = self.interview.pages() if self.interview else []
        place = pages.index(self.page) + step if self.page in pages else -1
        if not 0 <= place < len(pages):
            return False
        self.page = pages[place]
        await self.show_page()
        return True

    @on(Rows.Chosen, "#pages")
    async def _page_chosen(self, event: Rows.Chosen) -> None:
        if event.row is not None:
            self.page = event.row.id
            await self.show_page()

    @on(Field.Answered)
    async def _answered(self, event: Field.Answered) -> None:
        event.stop()
        interview = self.interview
        if interview is None:
            return
        question = event.field.question
        before = [one.key for one in self.on_page()]
        complaint = interview.put(question, event.value if event.value is not None else "")
        if complaint and isinstance(event.value, str):
            self._drafts[question.key] = event.value
        else:
            self._drafts.pop(question.key, None)
        event.field.says(complaint, interview.answer(question))
        if [one.key for one in self.on_page()] != before:
            await self._rebuild(question.key)
        self._follow(event.field)
        self.paint()
        self._setup.keep_soon()

    async def _rebuild(self, key: str) -> None:
        await self.show_page(focus=False)
        for field in self.fields():
            if field.question.key == key:
                field.query(CONTROLS).first().focus()

    def _follow(self, changed: Field) -> None:
        """Let defaults that depend on other answers follow them."""
        interview = self.interview
        for field in self.fields():
            answer = interview.answer(field.question) if interview else None
            if field is not changed and answer is not None and answer.layer is not Layer.TYPED:
                field.put(answer.value)

    # Live choices ---------------------------------------------------------------------------------

    def _fetch(self) -> None:
        for field in self.fields():
            live = field.question.live
            if live and live not in self._choices:
                self._setup.fetch_choices(live)
            elif live:
                self.choices_came(live, self._choices[live])

    def choices_came(self, live: str, choices: Sequence[Choice]) -> None:
        """Show how many choices there are for the fields that want them."""
        self._choices[live] = choices
        for field in self.fields():
            if field.question.live == live and self.interview is not None:
                count = len(choices)
                words = ngettext("{count} to choose from: ^l", "{count} to choose from: ^l", count)
                parts = [words.format(count=count) if count else "", field.question.why]
                note = " · ".join(part for part in parts if part)
                field.note(note, self.interview.answer(field.question))

    def choices_failed(self, live: str, why: str) -> None:
        """Say why there are no choices; typing stays possible."""
        for field in self.fields():
            if field.question.live == live and self.interview is not None:
                words = _("no list ({why}): type it").format(why=why)
                field.note(words, self.interview.answer(field.question))

    def focused_field(self) -> Field | None:
        """Return the field that has the keyboard."""
        focused = self.screen.focused
        return (
            next((one for one in focused.ancestors if isinstance(one, Field)), None)
            if (focused is not None)
            else None
        )

    def choices_of(self, field: Field) -> Sequence[Choice]:
        """Return what a field can be answered with."""
        return self._choices.get(field.question.live, ()) or field.question.choices


def _page_line(name: str, lacking: bool, width: int) -> list[Content]:
    mark, style = ("○", "$text-warning") if lacking else ("✓", "$text-success")
    return [fit(Content.assemble((f"{mark} ", style), name), width)]
