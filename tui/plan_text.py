"""Plans, steps and checks as lines of text for a terminal without a screen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from generators.language import _, ngettext
from tui.columns import between, folded, width
from wizards.events import Event
from wizards.plan import Action, Change, Check, Plan, critical_chain

_LEVELS = {"ok": "✓", "warning": "▲", "red": "✗"}
_STATES = {"done": "✓", "failed": "✗", "skipped": "○", "cancelled": "○", "retrying": "↻"}
_IDLE = (Action.NONE,)


def lines(plan: Plan, *, full: bool) -> Iterator[str]:
    """Yield a plan: verdicts, changes by area with their fields, cost.

    ``full`` adds what is unchanged one by one, every field, reasons, waits and commands.
    """
    from tui.plan_change_text import change_lines
    from wizards.setup.areas import AREAS, area_of, area_title

    room = width()
    yield _("Before anything is written")
    for check in plan.preflight:
        yield from check_lines(check, room)
    titles = {change.id: change.title for change in plan.changes}
    for area in AREAS:
        changes = [change for change in plan.changes if area_of(change.kind) == area]
        if not changes:
            continue
        yield ""
        yield between(area_title(area), _sums(changes), room)
        shown = [change for change in changes if full or change.action not in _IDLE]
        idle = [change for change in changes if change not in shown]
        for place, change in enumerate(shown):
            last = place == len(shown) - 1 and not idle
            yield from change_lines(change, titles, room, last=last, full=full)
        if idle:
            names = ", ".join(change.title for change in idle)
            mark = f"└ {Action.NONE.mark} {action_word(Action.NONE)}: "
            yield from folded(names, room, mark, "      ")
    yield ""
    yield from _end(plan, room)


def _sums(changes: Sequence[Change]) -> str:
    counts = {action: sum(change.action is action for change in changes) for action in Action}
    words = [counted(action, count) for action, count in counts.items() if count]
    cost = sum(change.cost_delta_usd for change in changes)
    return ", ".join(words) + (f"  {cost:+.2f}" if abs(cost) >= 0.005 else "")


def _end(plan: Plan, room: int) -> Iterator[str]:
    counts = {action: sum(change.action is action for change in plan.changes) for action in Action}
    yield ", ".join(counted(action, count) for action, count in counts.items() if count)
    delta = sum(change.cost_delta_usd for change in plan.todo)
    month = _("about ${total} a month (prices of {date})").format(
        total=f"{plan.cost_usd_month:.2f}", date=plan.prices_of
    )
    yield month + (f", {delta:+.2f}" if abs(delta) >= 0.005 else "")
    yield calls_words(plan)
    seconds, chain = critical_chain(plan.todo)
    if seconds >= 60:
        words = _("takes about {minutes} min, as long as: {chain}").format(
            minutes=round(seconds / 60), chain=" → ".join(change.title for change in chain)
        )
        yield from folded(words, room, "", "  ")


def calls_words(plan: Plan) -> str:
    """Return how many calls the reading took, for how many resources."""
    count = len(plan.changes)
    resources = ngettext("{count} resource", "{count} resources", count).format(count=count)
    words = ngettext("{calls} call for {resources}", "{calls} calls for {resources}", plan.calls)
    return words.format(calls=plan.calls, resources=resources)


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


def check_lines(check: Check, room: int | None = None) -> Iterator[str]:
    """Yield a verdict and its fix; the fix is never folded, so that it can be copied."""
    text = f"{check.title}: {check.says}".rstrip(": ")
    yield from folded(text, room or width(), f"{_LEVELS.get(check.level, '?')} ", "  ")
    for fix in check.fix.splitlines():
        yield f"    {fix}"


_NUMBER = re.compile(r"\d+")


class StepLines:
    """Turns ``plan.step`` events into lines; a step that repeats itself is quoted once.

    Tries that differ only in their seconds are the same words; a step that was left out says
    which one it needed, by its title.
    """

    def __init__(self) -> None:
        self._said: dict[str, str] = {}
        self._titles: dict[str, str] = {}

    def __call__(self, event: Event) -> str | None:
        """Return the line for an event, None for what needs none."""
        if event.event != "plan.step":
            return None
        key = str(event.fields["id"])
        self._titles[key] = str(event.fields["title"])
        line = self._line(event)
        same = line if line is None else _NUMBER.sub("#", line)
        if line is None or same is None or self._said.get(key) == same:
            return None
        self._said[key] = same
        return line

    def _line(self, event: Event) -> str | None:
        if event.fields["state"] != "skipped":
            return _step(event)
        needed = str(event.fields["says"])
        words = _("left out: it needs {title}").format(title=self._titles.get(needed, needed))
        return f"{_STATES['skipped']} {event.fields['title']} · {words}"


class ReadingLines:
    """Turns the ``plan.retrying`` events of a plan into lines: nobody waits without knowing why."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def __call__(self, event: Event) -> str | None:
        """Return the line for an event, None for what needs none or was said."""
        says = str(event.fields.get("says", ""))
        same = _NUMBER.sub("#", says)
        if event.event != "plan.retrying" or same in self._said:
            return None
        self._said.add(same)
        return f"{_STATES['retrying']} {says}"


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
