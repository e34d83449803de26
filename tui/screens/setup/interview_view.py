"""The interview as pages: fields, live choices, what is still missing; answers survive leaving."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input

from generators.language import _, ngettext
from tui.screens.setup.field import CONTROLS, Field
from tui.screens.setup.review_rows import review_rows
from tui.screens.setup.so_far import SoFar
from tui.widgets.failure_lines import failure_rows, words_row
from tui.widgets.rows import Row, Rows
from tui.widgets.words import fit, joined
from wizards.answers import Layer
from wizards.failures import Failure
from wizards.interview import Interview
from wizards.question import Choice, Question, Value

if TYPE_CHECKING:
    from tui.engines.setup import Judged
    from tui.screens.setup.screen import SetupScreen

DEPENDS = {"tiers": ("project.id", "project.region", "database.edition")}
"""The answers that a list of choices depends on."""


class InterviewView(Vertical):
    """Pages on the left (where there is room), the fields of one page, below them the price."""

    def __init__(self) -> None:
        super().__init__(id="interview")
        self.interview: Interview | None = None
        self.page = ""
        self._drafts: dict[str, str] = {}
        self._choices: dict[tuple[Value, ...], Sequence[Choice]] = {}
        self._judged: Judged | None = None

    def compose(self) -> ComposeResult:
        """Lay out the pages' list, the page and what stands so far."""
        pages = Rows(id="pages")
        pages.add_class("pane")
        pages.border_title = Content(_("Pages"))
        page = VerticalScroll(id="page", classes="pane")
        page.border_title = Content(_("reading the project…"))
        with Horizontal(id="asking"):
            yield pages
            yield page
        yield SoFar()

    @property
    def _setup(self) -> SetupScreen:
        return cast("SetupScreen", self.screen)

    async def begin(self, interview: Interview, at: str = "") -> None:
        """Start with these questions and answers, at the question that was left."""
        self.interview = interview
        self._drafts.clear()
        self._judged = self._setup.engine.judged(interview)
        so_far = self.query_one(SoFar)
        so_far.display = True
        so_far.begin(self._judged)
        places = {question.key: question.page for question in interview.asked()}
        self.page = places.get(at) or (self.pages()[0] if self.pages() else "")
        await self.show_page()
        self.stand_on(at)

    def pages(self) -> list[str]:
        """Return the pages that have questions, and the review behind them."""
        pages = self.interview.pages() if self.interview else []
        return [*pages, _("Review")] if pages else []

    @property
    def reviewing(self) -> bool:
        """Whether the page is the review."""
        return bool(self.page) and self.page == self.pages()[-1]

    def stand_on(self, key: str) -> None:
        """Give the keyboard to a question of the page."""
        for field in self.fields():
            controls = field.query(CONTROLS)
            if field.question.key == key and controls and self.display:
                controls.first().focus()

    async def failed(self, failure: Failure) -> None:
        """Show in place why there are no questions (a broken tarmac.toml)."""
        page = self.query_one("#page", VerticalScroll)
        page.border_title = Content(failure.code)
        self.query_one(SoFar).display = False
        rows = Rows(only_read=True)
        await page.remove_children()
        await page.mount(rows)
        again = words_row("again", _("^r reads it again"), "$text-muted")
        rows.show([*failure_rows(failure, "setup"), again])
        if self.display:
            rows.focus()

    def on_page(self) -> list[Question]:
        """Return the questions of the page."""
        asked = self.interview.asked() if self.interview else []
        return [question for question in asked if question.page == self.page]

    async def show_page(self, focus: bool = True) -> None:
        """Build the fields of the page, or the review."""
        interview = self.interview
        if interview is None:
            return
        page = self.query_one("#page", VerticalScroll)
        await page.remove_children()
        if self.reviewing:
            await page.mount(Rows(id="review"))
        else:
            await page.mount_all(
                [Field(question, interview.answer(question)) for question in self.on_page()]
            )
        for field in self.fields():
            draft = self._drafts.get(field.question.key)
            if draft is not None:
                field.query_one(Input).value = draft
        page.scroll_home(animate=False)
        self.paint()
        self._fetch()
        if focus and self.display:
            focusable = [*page.query(CONTROLS), *page.query("#review"), page]
            focusable[0].focus(scroll_visible=False)

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
        """Show the page's title, the pages' marks, how much is missing, what the rules say."""
        interview = self.interview
        if interview is None:
            return
        pages, pending = self.pages(), self.lacking()
        place = pages.index(self.page) + 1 if self.page in pages else 0
        page = self.query_one("#page", VerticalScroll)
        page.border_title = Content(f"{place}/{len(pages)} · {self.page}")
        way = _("↵ goes to the question") if self.reviewing else ""
        page.border_subtitle = joined([way, _missing(len(pending))])
        lacking = {question.page for question in pending}
        rows = self.query_one("#pages", Rows)
        rows.show(Row(name, partial(_page_line, name, name in lacking), name) for name in pages)
        rows.move_to(self.page)
        self._paint_verdicts(interview)

    def _paint_verdicts(self, interview: Interview) -> None:
        checks = self._judged.complaints if self._judged else ()
        if self.reviewing:
            from wizards.setup.review import reviewed

            rows = self.query_one("#review", Rows)
            rows.show(review_rows(reviewed(interview), checks))
        for field in self.fields():
            field.judged([one for one in checks if field.question.key in one.keys])

    async def go_to(self, page: str, key: str = "") -> None:
        """Go to a page, to one question of it where it is named."""
        if page in self.pages():
            self.page = page
            await self.show_page()
            self.stand_on(key)

    async def turn(self, step: int) -> bool:
        """Go to another page; False when there is none in that direction."""
        pages = self.pages()
        place = pages.index(self.page) + step if self.page in pages else -1
        if not 0 <= place < len(pages):
            return False
        await self.go_to(pages[place])
        return True

    @on(Rows.Chosen, "#review")
    async def _review_chosen(self, event: Rows.Chosen) -> None:
        interview = self.interview
        if event.row is None or interview is None:
            return
        wanted = event.row.id
        if wanted.startswith("page "):
            await self.go_to(wanted.removeprefix("page "))
            return
        checks = self._judged.complaints if self._judged else ()
        about = next((one.keys for one in checks if f"check {one.id}" == wanted), (wanted,))
        for question in interview.asked():
            if question.key in about:
                await self.go_to(question.page, question.key)
                return

    @on(Rows.Chosen, "#pages")
    async def _page_chosen(self, event: Rows.Chosen) -> None:
        if event.row is not None:
            await self.go_to(event.row.id)

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
        self._judged = self._setup.engine.judged(interview)
        self.query_one(SoFar).answered(self._judged, question.ask)
        if [one.key for one in self.on_page()] != before:
            await self._rebuild(question.key)
        self._follow(event.field)
        self.paint()
        self._fetch(only_new=True)
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
                field.told(answer)

    # Live choices ---------------------------------------------------------------------------------

    def _fetch(self, *, only_new: bool = False) -> None:
        """Ask for the lists of the page that are not there yet for the answers so far."""
        for live in dict.fromkeys(field.question.live for field in self.fields()):
            key = self._list_key(live)
            if live and key not in self._choices:
                self._choices[key] = ()
                self._note(live, _("asking for a list; type meanwhile"))
                self._setup.fetch_choices(live)
            elif live and self._choices[key] and not only_new:
                self.choices_came(live, self._choices[key])

    def _list_key(self, live: str) -> tuple[Value, ...]:
        """Return what a list depends on: its name and some answers."""
        known = self.interview.values() if self.interview else {}
        return (live, *(known.get(key) for key in DEPENDS.get(live, ())))

    def choices_came(self, live: str, choices: Sequence[Choice]) -> None:
        """Show how many choices there are for the fields that want them."""
        self._choices[self._list_key(live)] = choices
        count = len(choices)
        words = ngettext("{count} to choose from: ^l", "{count} to choose from: ^l", count)
        self._note(live, words.format(count=count) if count else "")

    def choices_failed(self, live: str, why: str) -> None:
        """Say why there are no choices; typing stays possible."""
        self._note(live, _("no list ({why}): type it").format(why=why))

    def _note(self, live: str, words: str) -> None:
        for field in self.fields():
            if field.question.live == live and self.interview is not None:
                why = "" if words.endswith(_("type it")) else field.question.why
                note = " · ".join(part for part in (words, why) if part)
                field.note(note, self.interview.answer(field.question))

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
        return self._choices.get(self._list_key(field.question.live), ()) or field.question.choices


def _missing(count: int) -> str:
    if not count:
        return _("complete: ^s shows tarmac.toml")
    return ngettext("{count} answer missing", "{count} answers missing", count).format(count=count)


def _page_line(name: str, lacking: bool, width: int) -> list[Content]:
    mark, style = ("○", "$text-warning") if lacking else ("✓", "$text-success")
    return [fit(Content.assemble((f"{mark} ", style), name), width)]
