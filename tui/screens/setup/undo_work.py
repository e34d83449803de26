"""What the keys of the undo start: reading what was made, the one question, taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generators.language import _
from tui.screens.setup.part import Part
from tui.widgets.words import seconds
from wizards.failures import Failure

if TYPE_CHECKING:
    from wizards.setup.applying import AppliedPlan
    from wizards.setup.undoing import UndoPlan


class UndoWork(Part):
    """The part of the set-up screen that takes back."""

    removals: UndoPlan | None = None
    earlier_names: tuple[str, ...] = ()

    def do_undo(self) -> None:
        """Read what Tarmac made; where it is shown already, ask and take it back."""
        screen = self._screen
        if screen.view == "undo" and self.removals is not None and not screen.undoing.applying:
            self._ask_undo(self.removals)
        else:
            self.read_removals()

    def read_removals(self) -> None:
        """Read what Tarmac made here and what is left of it."""
        screen = self._screen
        screen.show_view("undo")
        if self.running is not None:
            return
        afterwards = screen.engine.afterwards
        screen.undoing.begin()
        screen.undo_view.reading(_("reading what Tarmac made…"))
        screen.tarmac.start(
            "setup.undo_plan",
            _("reading what Tarmac made"),
            lambda emit, cancel: (afterwards.plan_undo(emit, cancel), afterwards.earlier_names()),
            then=self._removals_read,
            otherwise=self._removals_unread,
        )

    def _removals_read(self, found: tuple[UndoPlan, tuple[str, ...]]) -> None:
        screen = self._screen
        self.removals, self.earlier_names = found
        screen.undoing.plan = self.removals.decided(self.earlier_names)
        screen.undo_view.speed = screen.engine.speed
        screen.undo_view.paint(None)
        for project in self.removals.elsewhere:
            words = _("something is left in project {project} too: tarmac undo --project {project}")
            screen.tarmac.say(words.format(project=project))
        screen.refresh_footer()

    def _removals_unread(self, failure: Failure) -> None:
        screen = self._screen
        self.removals = screen.undoing.plan = None
        screen.undo_view.paint(None)
        screen.undo_view.failed(failure)
        screen.refresh_footer()

    def _ask_undo(self, removals: UndoPlan) -> None:
        from tui.screens.setup.undo_card import UndoCard

        if not any(not part.gone and not part.stays for part in removals.removals):
            self._screen.tarmac.say(_("there is nothing to take back"), severity="warning")
            return
        self._screen.app.push_screen(
            UndoCard(removals, self.earlier_names),
            lambda names: None if names is None else self._take_back(removals, names),
        )

    def _take_back(self, removals: UndoPlan, names: tuple[str, ...]) -> None:
        screen = self._screen
        afterwards = screen.engine.afterwards
        screen.undoing.begin()
        screen.undoing.plan = removals.decided(names)
        screen.undo_view.paint(None)
        screen.tarmac.start(
            "setup.undo",
            _("taking back"),
            lambda emit, cancel: afterwards.undo(removals, names, emit, cancel),
            then=self._taken_back,
            mutates=True,
        )
        screen.refresh_footer()

    def _taken_back(self, ended: AppliedPlan) -> None:
        screen = self._screen
        screen.undoing.commands = ended.commands
        screen.undo_view.paint(screen.job_of(screen.undo_view))
        self.removals = None
        if ended.failures:
            screen.tarmac.show_failure(ended.failures[0][1])
        elif ended.cancelled:
            screen.tarmac.say(_("stopped; z goes on"), severity="warning")
        else:
            screen.tarmac.say(_("taken back after {time}").format(time=seconds(ended.seconds)))
        screen.look_for_unfinished()
        screen.tarmac.look_at_project()
