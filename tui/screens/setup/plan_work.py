"""What the keys of the plan start: reading, applying, resuming, stopping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from generators.language import _, ngettext
from tui.screens.setup.part import Part
from tui.widgets.words import seconds
from wizards.failures import Failure
from wizards.plan import Action, Change, Plan

if TYPE_CHECKING:
    from wizards.setup.applying import AppliedPlan


class PlanWork(Part):
    """The part of the set-up screen that plans and applies; ``typed`` names what may be deleted."""

    typed: frozenset[str] = frozenset()

    def do_plan_now(self) -> None:
        """Show the plan."""
        self.do_show_plan()

    def do_show_plan(self) -> None:
        """Offer to write the answers that tarmac.toml does not have yet, then plan."""
        screen = self._screen
        interview, engine = screen.asking.interview, screen.engine
        if interview is None or screen.asking.lacking() or self.running is not None:
            self.plan_now()
            return
        screen.tarmac.start(
            "setup.to_write",
            _("comparing the answers with tarmac.toml"),
            lambda _emit, _cancel: engine.to_write(interview),
            then=self._write_or_plan,
        )

    def _write_or_plan(self, text: str) -> None:
        if text:
            self._screen.ask_write(text, otherwise=self._plan_as_it_is)
        else:
            self.plan_now()

    def _plan_as_it_is(self) -> None:
        """Plan what is written, when that names a project; the answers wait."""
        if self._screen.written:
            self._screen.tarmac.say(_("this is the plan of tarmac.toml as it is; ^s writes"))
            self.plan_now()

    def plan_now(self) -> None:
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
            lambda emit, cancel: engine.plan(emit, cancel, self.typed),
            then=self._planned,
            otherwise=self._not_planned,
        )

    def _planned(self, plan: Plan) -> None:
        screen = self._screen
        screen.board.plan = plan
        screen.planned.speed = screen.engine.speed
        screen.planned.paint(screen.job_of(screen.planned))
        screen.refresh_footer()

    def _not_planned(self, failure: Failure) -> None:
        screen = self._screen
        screen.board.plan = None
        screen.planned.paint(None)
        screen.planned.failed(failure)
        screen.refresh_footer()

    def ask_name(self, change: Change) -> None:
        """Ask for the name that lets the next apply delete something with its data."""
        from tui.screens.confirm import Confirm

        def typed(answer: str | None) -> None:
            if answer is not None:
                self.typed |= {change.confirm}
                self.plan_now()

        lines = [change.title, change.breaks, "", *change.command.splitlines()]
        question = Confirm(
            _("Let the next apply delete it?"),
            "\n".join(lines),
            yes=_("delete it then"),
            typed=change.confirm,
        )
        self._screen.app.push_screen(question, typed)

    def do_only_changes(self) -> None:
        """Hide what stays as it is, or show it again."""
        screen = self._screen
        view = screen.shown_plan
        view.board.only_changes = not view.board.only_changes
        view.paint(screen.job_of(view))

    def do_copy_command(self) -> None:
        """Copy the gcloud command of the change under the cursor, or what cures a verdict."""
        screen = self._screen
        view = screen.drift_view if screen.view == "drift" else screen.shown_plan
        words = view.to_copy()
        if words:
            screen.tarmac.copy(words)
        else:
            screen.tarmac.say(_("there is no command to copy here"), severity="warning")

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
                _("${total} a month").format(total=f"{plan.cost_usd_month:.2f}"),
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
        """Plan again, as the world is now, then go on; an undo goes on as an undo."""
        screen = self._screen
        if screen.unfinished is not None and screen.unfinished.what == "undo":
            screen.do_undo()
            return
        engine = screen.engine
        screen.tarmac.start(
            "setup.plan",
            _("planning"),
            lambda emit, cancel: engine.plan(emit, cancel, self.typed),
            then=self._resume,
            otherwise=self._not_planned,
        )

    def _resume(self, plan: Plan) -> None:
        self._planned(plan)
        self.do_apply()

    def _applied(self, applied: AppliedPlan) -> None:
        screen = self._screen
        screen.board.commands = applied.commands
        self.typed = frozenset()
        screen.planned.paint(screen.job_of(screen.planned))
        if applied.failures:
            screen.planned.changes.move_to(next(iter(screen.board.failures), ""))
            screen.tarmac.show_failure(applied.failures[0][1])
        elif applied.cancelled:
            screen.tarmac.say(_("stopped; u resumes"), severity="warning")
        else:
            words = _("everything is in place after {time}")
            screen.tarmac.say(words.format(time=seconds(applied.seconds)))
        self._screen.look_for_unfinished()

    def do_stop(self) -> None:
        """Ask the apply to stop."""
        job = self.running
        if job is not None:
            job.cancel.ask()
            self._screen.tarmac.say(_("stopping at the next safe place…"))
