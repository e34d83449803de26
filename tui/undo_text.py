"""What an undo removes, what waits for a typed name, what stays and why: as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generators.language import _, ngettext
from tui.columns import folded, width
from tui.field_words import plain
from wizards.plan import Action, Change, Plan


def lines(plan: Plan, *, full: bool) -> Iterator[str]:
    """Yield an undo plan in the order in which things go; ``full`` adds the commands."""
    room = width()
    goes = [change for change in plan.changes if not change.idle]
    waits = [change for change in plan.changes if change.confirm]
    stays = [change for change in plan.changes if change.stays]
    if goes:
        yield _("Goes, in this order")
        for change in goes:
            yield from _going(change, plan, room, full=full)
    if waits:
        yield from ("", _("Goes only when its name is typed"))
        for change in waits:
            yield from _waiting(change, room)
    if stays:
        yield from ("", _("Stays"))
        for change in stays:
            yield from folded(f"{change.title}: {change.stays}", room, "  ○ ", "    ")
    if goes or waits or stays:
        yield from ("", summary(plan))


def going(plan: Plan) -> int:
    """Return how much goes, what is taken along included."""
    return sum(not change.idle or bool(change.within) for change in plan.changes)


def summary(plan: Plan) -> str:
    """Return how much goes, waits and stays."""
    goes = going(plan)
    waits = sum(bool(change.confirm) for change in plan.changes)
    stays = sum(bool(change.stays) for change in plan.changes)
    parts = [
        ngettext("{count} goes", "{count} go", goes).format(count=goes),
        ngettext("{count} waits for its name", "{count} wait for their name", waits).format(
            count=waits
        ),
        ngettext("{count} stays", "{count} stay", stays).format(count=stays),
    ]
    saved = -sum(change.cost_delta_usd for change in plan.todo)
    if saved >= 0.005:
        parts.append(_("${saved} a month less").format(saved=f"{saved:.2f}"))
    return " · ".join(parts)


def names_to_type(plan: Plan) -> tuple[str, ...]:
    """Return the names that are still to be typed, what takes others along first."""
    return tuple(dict.fromkeys(change.confirm for change in plan.changes if change.confirm))


def _going(change: Change, plan: Plan, room: int, *, full: bool) -> Iterator[str]:
    yield from folded(change.title, room, f"  {change.action.mark} ", "    ")
    if change.action is Action.UPDATE or change.kind in ("iam", "apis", "billing"):
        for part in change.diff:
            words = _field(change, str(part.field), part.before, part.after)
            yield from folded(words, room, "      ", "        ")
    if change.breaks:
        yield from folded(change.breaks, room, "    ▲ ", "      ")
    along = _along(change.id, plan)
    if along:
        words = _("with it: {things}").format(things=", ".join(along))
        yield from folded(words, room, "      ", "        ")
    if full:
        for line in change.command.splitlines():
            yield f"      $ {line}"


def _field(change: Change, field: str, before: object, after: object) -> str:
    if change.kind == "iam":
        member = str(before).removeprefix("serviceAccount:")
        return _("{member} loses {role}").format(member=member, role=field)
    if change.kind == "apis":
        return field
    return f"{field}: {plain(before)} → {plain(after)}"


def _waiting(change: Change, room: int) -> Iterator[str]:
    yield from folded(change.title, room, "  ✗ ", "    ")
    if change.breaks:
        yield from folded(change.breaks, room, "    ▲ ", "      ")
    yield f"      tarmac undo --confirm {change.confirm}"


def _along(key: str, plan: Plan) -> Sequence[str]:
    return [change.title for change in plan.changes if change.within == key]
