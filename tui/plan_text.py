"""Plans, steps and checks as lines of text for a terminal without a screen."""

from __future__ import annotations

from collections.abc import Iterator

from generators.language import _
from wizards.events import Event
from wizards.plan import Action, Change, Check, Plan

_LEVELS = {"ok": "✓", "warning": "▲", "red": "✗"}
_STATES = {"done": "✓", "failed": "✗", "skipped": "○", "cancelled": "○", "retrying": "↻"}
_ACTION_CELLS = 9


def lines(plan: Plan, *, full: bool) -> Iterator[str]:
    """Yield a plan: verdicts, changes with their fields, cost; ``full`` adds why and commands."""
    for check in plan.preflight:
        yield from check_lines(check)
    yield ""
    for change in plan.changes:
        yield from _change(change, full=full)
    yield ""
    counts = {action: sum(change.action is action for change in plan.changes) for action in Action}
    yield ", ".join(counted(action, count) for action, count in counts.items() if count)
    yield _("about ${total} a month (prices of {date}); {calls} requests").format(
        total=f"{plan.cost_usd_month:.2f}", date=plan.prices_of, calls=plan.calls
    )


def action_word(action: Action) -> str:
    """Return the action in the person's language."""
    return {
        Action.CREATE: _("create"),
        Action.UPDATE: _("update"),
        Action.REPLACE: _("replace"),
        Action.DELETE: _("delete"),
        Action.ADOPT: _("adopt"),
        Action.NONE: _("no change"),
        Action.BLOCKED: _("blocked"),
    }[action]


def counted(action: Action, count: int) -> str:
    """Return how often an action stands in a plan: "14 create"."""
    return _("{count} {action}").format(count=count, action=action_word(action))


def check_lines(check: Check) -> Iterator[str]:
    """Yield a verdict and its fix."""
    yield f"{_LEVELS.get(check.level, '?')} {check.title}: {check.says}".rstrip(": ")
    for fix in check.fix.splitlines():
        yield f"    {fix}"


class StepLines:
    """Turns ``plan.step`` events into lines; a step that repeats itself is quoted once."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}

    def __call__(self, event: Event) -> str | None:
        """Return the line for an event, None for what needs none."""
        if event.event != "plan.step":
            return None
        line = _step(event)
        key = str(event.fields["id"])
        if line is None or self._said.get(key) == line:
            return None
        self._said[key] = line
        return line


def _step(event: Event) -> str | None:
    fields = event.fields
    state = str(fields["state"])
    if state == "waiting" or (state == "running" and not fields["says"]):
        return None
    elapsed = fields["elapsed"]
    parts = [str(fields["says"])]
    if isinstance(elapsed, float) and state == "done":
        parts.insert(0, _("{seconds} s").format(seconds=f"{elapsed:.1f}"))
    tail = " · ".join(part for part in parts if part)
    return f"{_STATES.get(state, '…')} {fields['title']}" + (f" · {tail}" if tail else "")


def _change(change: Change, *, full: bool) -> Iterator[str]:
    from rich.cells import set_cell_size

    cost = f"  +${change.cost_delta_usd:.2f}" if change.cost_delta_usd else ""
    word = set_cell_size(action_word(change.action), _ACTION_CELLS)
    yield f"{change.action.mark} {word} {change.title}{cost}"
    if change.blocked_by:
        yield f"    {change.blocked_by}"
    if change.breaks:
        yield f"    ▲ {change.breaks}"
    if change.action is Action.NONE and not full:
        return
    for part in change.diff:
        before = "" if part.before is None else f"{part.before} → "
        yield f"    {part.field}: {before}{part.after}"
    if full:
        yield f"    {change.why}"
        for line in change.command.splitlines():
            yield f"    $ {line}"
