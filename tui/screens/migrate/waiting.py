"""Who is in the way: before an apply as a warning, while it waits as blockers and a queue."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic

from textual.content import Content

from generators.language import _, ngettext
from tui.screens.migrate.board import Board
from tui.screens.migrate.drawing import lock_words, strongest
from tui.widgets.words import joined, seconds
from wizards.events import Json

KEY = "bold $text-accent"


def situation_lines(board: Board) -> list[Content]:
    """Return a warning where something would make a migration wait; else nothing."""
    if board.unseen is not None and board.failure is None:
        words = _("it is not known who is in the way: {why}").format(why=board.unseen.message)
        return [Content.styled("▲ " + words, "$text-warning")]
    found = board.situation.checks() if board.situation and board.pending else []
    if not found:
        return []
    more = _("… and {count} more").format(count=len(found) - 1) if len(found) > 1 else ""
    told = joined([found[0].says, more])
    sql = _("shows the SQL") if any(one.fix for one in found) else _("shows more")
    return [Content.assemble(("▲ ", "$text-warning"), told, ("  i ", KEY), sql)]


def lock_lines(board: Board) -> list[Content]:
    """Return who blocks us, who queues behind us, and what we hold: a line each."""
    locks = board.locks
    if lost := locks.get("lost"):
        words = _("nobody watches the locks any more: {why}").format(why=lost)
        return [Content.styled("▲ " + words, "$text-warning")]
    grown = monotonic() - board.locks_at if board.locks_at else 0.0
    blockers, victims = people(locks.get("blockers")), people(locks.get("victims"))
    parts: list[str | Content] = [
        Content.styled(_("waits for {lock}").format(lock=lock_words(lock)), "$text-warning")
        for lock in strongest(people(locks.get("waiting")), most=1)
    ]
    parts += [
        _("holds {lock}").format(lock=lock_words(lock))
        for lock in strongest(people(locks.get("held")), most=1)
    ]
    parts += _index_progress(locks.get("progress"))
    if blockers:
        parts.append(Content.assemble(("x ", KEY), _("cancels our statement")))
    if blockers or victims:
        parts.append(Content.assemble(("i ", KEY), _("who, with the SQL")))
    lines = [Content.assemble("  ", joined(parts))] if parts else []
    if blockers:
        who = ", ".join(who_words(one, grown) for one in blockers[:2])
        words = _("blocked by {who}").format(who=who)
        lines.append(Content.styled(f"  ✗ {words}{_more(blockers, 2)}", "bold $text-error"))
    if victims:
        count = len(victims)
        words = ngettext("{count} waits behind us", "{count} wait behind us", count)
        who = ", ".join(who_words(one, grown) for one in victims[:2])
        text = f"  ▲ {words.format(count=count)}: {who}{_more(victims, 2)}"
        lines.append(Content.styled(text, "$text-warning"))
    return lines


def _more(found: list[Mapping[str, Json]], shown: int) -> str:
    return f" +{len(found) - shown}" if len(found) > shown else ""


def people(value: Json) -> list[Mapping[str, Json]]:
    """Return the objects of a list in an event."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def who_words(one: Mapping[str, Json], grown: float = 0.0) -> str:
    """Return somebody's pid, program and state, and since when, ``grown`` seconds later."""
    since = one.get("seconds")
    words = [
        f"pid {one.get('pid')}",
        str(one.get("application") or one.get("user") or ""),
        str(one.get("state") or ""),
        seconds(since + grown) if isinstance(since, int | float) else "",
    ]
    return " ".join(word for word in words if word)


def _index_progress(progress: Json) -> list[str]:
    if not isinstance(progress, dict):
        return []
    done, total = progress.get("done"), progress.get("total")
    if isinstance(done, int) and isinstance(total, int) and total:
        return [f"{progress.get('phase')} {done * 100 // total} %"]
    return [str(progress.get("phase"))]
