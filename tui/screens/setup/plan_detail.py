"""One row of a plan in full: what breaks, who gets what and why, field by field, the command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from textual.content import Content

from generators.language import _
from tui.field_words import plain
from tui.screens.setup.progress import StepState
from tui.widgets.failure_lines import failure_rows, step_words, words_row
from tui.widgets.rows import Row
from tui.widgets.words import wrapped
from wizards.failures import Failure
from wizards.plan import Change, Check, FieldDiff


def check_rows(check: Check) -> list[Row]:
    """Return a preflight verdict in full, with what cures it."""
    rows = [words_row("says", check.says)]
    if check.fix:
        rows += [
            words_row(f"fix {number}", Content.assemble("→ ", step_words(line, "setup")))
            for number, line in enumerate(check.fix.splitlines())
        ]
    if check.keys:
        rows.append(words_row("keys", _("↵ goes to the question"), "$text-muted"))
    return rows


def change_rows(
    change: Change,
    titles: Mapping[str, str],
    step: StepState | None = None,
    failure: Failure | None = None,
) -> list[Row]:
    """Return a change in full; ``titles`` names what it needs, by id."""
    rows: list[Row] = []
    if failure is not None:
        rows += failure_rows(failure, "setup")
        rows.append(
            words_row("card", _("↵ opens the card; e there shows the raw error"), "$text-muted")
        )
    elif step is not None and step.says:
        rows.append(words_row("step", step.says, "$text-accent"))
    rows += _warnings(change)
    if change.kind == "iam":
        rows += [
            Row(f"grant {number}", partial(_grant, part), part.field, lines=0)
            for number, part in enumerate(change.diff)
        ]
    else:
        if change.why:
            rows.append(words_row("why", change.why))
        rows += [
            Row(f"diff {number}", partial(_field, part), part.field, lines=0)
            for number, part in enumerate(change.diff)
        ]
    rows += _around(change, titles)
    return rows


def _warnings(change: Change) -> Iterator[Row]:
    said = {
        "blocked": change.blocked_by,
        "breaks": change.breaks,
        "stays": change.stays and _("stays: {why}").format(why=change.stays),
        "confirm": change.confirm
        and _("asks for its name first: {name} (↵)").format(name=change.confirm),
    }
    styles = {"stays": "$text-muted", "confirm": "bold $text-warning"}
    marks = {"stays": "✓", "confirm": "■"}
    for name, words in said.items():
        if words:
            yield words_row(
                name, f"{marks.get(name, '✗')} {words}", styles.get(name, "bold $text-error")
            )


def _around(change: Change, titles: Mapping[str, str]) -> Iterator[Row]:
    """Yield what comes before and after the change, and what a person would type for it."""
    if change.within:
        words = _("goes along with {title}").format(title=titles.get(change.within, change.within))
        yield words_row("within", words, "$text-muted")
    if change.needs:
        names = ", ".join(titles.get(need, need) for need in change.needs)
        yield words_row("needs", _("after: {titles}").format(titles=names), "$text-muted")
    if change.waits_for:
        words = _("then waits: {what}").format(what=change.waits_for)
        yield words_row("waits", words, "$text-muted")
    for number, line in enumerate(change.command.splitlines()):
        yield words_row(f"command {number}", f"$ {line}", "$text-primary")


def _grant(part: FieldDiff, width: int) -> list[Content]:
    """Return who gets what (or loses it) and why; on two lines where one is too short."""
    gets = part.after is not None
    mark, arrow, style = ("+", "→", "$text-success") if gets else ("-", "←", "$text-error")
    who = str(part.after if gets else part.before).removeprefix("serviceAccount:")
    verb = _("gets") if gets else _("loses")
    one = Content.assemble((f"{mark} ", style), (who, "bold"), f" {verb} ", (part.field, style))
    lines = [one]
    if one.cell_length > width:
        lines = [
            *wrapped(Content.styled(f"{mark} {part.field}", style), width),
            *wrapped(Content.assemble(f"{arrow} ", (who, "bold")), width, "  "),
        ]
    why = wrapped(Content.styled(part.why, "$text-muted"), width, "  ") if part.why else []
    return [*lines, *why]


def _field(part: FieldDiff, width: int) -> list[Content]:
    old = "" if part.before is None else f"{plain(part.before)} → "
    words = Content.assemble(
        (f"{part.field}: ", "bold"), (old, "$text-error"), (plain(part.after), "$text-success")
    )
    return wrapped(words, width)
