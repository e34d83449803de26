"""How the world differs from tarmac.toml: each item and field, whose doing, three answers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Static

from generators.language import _, ngettext
from tui.field_words import plain
from tui.widgets.failure_lines import failure_rows, words_row
from tui.widgets.rows import Row, Rows
from tui.widgets.words import fit, sides
from wizards.failures import Failure

if TYPE_CHECKING:
    from wizards.setup.drift_report import DriftReport, FieldDrift, ItemDrift

_MARKS = {
    "changed": ("~", "$text-warning"),
    "missing": ("+", "$text-error"),
    "unwanted": ("-", "$text-error"),
    "extra": ("?", "$text-primary"),
    "blocked": ("✗", "bold $text-error"),
}


class DriftView(Vertical):
    """The differences on the left or above, one of them in full."""

    def __init__(self) -> None:
        super().__init__(id="drift", classes="planview")
        self.report: DriftReport | None = None

    def compose(self) -> ComposeResult:
        """Lay out the list, the detail and the summary."""
        found = Rows(empty=_("d compares Google Cloud with tarmac.toml"))
        found.add_class("pane", "changes")
        found.border_title = Content(_("Drift"))
        detail = Rows(only_read=True)
        detail.add_class("pane", "change")
        detail.border_title = Content(_("Difference"))
        with Container(classes="planspace"):
            yield found
            yield detail
        yield Static(classes="pane thin says summary")

    @property
    def changes(self) -> Rows:
        """The list."""
        return self.query_one(".changes", Rows)

    @property
    def chosen(self) -> tuple[ItemDrift | None, str]:
        """The item under the cursor, and what an answer is about: its id, or ID.FIELD."""
        row = self.changes.row
        for item in self.report.items if self.report and row else ():
            names = [item.id, *(f"{item.id}.{part.field}" for part in item.fields)]
            if row is not None and row.id in names:
                return item, row.id
        return None, ""

    def to_copy(self) -> str:
        """Return what ``c`` copies: the command that reverts the item under the cursor."""
        item = self.chosen[0]
        return item.command if item is not None else ""

    def reading(self, words: str) -> None:
        """Say that the world is being read; what was found stays until then."""
        self.changes.empty = words
        self.query_one(".summary", Static).update(Content.styled(words, "$text-muted"))
        if self.report is None:
            self.changes.show([])

    def failed(self, failure: Failure) -> None:
        """Show in place why nothing was compared."""
        self.report = None
        self.changes.empty = failure.message
        self.changes.show([])
        detail = self.query_one(".change", Rows)
        detail.display = True
        detail.show(failure_rows(failure, "setup"))

    def paint(self, report: DriftReport) -> None:
        """Show a report; the cursor stays on its row."""
        self.report = report
        self.changes.empty = _("✓ the world is as tarmac.toml says")
        self.changes.show(_rows(report))
        count = len(report.different)
        agreed = len(report.items) - count
        words = ngettext("{count} differs", "{count} differ", count).format(count=count)
        parts = [Content.styled(words if count else _("nothing differs"), "bold")]
        if agreed:
            left = ngettext("{count} left as agreed", "{count} left as agreed", agreed)
            parts.append(Content(left.format(count=agreed)))
        keys = _("w adopts into tarmac.toml · v reverts in Google Cloud · n agrees to leave it")
        lines = [Content(" · ").join(parts)]
        if report.items:
            lines.append(Content.styled(keys, "$text-muted"))
        self.query_one(".change", Rows).display = bool(report.items)
        pane = self.query_one(".summary", Static)
        pane.border_title = Content(_("Compared"))
        pane.update(Content("\n").join(lines))

    @on(Rows.Moved, ".changes")
    def _moved(self) -> None:
        detail = self.query_one(".change", Rows)
        item, which = self.chosen
        if item is None:
            if self.report is not None:
                detail.show([])
            return
        detail.border_title = Content(item.title)
        detail.show(_detail(item, which))

    @on(Rows.Chosen, ".changes")
    def _enter(self) -> None:
        self.query_one(".change", Rows).focus()


def _rows(report: DriftReport) -> Iterator[Row]:
    for item in report.items:
        yield Row(item.id, partial(_item, item), f"{item.title} {item.id} {item.who}")
        for part in item.fields:
            text = f"{item.title} {part.field}"
            yield Row(f"{item.id}.{part.field}", partial(_field, part), text)


def _item(item: ItemDrift, width: int) -> list[Content]:
    mark, style = ("○", "$text-muted") if item.ignored else _MARKS[item.state.value]
    word = fit(state_words(item), 12).plain
    left = Content.assemble((f"{mark} {word} ", style), (item.title, "bold"))
    return [sides(left, Content.styled(f"  {by_words(item.who.value)}", "$text-muted"), width)]


def _field(part: FieldDrift, width: int) -> list[Content]:
    left = Content.assemble(
        "    ",
        f"{part.field}: ",
        (plain(part.world), "$text-error"),
        ("  ≠ ", "$text-muted"),
        (plain(part.wanted), "$text-success"),
    )
    right = _("agreed") if part.ignored else ""
    return [sides(left, Content.styled(f"  {right}" if right else "", "$text-muted"), width)]


def _detail(item: ItemDrift, which: str) -> list[Row]:
    rows = [words_row("says", item.says)] if item.says else []
    rows.append(words_row("who", who_words(item.who.value), "$text-muted"))
    for number, part in enumerate(item.fields):
        if which not in (item.id, f"{item.id}.{part.field}"):
            continue
        said = (
            (_("Google Cloud"), part.world, "$text-error"),
            (_("tarmac.toml"), part.wanted, "$text-success"),
            (_("last apply"), part.applied, "$text-muted"),
        )
        rows.append(words_row(f"field {number}", Content.styled(part.field, "bold")))
        rows += [
            words_row(f"{number} {where}", Content.assemble(f"  {where}: ", (plain(value), style)))
            for where, value, style in said
        ]
        key = part.key or _("no key of tarmac.toml can take it over")
        rows.append(words_row(f"key {number}", f"  → {key}", "$text-muted"))
    rows += [
        words_row(f"command {number}", f"$ {line}", "$text-primary")
        for number, line in enumerate(item.command.splitlines())
    ]
    return rows


def state_words(item: ItemDrift) -> str:
    """Return what kind of difference an item is."""
    if item.ignored:
        return _("agreed")
    return {
        "changed": _("changed"),
        "missing": _("missing"),
        "unwanted": _("unwanted"),
        "extra": _("unknown"),
        "blocked": _("blocked"),
    }[item.state.value]


def by_words(who: str) -> str:
    """Return in two words whose doing a difference is."""
    return {
        "world": _("by somebody"),
        "blueprint": _("by tarmac.toml"),
        "both": _("by both"),
        "unknown": _("by unknown"),
    }[who]


def who_words(who: str) -> str:
    """Return whose doing a difference is."""
    return {
        "world": _("somebody changed it since our apply"),
        "blueprint": _("tarmac.toml changed, or was never applied"),
        "both": _("both changed since our apply"),
        "unknown": _("no journal here tells whose doing"),
    }[who]
