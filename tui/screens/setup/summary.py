"""The lines below a plan: the month and the verdicts; while it runs how far it is; at its end."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from generators.language import _, ngettext
from tui.jobs import Job
from tui.plan_text import calls_words
from tui.screens.setup.progress import PlanBoard
from tui.themes import STATES
from tui.widgets.words import joined, seconds
from wizards.plan import Plan, critical_path

_LEAST = 5.0
"""Seconds left below which no time is promised any more."""


def planned(plan: Plan, speed: float) -> Content:
    """Return what a plan costs, how long it takes, what the verdicts are."""
    dated = _("${total} a month").format(total=f"{plan.cost_usd_month:.2f}")
    if plan.prices_of:
        dated += " " + _("(prices of {date})").format(date=plan.prices_of)
    first: list[str | Content] = [Content.styled(dated, "bold")]
    delta = sum(change.cost_delta_usd for change in plan.todo)
    if abs(delta) >= 0.005:
        first.append(f"{delta:+.2f}")
    longest = critical_path(plan.todo) / speed
    if longest >= 1:
        first.append(_("takes about {time}").format(time=seconds(longest)))
    verdicts = [*_verdicts(plan), calls_words(plan) if plan.calls else ""]
    return Content("\n").join([line for line in (joined(first), joined(verdicts)) if line])


def _verdicts(plan: Plan) -> list[str | Content]:
    parts: list[str | Content] = []
    for level in ("ok", "warning", "red"):
        count = sum(check.level == level for check in plan.preflight)
        if count:
            mark, style = STATES[level]
            words = {
                "ok": ngettext("{count} check passed", "{count} checks passed", count),
                "warning": ngettext("{count} to consider", "{count} to consider", count),
                "red": ngettext("{count} must be fixed", "{count} must be fixed", count),
            }[level].format(count=count)
            parts.append(Content.assemble((f"{mark} ", style), words))
    return parts


def running(board: PlanBoard, job: Job[object] | None, speed: float) -> Content:
    """Return how far an apply is, what runs now, what the rest waits for."""
    total, done = len(board.steps), board.count("done")
    failed = board.count("failed")
    parts: list[str | Content] = [_("{done} of {total} done").format(done=done, total=total)]
    if failed:
        words = ngettext("{count} failed", "{count} failed", failed).format(count=failed)
        parts.append(Content.styled(f"✗ {words}", "bold $text-error"))
    if job is not None:
        parts.append(seconds(job.elapsed))
    left, chain = board.left(speed)
    stopping = job is not None and job.running and job.cancel.asked
    if stopping:
        parts.append(Content.styled(_("stopping at the next safe place…"), "$text-warning"))
    elif left >= _LEAST:
        parts.append(_("about {time} left").format(time=seconds(left)))
    lines = [joined(parts)]
    now = [change.title for change in board.under_way()]
    if now:
        titles = ", ".join(now)
        mark = ("» ", "bold $text-accent")
        lines.append(Content.assemble(mark, _("now: {titles}").format(titles=titles)))
    asks = [board.steps[change.id].says for change in board.under_way()]
    asks = [says for says in asks if "https://" in says]
    if asks:
        words = _("{what} (c on its row copies it)").format(what=asks[0])
        lines.append(Content.assemble(("▲ ", "bold $text-warning"), (words, "bold")))
    elif chain and left >= _LEAST and not stopping:
        words = _("longest: {titles}").format(titles=" → ".join(part.title for part in chain))
        lines.append(Content.styled(words, "$text-muted"))
    return Content("\n").join(lines)


def ended(
    board: PlanBoard, job: Job[object], after: Callable[[int, int], tuple[str, str]]
) -> Content:
    """Return what an apply did, how long it took beside one after the other, what comes next.

    ``after`` gives the next key and what it does, from how many failed and were stopped.
    """
    done, failed = board.count("done"), board.count("failed")
    cancelled, skipped = board.count("cancelled"), board.count("skipped")
    parts: list[str | Content] = []
    for state, count, words in (
        ("done", done, ngettext("{count} done", "{count} done", done)),
        ("failed", failed, ngettext("{count} failed", "{count} failed", failed)),
        ("skipped", skipped, ngettext("{count} not begun", "{count} not begun", skipped)),
        ("cancelled", cancelled, ngettext("{count} stopped", "{count} stopped", cancelled)),
    ):
        if count:
            mark, style = STATES[state]
            parts.append(Content.assemble((f"{mark} ", style), words.format(count=count)))
    took = sum(step.took or 0.0 for step in board.steps.values())
    parts.append(seconds(job.elapsed))
    if took > job.elapsed:
        parts.append(_("one after the other {time}").format(time=seconds(took)))
    key, words = after(failed, cancelled)
    lines = [joined(parts), Content.assemble((f"{key} ", "bold $text-accent"), words)]
    if board.commands is not None:
        where = _("as commands: {file} · l shows them").format(file=board.commands.name)
        lines.append(Content.styled(where, "$text-muted"))
    return Content("\n").join(lines)
