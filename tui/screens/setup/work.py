"""What set-up's keys start, and what becomes of the results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from generators.language import _, ngettext
from tui.jobs import Job
from tui.widgets.differences import highlighted
from tui.widgets.words import seconds
from wizards.failures import Failure
from wizards.interview import Interview
from wizards.plan import Action, Plan
from wizards.question import Choice

if TYPE_CHECKING:
    from tui.screens.setup.screen import SetupScreen
    from wizards.setup.applying import AppliedPlan
    from wizards.setup.unfinished import UnfinishedApply


class Work:
    """The half of the set-up screen that starts work."""

    @property
    def _screen(self) -> SetupScreen:
        return cast("SetupScreen", self)

    @property
    def running(self) -> Job[object] | None:
        """The mutation of this area that runs now."""
        job = self._screen.tarmac.mutation
        return job if job is not None and job.area == "setup" else None

    # The interview --------------------------------------------------------------------------------

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
        if self._screen.view == "plan" and self._screen.written:
            self._plan()
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
                otherwise=lambda failure: screen.tarmac.say(
                    _("the answers cannot be kept: {why}").format(why=failure.message),
                    severity="warning",
                ),
            )

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
                then=self._ask_write,
            )

    def _ask_write(self, text: str, otherwise: Callable[[], None] = lambda: None) -> None:
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
        self._plan()

    def do_show_interview(self) -> None:
        """Go back to the questions."""
        self._screen.show_view("interview")

    # The plan -------------------------------------------------------------------------------------

    def do_plan_now(self) -> None:
        """Show the plan."""
        self.do_show_plan()

    def do_show_plan(self) -> None:
        """Offer to write the answers that tarmac.toml does not have yet, then plan."""
        screen = self._screen
        interview, engine = screen.asking.interview, screen.engine
        if interview is None or screen.asking.lacking() or self.running is not None:
            self._plan()
            return
        screen.tarmac.start(
            "setup.to_write",
            _("comparing the answers with tarmac.toml"),
            lambda _emit, _cancel: engine.to_write(interview),
            then=self._write_or_plan,
        )

    def _write_or_plan(self, text: str) -> None:
        if text:
            self._ask_write(text, otherwise=self._plan_as_it_is)
        else:
            self._plan()

    def _plan_as_it_is(self) -> None:
        """Plan what is written, when that names a project; the answers wait."""
        if self._screen.written:
            self._screen.tarmac.say(_("this is the plan of tarmac.toml as it is; ^s writes"))
            self._plan()

    def _plan(self) -> None:
        """Read Google Cloud and show what would change; the plan there was stays meanwhile."""
        screen = self._screen
        screen.show_view("plan")
        if self.running is not None:
            return
        engine = screen.engine
        screen.board.begin()
        screen.planned.reading(_("reading Google Cloud…"))
        screen.tarmac.start(
            "setup.plan",
            _("planning"),
            engine.plan,
            then=self._planned,
            otherwise=self._not_planned,
        )

    def _planned(self, plan: Plan) -> None:
        screen = self._screen
        screen.board.plan = plan
        screen.planned.speed = screen.engine.speed
        screen.planned.paint(screen.shown_job)
        screen.refresh_footer()

    def _not_planned(self, failure: Failure) -> None:
        screen = self._screen
        screen.board.plan = None
        screen.planned.paint(None)
        screen.planned.failed(failure)
        screen.refresh_footer()

    def do_only_changes(self) -> None:
        """Hide what stays as it is, or show it again."""
        screen = self._screen
        view = screen.shown_plan
        view.board.only_changes = not view.board.only_changes
        view.paint(screen.shown_job)

    def do_copy_command(self) -> None:
        """Copy the gcloud command of the change under the cursor, or what cures a verdict."""
        screen = self._screen
        words = screen.shown_plan.to_copy()
        if words:
            screen.tarmac.copy(words)
        else:
            screen.tarmac.say(_("there is no command to copy here"), severity="warning")

    # The apply ------------------------------------------------------------------------------------

    def do_apply(self) -> None:
        """Ask for the secrets' values that only a person knows, confirm, apply."""
        engine, plan = self._screen.engine, self._screen.board.plan
        if plan is None:
            return
        self._screen.tarmac.start(
            "setup.secrets",
            _("looking for secrets"),
            lambda _emit, _cancel: engine.asked_secrets(plan),
            then=self._ask_secrets,
        )

    def _ask_secrets(self, names: Sequence[str]) -> None:
        if not names:
            self._confirm({})
            return
        from tui.screens.setup.secrets_card import SecretsCard

        self._screen.app.push_screen(
            SecretsCard(names), lambda values: None if values is None else self._confirm(values)
        )

    def _confirm(self, secret_values: Mapping[str, str]) -> None:
        from tui.screens.confirm import Confirm

        screen = self._screen
        plan = screen.board.plan
        if plan is None:
            return
        lines = [f"{change.action.mark} {change.title}" for change in plan.todo]
        count = ngettext("{count} change", "{count} changes", len(plan.todo))
        body = "\n".join(
            [
                count.format(count=len(plan.todo)),
                _("{cost} USD a month").format(cost=f"{plan.cost_usd_month:.2f}"),
                "",
                *lines,
            ]
        )
        risky = any(change.action in (Action.REPLACE, Action.DELETE) for change in plan.todo)
        question = Confirm(_("Apply this plan?"), body, yes=_("apply"), dangerous=risky)
        screen.app.push_screen(
            question, lambda yes: None if yes is None else self._apply(plan, secret_values)
        )

    def _apply(self, plan: Plan, secret_values: Mapping[str, str]) -> None:
        screen = self._screen
        engine = screen.engine
        screen.board.begin()
        screen.tarmac.start(
            "setup.apply",
            _("set-up"),
            lambda emit, cancel: engine.apply(plan, secret_values, emit, cancel),
            then=self._applied,
            mutates=True,
        )
        screen.refresh_footer()

    def do_resume(self) -> None:
        """Plan again, as the world is now, then go on."""
        screen = self._screen
        engine = screen.engine
        screen.tarmac.start(
            "setup.plan",
            _("planning"),
            engine.plan,
            then=self._resume,
            otherwise=self._not_planned,
        )

    def _resume(self, plan: Plan) -> None:
        self._planned(plan)
        self.do_apply()

    def _applied(self, applied: AppliedPlan) -> None:
        screen = self._screen
        screen.board.journal = applied.journal
        screen.planned.paint(screen.shown_job)
        if applied.failures:
            screen.tarmac.show_failure(applied.failures[0][1])
        elif applied.cancelled:
            screen.tarmac.say(_("stopped; u resumes"), severity="warning")
        else:
            words = _("everything is in place after {time}")
            screen.tarmac.say(words.format(time=seconds(applied.seconds)))
        self.look_for_unfinished()

    def do_stop(self) -> None:
        """Ask the apply to stop."""
        job = self.running
        if job is not None:
            job.cancel.ask()
            self._screen.tarmac.say(_("stopping at the next safe place…"))
