"""The plan: every change with mark, word and cost; the detail of one; preflight; live states."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Static

from generators.language import _, ngettext
from tui.jobs import Job
from tui.plan_text import action_word, counted
from tui.screens.setup.interrupted import interrupted_rows
from tui.screens.setup.progress import PlanBoard
from tui.themes import STATES
from tui.widgets.failure_lines import failure_rows, words_row
from tui.widgets.rows import Row, Rows
from tui.widgets.words import fit, joined, seconds, sides, wrapped
from wizards.events import Json
from wizards.failures import Failure
from wizards.plan import Action, Change, Check, critical_path

COLOURS = {
    Action.CREATE: "$text-success",
    Action.UPDATE: "$text-warning",
    Action.REPLACE: "bold $text-error",
    Action.DELETE: "bold $text-error",
    Action.ADOPT: "$text-primary",
    Action.NONE: "$text-muted",
    Action.BLOCKED: "bold $text-error",
}


class PlanView(Vertical):
    """List and detail of a plan; the board is the set-up screen's."""

    def __init__(self, board: PlanBoard) -> None:
        super().__init__(id="plan")
        self.board = board

    def compose(self) -> ComposeResult:
        """Lay out the list, the detail and the summary."""
        changes = Rows(id="changes", empty=_("p reads Google Cloud and makes the plan"))
        changes.add_class("pane")
        changes.border_title = Content(_("Plan"))
        detail = Rows(id="change")
        detail.add_class("pane")
        detail.border_title = Content(_("Change"))
        with Container(id="planspace"):
            yield changes
            yield detail
        yield Static(id="summary", classes="pane thin says")

    def failed(self, failure: Failure) -> None:
        """Show in place why there is no plan."""
        changes = self.query_one("#changes", Rows)
        changes.empty = failure.message
        changes.show([])
        self.query_one("#change", Rows).show(failure_rows(failure, "setup"))

    def paint(self, job: Job[object] | None, words: str = "") -> None:
        """Draw everything from the board."""
        board = self.board
        changes = self.query_one("#changes", Rows)
        if board.plan is not None:
            counts = board.counts()
            title = [f"{action.mark} {counted(action, count)}" for action, count in counts.items()]
            changes.border_title = Content(joined([_("Plan"), *title]).plain)
            changes.empty = _("nothing to change")
        elif words:
            changes.empty = words
        changes.show(self._rows())
        self.paint_summary(job)

    def _rows(self) -> Iterable[Row]:
        plan = self.board.plan
        if plan is None:
            if self.board.unfinished is not None:
                yield from interrupted_rows(self.board.unfinished)
            return
        for check in plan.preflight:
            if check.level != "ok":
                yield Row(f"check {check.id}", partial(_check, check), check.title)
        for change in plan.changes:
            text = f"{change.title} {change.id} {action_word(change.action)}"
            yield Row(change.id, partial(self._change, change), text)

    def _change(self, change: Change, width: int) -> list[Content]:
        step = self.board.steps.get(change.id)
        if step is None or change.action in (Action.NONE, Action.BLOCKED):
            cost = f" {change.cost_delta_usd:+.2f}" if abs(change.cost_delta_usd) >= 0.005 else ""
            word = fit(action_word(change.action), 9).plain
            left = Content.assemble(
                (f"{change.action.mark} {word} ", COLOURS[change.action]), change.title
            )
            return [sides(left, Content.styled(cost, "$text-muted"), width)]
        mark, style = STATES.get(step.state, STATES["unknown"])
        right = seconds(step.elapsed) if step.state != "waiting" else ""
        says = step.says
        if step.state == "waiting":
            waits = self.board.waits(change)
            says = says or (_("after {title}").format(title=waits[0]) if waits else "")
        left = Content.assemble(
            (f"{mark} ", style), change.title, (f"  {says}" if says else "", "$text-muted")
        )
        return [sides(left, Content.styled(f" {right}", "$text-muted"), width)]

    def tick(self, job: Job[object] | None) -> None:
        """Repaint what moves with time: running steps and the summary."""
        changes = self.query_one("#changes", Rows)
        for row in changes.rows:
            step = self.board.steps.get(row.id)
            if step is not None and step.state in ("running", "retrying"):
                changes.replace(row)
        self.paint_summary(job)

    def paint_summary(self, job: Job[object] | None) -> None:
        """Show cost and preflight, or the apply's progress."""
        summary = self.query_one("#summary", Static)
        board = self.board
        if board.applying or (job is not None and job.name in ("setup.apply", "setup.resume")):
            summary.border_title = Content(_("Apply"))
            summary.update(self._progress(job))
            return
        summary.border_title = Content(_("Month and checks"))
        plan = board.plan
        summary.update(
            _verdict(plan.cost_usd_month, plan.prices_of, plan.preflight, critical_path(plan.todo))
            if plan
            else Content(_("nothing planned yet"))
        )

    def _progress(self, job: Job[object] | None) -> Content:
        board = self.board
        running = [
            change.title
            for change in (board.plan.changes if board.plan else ())
            if (step := board.steps.get(change.id)) and step.state in ("running", "retrying")
        ]
        total = len(board.steps)
        done = board.count("done", "skipped")
        failed = board.count("failed")
        parts: list[str | Content] = [_("{done} of {total} done").format(done=done, total=total)]
        if failed:
            words = ngettext("{count} failed", "{count} failed", failed).format(count=failed)
            parts.append(Content.styled(f"✗ {words}", "bold $text-error"))
        if job is not None:
            parts.append(seconds(job.elapsed))
            if job.running and job.cancel.asked:
                parts.append(Content.styled(_("stopping at the next safe place…"), "$text-warning"))
        line = joined(parts)
        if running:
            line = Content.assemble(
                line,
                "\n",
                ("» ", "bold $text-accent"),
                _("now: {titles}").format(titles=", ".join(running)),
            )
        return line

    @on(Rows.Moved, "#changes")
    def _moved(self, event: Rows.Moved) -> None:
        detail = self.query_one("#change", Rows)
        if event.row is None:
            if self.board.plan is not None:
                detail.show([])
            return
        change = self.board.change(event.row.id)
        plan = self.board.plan
        if change is not None:
            detail.border_title = Content(change.title)
            detail.show(detail_rows(change))
            return
        checks = plan.preflight if plan is not None else ()
        check = next((one for one in checks if f"check {one.id}" == event.row.id), None)
        if check is not None:
            detail.border_title = Content(check.title)
            detail.show(check_rows(check))

    @on(Rows.Chosen, "#changes")
    def _enter(self) -> None:
        self.query_one("#change", Rows).focus()


