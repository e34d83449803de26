"""What a watch says: while it runs and when it is over, in one line."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from generators.language import _, ngettext
from tui.screens.migrate.board import Board
from tui.widgets.words import joined, seconds


def watch_line(board: Board) -> Content:
    """Return the watch's line, empty where nobody watches or watched."""
    if board.window is not None:
        return _now(board, board.window.left)
    if board.unwatched is not None:
        words = _("the watch ended: {why}").format(why=board.unwatched.message)
        return Content.styled("▲ " + words, "$text-warning")
    seen = board.watched
    if seen is None:
        return Content()
    red = list(seen.red)
    words = _("watched {time}").format(time=seconds(seen.seconds))
    lead = ("✗ ", "bold $text-error") if red else ("✓ ", "$text-success")
    parts: list[str | Content] = [words, *_seen(red, seen.deadlocks, seen.rollbacks)]
    if red:
        parts.append(Content.assemble(("r ", "bold $text-accent"), _("roll back")))
    return Content.assemble(lead, joined(parts))


def _now(board: Board, left: float) -> Content:
    told = board.watching
    red = told.get("red")
    bad = [str(one) for one in red] if isinstance(red, list) else []
    parts: list[str | Content] = [_("watching, {time} left").format(time=seconds(left))]
    if told:
        parts += _seen(bad, _whole(told.get("deadlocks")), _whole(told.get("rollbacks")))
    keys = Content.assemble(("  w\N{NO-BREAK SPACE}", "bold $text-accent"), _("ends it"))
    return Content.assemble(("» ", "bold $text-accent"), joined(parts), keys)


def _seen(red: Sequence[str], deadlocks: int, rollbacks: int) -> list[str | Content]:
    if red:
        words = _("fails: {names}").format(names=", ".join(red))
        checks: str | Content = Content.styled(words, "bold $text-error")
    else:
        checks = _("checks ok")
    locked = ngettext("{count} deadlock", "{count} deadlocks", deadlocks).format(count=deadlocks)
    back = ngettext("{count} rollback", "{count} rollbacks", rollbacks).format(count=rollbacks)
    return [checks, Content.styled(locked, "$text-warning") if deadlocks else locked, back]


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
