"""The checklist of a session, which ticks itself: before, while and after it applies."""

from __future__ import annotations

from textual.content import Content

from generators.language import _, ngettext
from tui.screens.migrate.board import Board
from tui.widgets.words import flowed
from wizards.migrate.model import Outcome, Severity

Item = tuple[str, str, str]  # mark, style, words
DONE = ("✓", "$text-success")
OPEN = ("○", "$text-muted")
NOW = ("»", "bold $text-accent")
CARE = ("▲", "$text-warning")
BAD = ("✗", "bold $text-error")
STOPPED = ("■", "$text-warning")


def checklist(board: Board, width: int) -> list[Content]:
    """Return the lines: findings, situation, applied, verified, watched."""
    if board.history is None:
        return []
    items = [_findings(board), _situation(board), *_applied(board), _watched(board)]
    told = [Content.assemble((f"{mark} ", style), words) for mark, style, words in items if words]
    return flowed(told, width, "  ")


def _findings(board: Board) -> Item:
    if board.accepted:
        words = ngettext("{count} accepted", "{count} accepted", board.accepted)
        return (*DONE, words.format(count=board.accepted))
    if board.planned:
        return (*DONE, _("no danger"))
    dangers = sum(one.severity is Severity.DANGER for _revision, one in board.findings())
    if dangers:
        words = ngettext("{count} to accept", "{count} to accept", dangers)
        return (*BAD, words.format(count=dangers))
    if not board.pending:
        return (*DONE, "")
    return (*DONE, _("no danger")) if board.previewed else (*OPEN, _("findings"))


def _situation(board: Board) -> Item:
    if board.unseen is not None:
        return (*CARE, _("who is in the way: not known"))
    if board.situation is None:
        return (*OPEN, _("nothing in the way?"))
    found = len(board.situation.checks())
    if found:
        return (*CARE, _("{count} in the way").format(count=found))
    return (*DONE, _("nothing in the way"))


def _applied(board: Board) -> list[Item]:
    """Return how many are applied and whether that was verified."""
    count = len(board.planned) or len(board.pending)
    ran = board.ran if board.planned else 0  # what an undo took back is pending again
    words = _("applied {done}/{count}").format(done=ran, count=count)
    if not board.planned:
        return [(*OPEN, words), (*OPEN, _("verified"))] if count else []
    ended = board.applied
    if ended is None:
        return [(*NOW, words), (*OPEN, _("verified"))]
    if ended.outcome is not Outcome.APPLIED:
        return [(*(STOPPED if ended.outcome is Outcome.CANCELLED else BAD), words)]
    red = [one for one in ended.checks if one.level == "red"]
    verified = (*BAD, _("verified")) if red else (*DONE, _("verified"))
    return [(*DONE, words), verified]


def _watched(board: Board) -> Item:
    if board.window is not None:
        return (*NOW, _("watched"))
    if board.watched is not None:
        mark = BAD if board.watched.red else DONE
        return (*mark, _("watched"))
    return (*OPEN, _("watched")) if board.planned or board.pending else (*OPEN, "")