def _verdict(cost: float, prices_of: str, preflight: tuple[Check, ...], longest: float) -> Content:
    dated = _("{cost} USD a month").format(cost=f"{cost:.2f}")
    if prices_of:
        dated += " " + _("(prices of {date})").format(date=prices_of)
    first: list[str | Content] = [Content.styled(dated, "bold")]
    if longest >= 1:
        first.append(_("takes about {time}").format(time=seconds(longest)))
    checks: list[str | Content] = []
    for level in ("ok", "warning", "red"):
        count = sum(check.level == level for check in preflight)
        if count:
            mark, style = STATES[level]
            words = {
                "ok": ngettext("{count} check passed", "{count} checks passed", count),
                "warning": ngettext("{count} to consider", "{count} to consider", count),
                "red": ngettext("{count} must be fixed", "{count} must be fixed", count),
            }[level].format(count=count)
            checks.append(Content.assemble((f"{mark} ", style), words))
    return Content("\n").join([line for line in (joined(first), joined(checks)) if line])


def _check(check: Check, width: int) -> list[Content]:
    mark, style = STATES["red" if check.level == "red" else "warning"]
    word = _("must be fixed") if check.level == "red" else _("consider")
    return [fit(Content.assemble((f"{mark} {word}  ", style), check.title), width)]


def check_rows(check: Check) -> list[Row]:
    """Return a preflight verdict in full."""
    rows = [words_row("says", check.says)]
    if check.fix:
        rows.append(words_row("fix", f"→ {check.fix}", "$text-accent"))
    return rows


def detail_rows(change: Change) -> list[Row]:
    """Return a change in full: what breaks, why, field by field, the command, the wait."""
    rows: list[Row] = []
    if change.blocked_by:
        rows.append(words_row("blocked", f"✗ {change.blocked_by}", "bold $text-error"))
    if change.breaks:
        rows.append(words_row("breaks", f"✗ {change.breaks}", "bold $text-error"))
    if change.why:
        rows.append(words_row("why", change.why))
    for number, part in enumerate(change.diff):
        rows.append(
            Row(
                f"diff {number}",
                partial(_field, part.field, part.before, part.after),
                part.field,
                lines=0,
            )
        )
    if change.needs:
        rows.append(
            words_row("needs", _("needs: {ids}").format(ids=", ".join(change.needs)), "$text-muted")
        )
    if change.waits_for:
        rows.append(
            words_row(
                "waits", _("then waits for: {what}").format(what=change.waits_for), "$text-muted"
            )
        )
    if change.command:
        rows.append(words_row("command", f"$ {change.command}", "$text-primary"))
    return rows


def _field(name: str, before: Json, after: Json, width: int) -> list[Content]:
    old = "" if before is None else f"{_plain(before)} → "
    words = Content.assemble(
        (f"{name}: ", "bold"), (old, "$text-error"), (_plain(after), "$text-success")
    )
    return wrapped(words, width)


def _plain(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
