"""Home: what this folder is, how far it has come, what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from generators.language import N_, _
from tui.clipboard import short
from tui.jobs import Progress
from tui.palette import Command, bindings
from tui.screens.area import Area, Filter
from tui.themes import STATES
from tui.widgets.rows import Row, Rows
from tui.widgets.words import fit, joined, wrapped
from wizards.cancel import Cancel
from wizards.events import Emit
from wizards.failures import Failure

if TYPE_CHECKING:
    from tui.engines.journey import Service, Step


class NextStep(Command):
    """Do the suggested next step, or open the step under the cursor."""

    area = "home"
    key = "enter"
    label = N_("next step")
    footer = True


class LookAgain(Command):
    """Look at the folder, the files and the database again."""

    area = "home"
    key = "ctrl+r,f9"
    label = N_("look again")


class Target(Command):
    """Choose the environment, that is the database to work on."""

    area = "home"
    key = "e"
    label = N_("target")
    footer = True


ROOMY = (110, 30)
_KEYS = {"setup": "2", "files": "3", "migrate": "4", "status": "5"}
STEPS = ("folder", "setup", "files", "migrations")
KEY = "bold $text-accent"


class HomeScreen(Area):
    """Three parts: the way as a list, the next step, what the folder is and why that is known."""

    area = "home"
    OFFERS = (NextStep, Target, LookAgain, Filter)
    BINDINGS = bindings(*OFFERS)

    def __init__(self) -> None:
        super().__init__()
        self._steps: dict[str, Step] = {}
        self._services: tuple[Service, ...] = ()
        self._stale = False
        self._stood = False

    def body(self) -> Iterable[Widget]:
        """Return the list, the suggestion and the detail."""
        way = Rows(id="way")
        way.add_class("pane")
        way.border_title = Content(_("The way"))
        suggestion = Static(id="next", classes="pane thin says")
        suggestion.border_title = Content(_("Next"))
        detail = Rows(id="evidence", empty=_("looking…"), only_read=True)
        detail.add_class("pane")
        detail.border_title = Content(_("This folder"))
        return (Vertical(way, suggestion, detail, id="home"),)

    def opened(self) -> None:
        """Paint the empty way, then look at every part beside the screen."""
        self.query_one("#way", Rows).focus()
        self._paint()
        self.tarmac.once_painted(self.do_look_again)

    def on_screen_resume(self) -> None:
        """Look again when something was changed from another screen meanwhile."""
        if self._stale:
            self._look()

    def _happened(self, progress: Progress) -> None:
        super()._happened(progress)
        if progress.job.mutates and not progress.job.running:
            self._stale = True
            if self.is_current:
                self._look()

    def do_look_again(self) -> None:
        """Look at everything anew, from empty rows."""
        self._steps.clear()
        self._look()

    def _look(self) -> None:
        """Start every look at once; each fills its own row, what was there stays until then."""
        self._stale = False
        journey = self.tarmac.engines.journey
        self.tarmac.start(
            "home.services",
            _("looking at the folder"),
            lambda _e, _c: journey.services(),
            then=self._found,
            otherwise=partial(self._failed, "folder"),
        )
        looks = {"setup": journey.setup, "files": journey.files, "migrations": journey.migrations}
        for name, look in looks.items():
            self.tarmac.start(
                f"home.{name}",
                _("looking"),
                partial(_look, look),
                then=self._stepped,
                otherwise=partial(self._failed, name),
            )

    def _found(self, services: tuple[Service, ...]) -> None:
        from tui.engines.journey import Step

        self._services = services
        words = "; ".join(service.words for service in services) or _("no deployable service found")
        state = "ok" if services else "warning"
        elsewhere = _("open Tarmac in a project's folder, or answer the questions by hand")
        do, mode = ("", "") if services else (elsewhere, "setup")
        self._stepped(Step(id="folder", state=state, says=words, do=do, mode=mode))
        evidence = self.query_one("#evidence", Rows)
        evidence.empty = _("no deployable service found")
        evidence.show(_evidence(services))

    def _stepped(self, step: Step) -> None:
        self._steps[step.id] = step
        self._paint()

    def _failed(self, name: str, failure: Failure) -> None:
        from tui.engines.journey import Step

        message = failure.message.rstrip(".")
        says = f"{message}: {failure.why}" if failure.why else failure.message
        mode = {"migrations": "migrate"}.get(name, name)
        first = name == "setup"  # nothing else can go on while tarmac.toml cannot be read
        do = _("see what is wrong") if first else ""
        self._stepped(Step(id=name, state="red", says=says, do=do, mode=mode, urgent=first))

    def _paint(self) -> None:
        words = {
            "folder": _("Folder"),
            "setup": _("Set-up"),
            "files": _("Files"),
            "migrations": _("Migrations"),
        }
        rows = [
            Row(name, partial(self._draw, number, name, words[name]), words[name], lines=0)
            for number, name in enumerate(STEPS, 1)
        ]
        self.query_one("#way", Rows).show(rows)
        folder = self.query_one("#evidence", Rows)
        folder.border_title = joined([_("This folder"), short(self.tarmac.context.root)])
        self._stand_on_next()
        self.query_one("#next", Static).update(self._suggestion())

    def _stand_on_next(self) -> None:
        """Put the cursor once on the step to take next, unless it was moved meanwhile."""
        way, step = self.query_one("#way", Rows), self.suggested()
        if not self._stood and step is not None and len(self._steps) == len(STEPS):
            self._stood = True
            if way.cursor == 0:
                way.move_to(step.id)

    @on(Rows.Moved, "#way")
    def _moved(self) -> None:
        self.query_one("#next", Static).update(self._suggestion())

    def _draw(self, number: int, name: str, words: str, width: int) -> list[Content]:
        """Return a step as one line, or as a block that explains it where there is room."""
        step = self._steps.get(name)
        mark, style = STATES[step.state if step else "unknown"]
        says = step.says if step else _("looking…")
        line = Content.assemble(
            (f"{mark} ", style),
            f"{number} ",
            (fit(words, 14).plain, "bold"),
            (says, "" if step else "$text-muted"),
        )
        if self.app.size.width < ROOMY[0] or self.app.size.height < ROOMY[1]:
            return [fit(line, width)]
        indent = " " * 18
        does = _explained()[name]
        lines = [line, *wrapped(Content.styled(does, "$text-muted"), width, indent)]
        if step is not None and step.do:
            key = _KEYS.get(step.mode, "")
            lines.append(Content.assemble(indent, (f"{key} ", "bold $text-accent"), step.do))
        return [*(fit(one, width) for one in lines), Content()]

    def suggested(self) -> Step | None:
        """Return the step to take next: what was interrupted first, then the order of the way."""
        waiting = [step for name in STEPS if (step := self._steps.get(name)) and step.do]
        return next((step for step in waiting if step.urgent), waiting[0] if waiting else None)

    def _suggestion(self) -> Content:
        step = self.suggested()
        if step is not None:
            mark = ("✗ ", "bold $text-error") if step.urgent else ("▶ ", "bold $text-accent")
            return Content.assemble(
                mark,
                (f"{step.do}  ", "bold"),
                ("↵" if step is self._under_cursor() else _KEYS.get(step.mode, ""), KEY),
                (f"\n  {step.says}", "$text-muted"),
            )
        if len(self._steps) < len(STEPS):
            return Content.styled(_("looking…"), "$text-muted")
        red = next((self._steps[name] for name in STEPS if self._steps[name].state == "red"), None)
        if red is not None:
            return Content.assemble(("✗ ", "bold $text-error"), red.says)
        return Content(_("Everything is in place: look at the status with 5."))

    def _under_cursor(self) -> Step | None:
        """Return what Enter does: the step of the row under the cursor, else the suggested one."""
        row = self.query_one("#way", Rows).row
        chosen = self._steps.get(row.id) if row else None
        there = chosen is not None and chosen.mode and chosen.id != STEPS[0]
        return chosen if there else self.suggested()

    def do_next_step(self) -> None:
        """Open the mode of the row under the cursor, else of the suggested step."""
        step = self._under_cursor()
        if step is not None and step.mode:
            self.tarmac.action_mode(step.mode)

    @on(Rows.Chosen, "#way")
    def _chosen(self) -> None:
        self.do_next_step()

    def do_target(self) -> None:
        """Choose the environment."""
        from tui.screens.choose import choose_target

        choose_target(self.tarmac, self.do_look_again)


def _explained() -> dict[str, str]:
    """Return what each step of the way is for."""
    return {
        "folder": _("What the project is made of; every claim names the file and the line."),
        "setup": _(
            "Questions become tarmac.toml, that becomes a plan with its price, and the plan "
            "Google Cloud; a killed apply goes on where it was."
        ),
        "files": _(
            "Dockerfile, compose and pipeline from tarmac.toml; your own edits are merged, "
            "never overwritten."
        ),
        "migrations": _(
            "The SQL that is pending, judged on today's rows; rehearsed on a restored backup "
            "before it is applied; r takes it back."
        ),
    }


def _look(look: Callable[[], Step], _emit: Emit, _cancel: Cancel) -> Step:
    return look()


def _evidence(services: tuple[Service, ...]) -> Iterable[Row]:
    for number, service in enumerate(services):
        yield Row(f"service {number}", partial(_service_line, service), service.words)
        for place, text in enumerate(service.evidence):
            name = f"evidence {number} {place}"
            yield Row(name, partial(_evidence_lines, text), text, lines=0)


def _service_line(service: Service, width: int) -> list[Content]:
    path = "" if service.path == "." else f"{service.path}  "
    return [fit(Content.assemble((path, "bold"), (service.words, "bold $text-primary")), width)]


def _evidence_lines(text: str, width: int) -> list[Content]:
    return wrapped(Content.styled(text, "$text-muted"), width, "  ")
