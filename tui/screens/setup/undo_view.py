"""What Tarmac made, as it would be taken back: what goes, what stays and why, what asks first."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content

from generators.language import _
from tui.screens.setup.plan_view import PlanView
from tui.undo_text import summary


class UndoView(PlanView):
    """A plan of removals on the set-up screen's second board."""

    jobs: ClassVar[tuple[str, ...]] = ("setup.undo",)

    @property
    def title(self) -> str:
        """What the list is called."""
        return _("Undo")

    @property
    def nothing_yet(self) -> str:
        """What is said before anything was read."""
        return _("z reads what Tarmac made here")

    @property
    def nothing_there(self) -> str:
        """What is said when there is nothing to take back."""
        return _("no journal in this folder tells of anything that is left")

    @property
    def running_title(self) -> str:
        """What the summary is called while it runs."""
        return _("Taking back")

    @property
    def verdict_title(self) -> str:
        """What the summary is called before anything runs."""
        return _("What would happen")

    def heading(self) -> str:
        """Return what stands over the list; what goes and what stays is said below it."""
        return self.title

    def verdict(self) -> Content:
        """Return what stands below a plan that nobody has carried out yet."""
        if self.board.plan is None:
            return Content(_("only what the journals say Tarmac made; what others made stays"))
        says = Content.styled(summary(self.board.plan), "bold")
        how = _("z takes back, after one question; data only when its name is typed")
        return Content("\n").join([says, Content.styled(how, "$text-muted")])

    def after(self, failed: int, cancelled: int) -> tuple[str, str]:
        """Return the key and the words for what comes after it ended."""
        if failed or cancelled:
            return "z", _("go on: looks again at what is left first")
        return "p", _("plan: everything that was taken back is to be created again")
