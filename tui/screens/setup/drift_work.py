"""What the keys of drift and export start: comparing, the three answers, writing files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from generators.language import _
from tui.clipboard import short
from tui.screens.setup.part import Part
from wizards.question import Choice

if TYPE_CHECKING:
    from wizards.plan import Plan
    from wizards.setup.applying import AppliedPlan
    from wizards.setup.drift_report import DriftReport, ItemDrift
    from wizards.setup.export.exported import Export

_STATES = {"new": "+", "changed": "~", "unchanged": "✓", "edited": "▲"}


class DriftWork(Part):
    """The part of the set-up screen that compares, and writes the set-up in other words."""

    def do_show_drift(self) -> None:
        """Compare Google Cloud with tarmac.toml; changes nothing."""
        screen = self._screen
        screen.show_view("drift")
        if self.running is not None:
            return
        screen.drift_view.reading(_("comparing Google Cloud with tarmac.toml…"))
        screen.tarmac.start(
            "setup.drift",
            _("comparing"),
            screen.engine.afterwards.drift,
            then=self._compared,
            otherwise=screen.drift_view.failed,
        )

    def _compared(self, report: DriftReport) -> None:
        self._screen.drift_view.paint(report)
        self._screen.refresh_footer()

    def _chosen(self) -> tuple[DriftReport, ItemDrift, str] | None:
        view = self._screen.drift_view
        item, which = view.chosen
        return None if view.report is None or item is None else (view.report, item, which)

    def do_adopt_drift(self) -> None:
        """Ask, then write what the world has into tarmac.toml."""
        chosen = self._chosen()
        if chosen is None:
            return
        report, item, which = chosen
        fields = [part for part in item.fields if which in (item.id, f"{item.id}.{part.field}")]
        keys = [f"{part.key} = {part.world}" for part in fields if part.key]
        adopt = self._screen.engine.afterwards.adopt
        self._ask(
            _("Write what Google Cloud has into tarmac.toml?"),
            [item.title, "", *keys],
            _("write down"),
            lambda: self._write("setup.adopt", lambda: adopt(report, which)),
        )

    def do_ignore_drift(self) -> None:
        """Ask, then agree in tarmac.toml that a difference stays."""
        chosen = self._chosen()
        if chosen is None:
            return
        report, item, which = chosen
        ignore = self._screen.engine.afterwards.ignore
        self._ask(
            _("Leave this difference as it is?"),
            [
                item.title,
                which,
                "",
                _("It is written to [drift] ignore in tarmac.toml, for everybody."),
            ],
            _("leave it"),
            lambda: self._write("setup.ignore", lambda: ignore(report, which)),
        )

    def _write(self, name: str, work: Callable[[], object]) -> None:
        screen = self._screen
        screen.tarmac.start(
            name,
            _("writing tarmac.toml"),
            lambda _emit, _cancel: work(),
            then=lambda _written: self._written_down(),
            mutates=True,
        )

    def _written_down(self) -> None:
        self._screen.tarmac.say(_("wrote tarmac.toml"))
        self._screen.read()
        self.do_show_drift()

    def do_revert_drift(self) -> None:
        """Ask, then bring one item back to what tarmac.toml says."""
        chosen = self._chosen()
        if chosen is None:
            return
        report, item, _which = chosen
        screen = self._screen
        reverting = screen.engine.afterwards.reverting
        screen.tarmac.start(
            "setup.reverting",
            _("looking"),
            lambda _emit, _cancel: reverting(report, item.id),
            then=lambda plan: self._ask_revert(report, item, plan),
        )

    def _ask_revert(self, report: DriftReport, item: ItemDrift, plan: Plan) -> None:
        lines = [f"{change.action.mark} {change.title}" for change in plan.todo]
        broken = [f"✗ {change.breaks}" for change in plan.todo if change.breaks]
        self._ask(
            _("Bring Google Cloud back to what tarmac.toml says?"),
            [*lines, *broken, "", *item.command.splitlines()],
            _("revert"),
            lambda: self._revert(report, item, plan),
            dangerous=True,
        )

    def _revert(self, report: DriftReport, item: ItemDrift, plan: Plan) -> None:
        screen = self._screen
        revert = screen.engine.afterwards.revert
        screen.board.begin()
        screen.board.plan = plan
        screen.show_view("plan")
        screen.tarmac.start(
            "setup.revert",
            _("reverting {what}").format(what=item.title),
            lambda emit, cancel: revert(report, item.id, emit, cancel),
            then=self._reverted,
            mutates=True,
        )

    def _reverted(self, ended: AppliedPlan) -> None:
        screen = self._screen
        screen.board.commands = ended.commands
        screen.planned.paint(screen.job_of(screen.planned))
        if ended.failures:
            screen.tarmac.show_failure(ended.failures[0][1])
        else:
            screen.tarmac.say(_("reverted; d compares again"))
        screen.look_for_unfinished()

    def _ask(
        self,
        title: str,
        lines: list[str],
        yes: str,
        act: Callable[[], None],
        *,
        dangerous: bool = False,
    ) -> None:
        from tui.screens.confirm import Confirm

        question = Confirm(title, "\n".join(lines), yes=yes, dangerous=dangerous)
        self._screen.app.push_screen(question, lambda answer: None if answer is None else act())

    # Export ---------------------------------------------------------------------------------------

    def do_export(self) -> None:
        """Choose a form, see what would be written where, write it."""
        from tui.screens.choose import Choose

        choices = [
            Choice("terraform", "Terraform", _("with import blocks for what exists")),
            Choice("gcloud", "gcloud", _("a script that can run again")),
        ]
        self._screen.app.push_screen(
            Choose(_("Export as"), choices), lambda form: self._exported(form) if form else None
        )

    def _exported(self, form: str) -> None:
        screen = self._screen
        export = screen.engine.afterwards.export
        screen.tarmac.start(
            "setup.export",
            _("exporting"),
            lambda _emit, _cancel: export(form),
            then=self._ask_export,
        )

    def _ask_export(self, found: tuple[Export, Path, Mapping[str, str]]) -> None:
        made, folder, states = found
        lines = [short(folder), ""]
        lines += [f"{_STATES[state]} {name}" for name, state in states.items()]
        if "edited" in states.values():
            lines.append(_("▲ was edited since: yours is kept as FILE.before"))
        lines += [_("not covered: {id}").format(id=one) for one in made.uncovered]
        lines += ["", _("No secret's value stands in them.")]
        write = self._screen.engine.afterwards.write_export
        self._ask(
            _("Write the export?"),
            lines,
            _("write"),
            lambda: self._write_export(lambda: write(made, folder), folder),
        )

    def _write_export(self, work: Callable[[], object], folder: Path) -> None:
        screen = self._screen
        screen.tarmac.start(
            "setup.write_export",
            _("writing the export"),
            lambda _emit, _cancel: work(),
            then=lambda _paths: screen.tarmac.say(
                _("exported to {folder}").format(folder=short(folder))
            ),
            mutates=True,
        )
