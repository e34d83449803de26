"""How the world differs from tarmac.toml, per item and field, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from generators.language import _, ngettext
from tui.columns import folded, width
from tui.field_words import plain

if TYPE_CHECKING:
    from wizards.setup.drift_report import DriftReport, FieldDrift, ItemDrift

_MARKS = {"changed": "~", "missing": "+", "unwanted": "-", "extra": "?", "blocked": "✗"}


def lines(report: DriftReport, *, full: bool) -> Iterator[str]:
    """Yield every difference with what can be done about it; ``full`` adds agreed ones."""
    room = width()
    for item in report.different:
        yield from _item(item, room, full=full)
    agreed = [item for item in report.items if item.ignored]
    for item in agreed if full else ():
        words = _("{title}: left as agreed in tarmac.toml").format(title=item.title)
        yield from folded(words, room, "○ ", "  ")
    count = len(report.different)
    if not count:
        yield _("✓ the world is as tarmac.toml says")
    else:
        words = ngettext("{count} thing differs", "{count} things differ", count)
        yield words.format(count=count)
    if agreed:
        words = ngettext("{count} left as agreed", "{count} left as agreed", len(agreed))
        yield words.format(count=len(agreed))


def _item(item: ItemDrift, room: int, *, full: bool) -> Iterator[str]:
    head = f"{item.title} · {_state(item)}"
    yield from folded(head, room, f"{_MARKS[item.state.value]} ", "  ")
    if item.says:
        yield from folded(item.says, room, "    ", "    ")
    for part in item.fields:
        if part.field != "exists":
            yield from folded(_field(part), room, "    ", "      ")
    for words in _choices(item):
        yield f"      {words}"
    if full:
        for line in item.command.splitlines():
            yield f"      $ {line}"


def _state(item: ItemDrift) -> str:
    return {
        "changed": _whose(item.who.value),
        "missing": _("is not there"),
        "unwanted": _("nothing wants it any more"),
        "extra": _("nobody here knows it"),
        "blocked": _("cannot be brought back from here"),
    }[item.state.value]


def _whose(who: str) -> str:
    return {
        "world": _("changed by somebody since the last apply"),
        "blueprint": _("tarmac.toml is newer than the last apply"),
        "both": _("tarmac.toml and the world changed since the last apply"),
        "unknown": _("differs; no journal here tells who changed it"),
    }[who]


def _field(part: FieldDrift) -> str:
    world, wanted = plain(part.world), plain(part.wanted)
    words = _("{field}: is {world}, tarmac.toml says {wanted}").format(
        field=part.field, world=world, wanted=wanted
    )
    if part.applied is not None and part.applied not in (part.world, part.wanted):
        words += " " + _("(the last apply wrote {applied})").format(applied=plain(part.applied))
    return words


def _choices(item: ItemDrift) -> Iterator[str]:
    if item.adoptable:
        yield f"tarmac drift --adopt {item.id}"
    if item.revertible:
        yield f"tarmac drift --revert {item.id}"
    yield f"tarmac drift --ignore {item.id}"
