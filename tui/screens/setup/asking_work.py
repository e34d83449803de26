"""What the keys of the interview start: reading, choices, pages, writing the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from generators.language import _
from tui.screens.setup.part import Part
from tui.widgets.differences import highlighted
from wizards.failures import Failure
from wizards.interview import Interview
from wizards.question import Choice

if TYPE_CHECKING:
    from wizards.setup.unfinished import UnfinishedApply


class AskingWork(Part):
    """The part of the set-up screen that asks."""

    told_not_kept = False

    def read(self) -> None:
        """Read questions and answers; look for an unfinished apply."""
        screen = self._screen
        engine = screen.engine
        screen.tarmac.start(
            "setup.interview",
            _("reading the project"),
            lambda _emit, _cancel: engine.interview(),
            then=self._begin,
            otherwise=partial(screen.call_next, screen.asking.failed),
        )
        self.look_for_unfinished()

    def do_read_again(self) -> None:
        """Read again what is shown: the questions, or Google Cloud; the cursor stays."""
        screen = self._screen
        again = {
            "plan": screen.plan_now,
            "undo": screen.read_removals,
            "drift": screen.do_show_drift,
        }
        if screen.view in again and screen.written:
            again[screen.view]()
        else:
            self.read()

    def look_for_unfinished(self) -> None:
        """Look whether an apply was left open, and whether there is something to plan."""
        engine = self._screen.engine
        self._screen.tarmac.start(
            "setup.unfinished",
            _("looking for an unfinished apply"),
            lambda _emit, _cancel: (engine.unfinished(), engine.written()),
            then=self._looked,
            otherwise=lambda _failure: None,
        )

    def _begin(self, interview: Interview) -> None:
        screen = self._screen
        screen.call_next(screen.asking.begin, interview, screen.engine.left_at)

    def _looked(self, found: tuple[UnfinishedApply | None, bool]) -> None:
        screen = self._screen
        first = screen.unfinished is None
        screen.unfinished, screen.written = found
        screen.board.unfinished = screen.unfinished
        if screen.unfinished and first and not screen.board.applying:
            screen.show_view("plan")
        screen.paint_interrupted()
        screen.refresh_footer()

    def keep_answers(self) -> None:
        """Keep what was typed beside the project, secrets left out."""
        screen = self._screen
        interview, engine = screen.asking.interview, screen.engine
        field = screen.asking.focused_field()
        at = field.question.key if field is not None else ""
        if interview is not None:
            screen.tarmac.start(
                "setup.keep",
                _("keeping the answers"),
                lambda _emit, _cancel: engine.keep(interview, at),
                otherwise=self._not_kept,
            )

    def _not_kept(self, failure: Failure) -> None:
        """Say once why answers do not outlive the app."""
        if not self.told_not_kept:
            self.told_not_kept = True
            words = _("the answers cannot be kept: {why}").format(why=failure.message)
            self._screen.tarmac.say(words, severity="warning")

    def fetch_choices(self, live: str) -> None:
        """Ask Google Cloud for a list of choices; typing stays possible meanwhile."""
        screen = self._screen
        engine = screen.engine
        known = screen.asking.interview.values() if screen.asking.interview else {}
        screen.tarmac.start(
            f"setup.choices-{live}",
            _("reading choices"),
            lambda _emit, _cancel: engine.choices(live, known),
            then=partial(screen.asking.choices_came, live),
            otherwise=lambda failure: screen.asking.choices_failed(live, failure.message),
        )

    async def _turn(self, step: int) -> None:
        screen = self._screen
        if not await screen.asking.turn(step) and step > 0:
            screen.action_command("setup.write_answers")

    def do_next_page(self) -> None:
        """Go to the next page, or to what will be written."""
        self._screen.call_next(self._turn, 1)

    def do_previous_page(self) -> None:
        """Go back one page."""
        self._screen.call_next(self._turn, -1)

    def do_pages(self) -> None:
        """Offer every page; those with something missing are marked."""
        from tui.screens.choose import Choose

        screen = self._screen
        asking = screen.asking
        lacking = {question.page for question in asking.lacking()}
        choices = [
            Choice(page, f"{number} · {page}", _("something is missing") if page in lacking else "")
            for number, page in enumerate(asking.pages(), 1)
        ]

        def chosen(page: str | None) -> None:
            if page:
                screen.call_next(asking.go_to, page)

        screen.app.push_screen(Choose(_("Pages"), choices, asking.page), chosen)

    def answer_again(self, keys: Sequence[str]) -> None:
        """Go to the question of the first of these keys that is asked."""
        screen = self._screen
        asking = screen.asking
        for question in asking.interview.asked() if asking.interview else ():
            if question.key in keys:
                screen.show_view("interview")
                screen.call_next(asking.go_to, question.page, question.key)
                return

    def do_review(self) -> None:
        """Go to the last page: every answer, what the rules say."""
        asking = self._screen.asking
        if asking.pages():
            self._screen.call_next(asking.go_to, asking.pages()[-1])

    def do_choices(self) -> None:
        """Open the choices of the focused field."""
        from tui.screens.choose import Choose

        screen = self._screen
        field = screen.asking.focused_field()
        choices: Sequence[Choice] = screen.asking.choices_of(field) if field else ()
        if field is None or not choices:
            screen.tarmac.say(_("this question has no list of choices"), severity="warning")
            return

        def chosen(value: str | None) -> None:
            if value:
                field.put(value)
                field.post_message(field.Answered(field, value))

        current = (
            str(screen.asking.interview.values().get(field.question.key) or "")
            if (screen.asking.interview)
            else ""
        )
        screen.app.push_screen(Choose(field.question.ask, choices, current), chosen)

    def do_write_answers(self) -> None:
        """Show the file that the answers make, then write it."""
        screen = self._screen
        interview, engine = screen.asking.interview, screen.engine
        if interview is not None:
            screen.tarmac.start(
                "setup.text",
                _("making tarmac.toml"),
                lambda _emit, _cancel: engine.text(interview),
                then=self.ask_write,
            )

    def ask_write(self, text: str, otherwise: Callable[[], None] = lambda: None) -> None:
        """Ask whether to write; ``otherwise`` is what a no leads to."""
        from tui.screens.confirm import Confirm

        screen = self._screen
        interview, engine = screen.asking.interview, screen.engine
        if interview is None:
            return

        def write(yes: str | None) -> None:
            if yes is None:
                otherwise()
                return
            screen.tarmac.start(
                "setup.write",
                _("writing tarmac.toml"),
                lambda _emit, _cancel: engine.write(interview),
                then=lambda _path: self._written(),
                mutates=True,
            )

        question = Confirm(
            _("Write tarmac.toml?"),
            highlighted(text, "tarmac.toml"),
            yes=_("write"),
            dangerous=False,
        )
        screen.app.push_screen(question, write)

    def _written(self) -> None:
        screen = self._screen
        screen.written = True
        screen.tarmac.say(_("wrote tarmac.toml"))
        screen.tarmac.look_at_project()
        self._screen.plan_now()

    def do_show_interview(self) -> None:
        """Go back to the questions."""
        self._screen.show_view("interview")
