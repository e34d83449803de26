"""Generated files: their state, their difference or whole text, writing one or all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Container
from textual.content import Content
from textual.widget import Widget

from generators.language import N_, _, ngettext
from tui.palette import Command, bindings
from tui.screens.area import Area, Filter
from tui.widgets.differences import difference_rows, text_rows
from tui.widgets.rows import Row, Rows
from tui.widgets.words import joined, sides
from wizards.failures import Failure

if TYPE_CHECKING:
    from wizards.files import FileState


class FilesCommand(Command):
    """A command of the files screen."""

    area = "files"


class WriteOne(FilesCommand):
    """Write the file under the cursor; your edits are merged, conflicts are never written."""

    key = "w"
    label = N_("write")
    footer = True


class WriteAll(FilesCommand):
    """Write every file that is new, changed or merges cleanly."""

    key = "W"
    label = N_("write all")
    footer = True


class WholeText(FilesCommand):
    """Change between the difference and the whole text as it would be written."""

    key = "d"
    label = N_("diff / text")
    footer = True


class CopyText(FilesCommand):
    """Copy the text as it would be written."""

    key = "c"
    label = N_("copy")
    footer = True


class TakeBack(FilesCommand):
    """Undo the last write: the files are as they were before it."""

    key = "z"
    label = N_("undo write")


class Reload(FilesCommand):
    """Render the files again and compare."""

    key = "ctrl+r,f9"
    label = N_("look again")


class FilterFiles(Filter):
    """Filter the files by name."""

    area = "files"
    footer = True


SIDE_BY_SIDE = 150
"""Cells of the screen from which on a difference has two columns."""

STATES = {
    "new": ("+", "$text-success"),
    "unchanged": ("✓", "$text-muted"),
    "changed": ("~", "$text-accent"),
    "edited": ("●", "$text-primary"),
    "merge": ("▲", "$text-warning"),
    "conflict": ("✗", "bold $text-error"),
}


def state_words(state: str) -> str:
    """Return a file's state in the person's language."""
    return {
        "new": _("new"),
        "unchanged": _("unchanged"),
        "changed": _("changed"),
        "edited": _("edited by you"),
        "merge": _("merge"),
        "conflict": _("conflict"),
    }.get(state, state)


class FilesScreen(Area):
    """The list on one side, the difference on the other (below it when the screen is narrow)."""

    area = "files"
    OFFERS: ClassVar[tuple[type[Command], ...]] = (
        WriteOne,
        WriteAll,
        WholeText,
        CopyText,
        FilterFiles,
        TakeBack,
        Reload,
    )
    BINDINGS = bindings(*OFFERS)

    def __init__(self) -> None:
        super().__init__()
        self._states: dict[str, FileState] = {}
        self._whole = False
        self._failure: Failure | None = None
        self._read = False
        self._beside = False

    def body(self) -> Iterable[Widget]:
        """Return the list and the preview."""
        files = Rows(id="files", empty=_("rendering the files…"))
        files.add_class("pane")
        files.border_title = Content(_("Files"))
        preview = Rows(id="preview", only_read=True)
        preview.add_class("pane")
        return (Container(files, preview, id="filespace"),)

    def opened(self) -> None:
        """Render beside the screen."""
        self.query_one("#files", Rows).focus()
        self.call_after_refresh(self.do_reload)

    def on_screen_resume(self) -> None:
        """Compare again when the person comes back: files change outside."""
        if self._read:
            self.do_reload()

    def do_reload(self) -> None:
        """Render and compare again."""
        engine = self.tarmac.engines.files
        self.tarmac.start(
            "files.states",
            _("rendering the files"),
            lambda _emit, _cancel: engine.states(),
            then=self._rendered,
            otherwise=self._failed,
        )

    def _rendered(self, states: Sequence[FileState]) -> None:
        self._read = True
        self._failure = None
        self._states = {state.artefact.path: state for state in states}
        files = self.query_one("#files", Rows)
        files.empty = _("nothing to generate")
        files.border_title = joined([_("Files"), self._summary()])
        files.show(
            Row(path, partial(_draw, path, state), f"{path} {state_words(state.state)}")
            for path, state in self._states.items()
        )
        self._preview()
        self.refresh_footer()

    def _failed(self, failure: Failure) -> None:
        self._read = True
        self._failure = failure
        self._states = {}
        files = self.query_one("#files", Rows)
        files.empty = failure.message
        files.show([])
        from tui.widgets.failure_lines import failure_rows

        self.query_one("#preview", Rows).show(failure_rows(failure, self.area))
        self.refresh_footer()

    def _summary(self) -> str:
        stale = len(self._writable())
        return (
            ngettext("{count} to write", "{count} to write", stale).format(count=stale)
            if stale
            else _("all up to date")
        )

    def _writable(self) -> list[FileState]:
        wanted = {"new", "changed", "merge"}
        return [state for state in self._states.values() if state.state in wanted]

    def chosen(self) -> FileState | None:
        """Return the file under the cursor."""
        row = self.query_one("#files", Rows).row
        return self._states.get(row.id) if row else None

    def _preview(self) -> None:
        preview = self.query_one("#preview", Rows)
        state = self.chosen()
        if state is None:
            preview.border_title = preview.border_subtitle = None
            preview.show([])
            return
        whole = self._whole or not state.diff or state.state in ("new", "unchanged")
        words = _("whole text") if whole else _("difference")
        preview.border_title = Content(f"{state.artefact.path} · {words}")
        if whole:
            rows = text_rows(state.merged, state.artefact.path)
        else:
            rows = difference_rows(state.diff, side_by_side=self._beside)
        told = state.state in ("edited", "conflict")
        preview.border_subtitle = Content(self.why_not(WriteOne)) if told else None
        preview.empty = _("no difference")
        preview.show(rows)
        preview.cursor = 0

    def on_resize(self) -> None:
        """Show the difference side by side, or not any more."""
        beside = self.app.size.width >= SIDE_BY_SIDE
        if beside != self._beside:
            self._beside = beside
            if self._read and self._failure is None:
                self._preview()

    @on(Rows.Moved, "#files")
    def _moved(self) -> None:
        if self._read and self._failure is None:
            self._preview()
            self.refresh_footer()

    @on(Rows.Chosen, "#files")
    def _enter(self) -> None:
        self.query_one("#preview", Rows).focus()

    def why_not(self, command: type[Command]) -> str:
        """Say why a file cannot be written now."""
        if command in (WriteOne, WriteAll, TakeBack):
            if self.busy_reason():
                return self.busy_reason()
            if command is not TakeBack and self._failure is not None:
                return self._failure.message
        state = self.chosen()
        if command in (WriteOne, CopyText) and state is None:
            return _("no file is chosen")
        if command is WriteOne and state is not None:
            return {
                "unchanged": _("it is up to date"),
                "edited": _("it is your own edit and nothing new would change it"),
                "conflict": _("it conflicts with your edits: resolve it in the file first"),
            }.get(state.state, "")
        if command is WriteAll and not self._writable():
            return _("everything is up to date")
        return ""

    def do_write_one(self) -> None:
        """Write the chosen file."""
        state = self.chosen()
        if state is not None:
            self._write([state])

    def do_write_all(self) -> None:
        """Ask, naming what will be written, then write."""
        from tui.screens.confirm import Confirm

        states = self._writable()
        lines = [
            f"{STATES[one.state][0]} {one.artefact.path}  {state_words(one.state)}"
            for one in states
        ]
        question = Confirm(
            _("Write these files?"), "\n".join(lines), yes=_("write"), dangerous=False
        )
        self.app.push_screen(question, lambda yes: None if yes is None else self._write(states))

    def _write(self, states: Sequence[FileState]) -> None:
        engine = self.tarmac.engines.files
        self.tarmac.start(
            "files.write",
            _("writing files"),
            lambda _emit, _cancel: engine.write(states),
            then=self._written,
            mutates=True,
        )

    def _written(self, paths: Sequence[Path]) -> None:
        words = ngettext("wrote {count} file", "wrote {count} files", len(paths))
        self.tarmac.say(words.format(count=len(paths)))
        self.do_reload()

    def do_take_back(self) -> None:
        """Undo the last write."""
        engine = self.tarmac.engines.files
        self.tarmac.start(
            "files.undo",
            _("undoing the write"),
            lambda _emit, _cancel: engine.undo(),
            then=self._undone,
            mutates=True,
        )

    def _undone(self, paths: Sequence[Path]) -> None:
        words = ngettext("{count} file is as before", "{count} files are as before", len(paths))
        self.tarmac.say(words.format(count=len(paths)))
        self.do_reload()

    def do_whole_text(self) -> None:
        """Change between difference and text."""
        self._whole = not self._whole
        self._preview()

    def do_copy_text(self) -> None:
        """Copy the text as it would be written."""
        state = self.chosen()
        if state is not None:
            self.tarmac.copy(state.merged)


def _draw(path: str, state: FileState, width: int) -> list[Content]:
    mark, style = STATES.get(state.state, ("?", ""))
    left = Content.assemble((f"{mark} ", style), path)
    return [sides(left, Content.styled(f" {state_words(state.state)}", style), width)]
