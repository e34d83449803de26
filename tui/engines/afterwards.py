"""What comes after a set-up: taking it back, comparing it, writing it in other tools' words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wizards.cancel import Cancel
from wizards.events import Emit

if TYPE_CHECKING:
    from tui.context import Context
    from wizards.cloud.port import Cloud
    from wizards.plan import Plan
    from wizards.setup.applying import AppliedPlan
    from wizards.setup.drifting import DriftReport
    from wizards.setup.export.exported import Export
    from wizards.setup.undoing import UndoPlan

FOLDERS = {"terraform": "terraform", "gcloud": "gcloud"}


class Afterwards:
    """Undo, drift and export over :mod:`wizards.setup`; every method may block."""

    def __init__(
        self,
        context: Context,
        cloud: Callable[[], Cloud],
        values: Callable[[], dict[str, str]],
    ) -> None:
        self._context = context
        self._cloud = cloud
        self._values = values

    # Undo -----------------------------------------------------------------------------------------

    def plan_undo(self, emit: Emit, cancel: Cancel) -> UndoPlan:
        """Return what can be taken back of what the journals of this folder say."""
        from wizards.setup.undoing import earlier_terms, plan_undo

        terms = earlier_terms(self._context.root)
        project = terms.project if terms is not None else ""
        return plan_undo(self._context.root, self._cloud(), emit, cancel, project=project)

    def earlier_names(self) -> tuple[str, ...]:
        """Return the names that were typed for an undo that did not end."""
        from wizards.setup.undoing import earlier_terms

        terms = earlier_terms(self._context.root)
        return tuple(terms.confirmed) if terms is not None else ()

    def undo(
        self, plan: UndoPlan, confirmed: Collection[str], emit: Emit, cancel: Cancel
    ) -> AppliedPlan:
        """Take back what a plan says with these names typed."""
        from wizards.setup.undoing import undo

        return undo(self._context.root, self._cloud(), plan, emit, cancel, confirmed=confirmed)

    # Drift ----------------------------------------------------------------------------------------

    def drift(self, emit: Emit, cancel: Cancel) -> DriftReport:
        """Return how the world differs from tarmac.toml, and whose doing it was."""
        from wizards.setup.drifting import compare

        context = self._context
        return compare(context.root, context.blueprint(), self._cloud(), emit, cancel)

    def adopt(self, report: DriftReport, which: str) -> Mapping[str, object]:
        """Write what the world has into tarmac.toml; return the keys written."""
        from wizards.setup.drifting import adopt

        return adopt(self._context.blueprint_path, report, which)

    def ignore(self, report: DriftReport, which: str) -> Sequence[str]:
        """Agree in tarmac.toml to leave a difference; return what was added."""
        from wizards.setup.drifting import ignore

        context = self._context
        return ignore(context.blueprint_path, context.blueprint(), report, which)

    def reverting(self, report: DriftReport, which: str) -> Plan:
        """Return the part of the plan that brings one item back; raises UsageFailure."""
        from wizards.setup.drifting import reverting

        return reverting(report, (which,))

    def revert(self, report: DriftReport, which: str, emit: Emit, cancel: Cancel) -> AppliedPlan:
        """Bring one item back to what tarmac.toml says."""
        from wizards.setup.drifting import revert

        context = self._context
        return revert(
            context.root,
            context.blueprint(),
            self._cloud(),
            report,
            (which,),
            self._values(),
            emit,
            cancel,
        )

    # Export ---------------------------------------------------------------------------------------

    def export(self, form: str) -> tuple[Export, Path, Mapping[str, str]]:
        """Return an export, the folder it would go to and the state of each file there."""
        from wizards.setup.export.exporting import export
        from wizards.setup.export.writing import targets

        made = export(form, self._context.blueprint())
        folder = self._context.root / FOLDERS[form]
        return made, folder, {one.file.name: one.state for one in targets(made, folder)}

    def write_export(self, made: Export, folder: Path) -> Sequence[Path]:
        """Write an export; files that were edited since are kept as FILE.before."""
        from wizards.setup.export.writing import targets, write

        return write(targets(made, folder), force=True)
