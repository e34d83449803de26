"""The list of a plan: verdicts first, then the changes under their areas; areas fold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from textual.content import Content

from generators.language import _, ngettext
from tui.plan_text import action_word
from tui.screens.setup.progress import CHECKS, PlanBoard, StepState
from tui.themes import STATES
from tui.widgets.failure_lines import words_row
from tui.widgets.rows import Row
from tui.widgets.words import fit, joined, seconds, sides
from wizards.plan import Action, Change, Check
from wizards.setup.areas import AREAS, area_of, area_title

COLOURS = {
    Action.CREATE: "$text-success",
    Action.UPDATE: "$text-warning",
    Action.REPLACE: "bold $text-error",
    Action.DELETE: "bold $text-error",
    Action.ADOPT: "$text-primary",
    Action.NONE: "$text-muted",
    Action.BLOCKED: "bold $text-error",
}
_WORD = 9
_NOTHING = 0.005


def plan_rows(board: PlanBoard) -> Iterator[Row]:
    """Yield the rows of a board's plan as it is folded now."""
    plan = board.plan
    if plan is None:
        return
    if plan.preflight:
        yield _checks_heading(plan.preflight, folded=board.is_folded(CHECKS))
        if not board.is_folded(CHECKS):
            yield from _check_rows(plan.preflight)
    for area in AREAS:
        changes = [change for change in plan.changes if area_of(change.kind) == area]
        if board.only_changes:
            changes = [change for change in changes if change.action is not Action.NONE]
        if not changes:
            continue
        folded = board.is_folded(area)
        yield _heading(board, area, changes, folded=folded)
        if not folded:
            yield from (change_row(board, change) for change in changes)


def change_row(board: PlanBoard, change: Change) -> Row:
    """Return the row of one change; before an apply what it would do, then how far it is."""
    _mark, word, _style = standing(change)
    text = f"{change.title} {change.id} {word} {area_title(area_of(change.kind))}"
    return Row(change.id, partial(_change, board, change), text)


def standing(change: Change) -> tuple[str, str, str]:
    """Return mark, word and style of what a change would do, or why nothing is done by itself."""
    if change.stays:
        return ("✓", _("stays"), "$text-muted")
    if change.confirm:
        return ("■", _("asks"), "bold $text-warning")
    if change.within:
        return ("-", _("goes too"), "$text-error")
    return (change.action.mark, action_word(change.action), COLOURS[change.action])


def _checks_heading(checks: Sequence[Check], *, folded: bool) -> Row:
    parts = []
    for level in ("red", "warning", "ok"):
        count = sum(check.level == level for check in checks)
        mark, style = STATES[level]
        if count:
            parts.append(Content.assemble((f"{mark} ", style), str(count)))
    title = _("Before anything is written")
    text = " ".join([title, *(check.title for check in checks)])
    return Row(f"area {CHECKS}", partial(_heading_line, title, joined(parts, "  "), folded), text)


def _check_rows(checks: Sequence[Check]) -> Iterator[Row]:
    order = {"red": 0, "warning": 1}
    for check in sorted(checks, key=lambda one: order.get(one.level, 2)):
        if check.level != "ok":
            yield Row(f"check {check.id}", partial(_check, check), f"{check.title} {check.says}")


def verdict_row(check: Check) -> Row:
    """Return a verdict with what it says, those that pass as well."""
    mark, style = STATES[check.level if check.level in ("ok", "red") else "warning"]
    words = Content.assemble((f"{mark} ", style), (check.title, "bold"), f"  {check.says}")
    return words_row(f"verdict {check.id}", words)


def _check(check: Check, width: int) -> list[Content]:
    mark, style = STATES["red" if check.level == "red" else "warning"]
    word = _("must fix") if check.level == "red" else _("consider")
    says = (f"  {check.says}", "$text-muted")
    words = fit(word, _WORD).plain
    return [fit(Content.assemble("  ", (f"{mark} {words} ", style), check.title, says), width)]


def _heading(board: PlanBoard, area: str, changes: Sequence[Change], *, folded: bool) -> Row:
    title = area_title(area)
    text = " ".join([title, *(f"{change.title} {change.id}" for change in changes)])
    right = _sums(board, changes)
    return Row(f"area {area}", partial(_heading_line, title, right, folded), text)


def _heading_line(title: str, right: Content, folded: bool, width: int) -> list[Content]:
    mark = "▸" if folded else "▾"
    left = Content.assemble((f"{mark} ", "$text-muted"), (title, "bold"))
    return [sides(left, Content.assemble("  ", right), width)]


def _sums(board: PlanBoard, changes: Sequence[Change]) -> Content:
    """Return how often each action stands in an area, or how far its steps are; and its price."""
    steps = [board.steps[change.id] for change in changes if change.id in board.steps]
    if steps:
        ended = sum(step.state == "done" for step in steps)
        words = _("{done} of {total}").format(done=ended, total=len(steps))
        failed = any(step.state == "failed" for step in steps)
        return Content.styled(words, "bold $text-error" if failed else "$text-muted")
    counts: dict[tuple[str, str], int] = {}
    for change in changes:
        mark, _word, style = standing(change)
        counts[mark, style] = counts.get((mark, style), 0) + 1
    parts: list[str | Content] = [
        Content.assemble((f"{mark} ", style), str(count)) for (mark, style), count in counts.items()
    ]
    cost = sum(change.cost_delta_usd for change in changes if not change.idle)
    if abs(cost) >= _NOTHING:
        parts.append(Content.styled(f"{cost:+.2f}", "bold"))
    return joined(parts, "  ")


def _change(board: PlanBoard, change: Change, width: int) -> list[Content]:
    step = board.steps.get(change.id)
    return [_planned(change, width) if step is None else _stepped(board, change, step, width)]


def _planned(change: Change, width: int) -> Content:
    mark, word, style = standing(change)
    right: list[str | Content] = []
    if change.kind == "iam" and change.diff:
        count = len(change.diff)
        right.append(ngettext("{count} grant", "{count} grants", count).format(count=count))
    if abs(change.cost_delta_usd) >= _NOTHING:
        right.append(f"{change.cost_delta_usd:+.2f}")
    says = change.blocked_by or change.stays or change.breaks
    left = Content.assemble(
        "  ",
        (f"{mark} {fit(word, _WORD).plain} ", style),
        change.title,
        (f"  {says}" if says else "", "$text-muted"),
    )
    end = Content.assemble(" ", joined(right, "  ")) if right else Content()
    return sides(left, end.stylize("$text-muted"), width)


def _stepped(board: PlanBoard, change: Change, step: StepState, width: int) -> Content:
    mark, style = STATES.get(step.state, STATES["unknown"])
    right = seconds(step.elapsed) if step.state not in ("waiting", "skipped") else ""
    says = step.says
    needed = board.change(says) if step.state == "skipped" else None
    if needed is not None:
        says = _("after {title}").format(title=needed.title)
    if step.state == "waiting":
        waits = board.waits(change)
        says = says or (_("after {title}").format(title=waits[0]) if waits else "")
    if step.state == "failed":
        says = f"{says}  ↵"
    muted = "$text-error" if step.state == "failed" else "$text-muted"
    left = Content.assemble(
        "  ", (f"{mark} ", style), change.title, (f"  {says}" if says else "", muted)
    )
    return sides(left, Content.styled(f" {right}" if right else "", "$text-muted"), width)
