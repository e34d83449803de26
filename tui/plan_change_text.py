"""One change of a plan as lines of a tree: what happens, field by field, to whom, why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generators.language import _, ngettext
from tui.columns import between, coloured, folded
from tui.field_words import plain
from tui.plan_text import action_word
from wizards.plan import Action, Change, FieldDiff

_WORD = 9
_FEW = 6
"""Fields of something new that are shown without ``-v``: all of them are the wanted ones."""
_COLOURS = {
    Action.CREATE: "green",
    Action.UPDATE: "yellow",
    Action.REPLACE: "red",
    Action.DELETE: "red",
    Action.ADOPT: "cyan",
    Action.BLOCKED: "red",
}


def change_lines(
    change: Change, titles: Mapping[str, str], room: int, *, last: bool, full: bool
) -> Iterator[str]:
    """Yield a change; ``titles`` names what it needs, by id."""
    from rich.cells import set_cell_size

    branch, trunk = ("└ ", "      ") if last else ("├ ", "│     ")
    cost = f"{change.cost_delta_usd:+.2f}" if abs(change.cost_delta_usd) >= 0.005 else ""
    word = set_cell_size(f"{change.action.mark} {action_word(change.action)}", _WORD + 2)
    line = between(f"{branch}{word} {change.title}", cost, room)
    yield line.replace(word, _painted(word, change.action), 1)
    waits = _("only when its name is typed: tarmac apply --confirm {name}").format(
        name=change.confirm
    )
    along = _("goes along with {thing}").format(thing=titles.get(change.within, change.within))
    said = (
        ("✗", change.blocked_by),
        ("○", change.why if change.action is Action.DELETE and not full else ""),
        ("▲", change.breaks),
        ("✗", waits if change.confirm else ""),
        ("○", change.stays),
        ("○", along if change.within else ""),
    )
    for mark, words in said:
        if words:
            yield from folded(words, room, f"{trunk}{mark} ", f"{trunk}  ")
    if change.action is Action.NONE and not full:
        return
    yield from _fields(change, room, trunk, full=full)
    if full:
        yield from _more(change, titles, room, trunk)


def _painted(word: str, action: Action) -> str:
    import click

    colour = _COLOURS.get(action)
    return click.style(word, fg=colour) if colour and coloured() else word


def _fields(change: Change, room: int, trunk: str, *, full: bool) -> Iterator[str]:
    if change.kind == "iam":
        for part in change.diff:
            yield from _grant(part, room, trunk)
        return
    few = change.diff if full or change.action is not Action.CREATE else change.diff[:_FEW]
    for part in few:
        before = "" if part.before is None else f"{plain(part.before)} → "
        words = f"{part.field}: {before}{plain(part.after)}"
        yield from folded(words, room, trunk, f"{trunk}  ")
    rest = len(change.diff) - len(few)
    if rest:
        words = ngettext("… and {count} more field: -v", "… and {count} more fields: -v", rest)
        yield trunk + words.format(count=rest)


def _grant(part: FieldDiff, room: int, trunk: str) -> Iterator[str]:
    """Yield one grant: who gets what (or loses it), and why."""
    if part.after is None:
        words = _("{member} loses {role}").format(member=_who(part.before), role=part.field)
        yield from folded(words, room, f"{trunk}- ", f"{trunk}  ")
    else:
        words = _("{member} gets {role}").format(member=_who(part.after), role=part.field)
        yield from folded(words, room, f"{trunk}+ ", f"{trunk}  ")
    if part.why:
        yield from folded(part.why, room, f"{trunk}  ", f"{trunk}  ")


def _who(member: object) -> str:
    """Return a member; that an address of a service account is one shows from its end."""
    return str(member).removeprefix("serviceAccount:")


def _more(change: Change, titles: Mapping[str, str], room: int, trunk: str) -> Iterator[str]:
    if change.why and change.kind != "iam":
        yield from folded(_("why: {why}").format(why=change.why), room, trunk, f"{trunk}  ")
    needs = ", ".join(titles.get(need, need) for need in change.needs)
    if needs:
        yield from folded(_("after: {titles}").format(titles=needs), room, trunk, f"{trunk}  ")
    if change.waits_for:
        words = _("then waits: {what}").format(what=change.waits_for)
        yield from folded(words, room, trunk, f"{trunk}  ")
    for line in change.command.splitlines():
        yield f"{trunk}$ {line}"
