"""The session's lines: backup, rehearsal, what runs now, who blocks whom, how it ended."""

from __future__ import annotations

from datetime import timedelta

from textual.content import Content

from generators.language import _, ngettext
from tui.jobs import Job
from tui.screens.migrate.board import Board
from tui.screens.migrate.checklist import checklist
from tui.screens.migrate.cloud_rows import left_lines
from tui.screens.migrate.drawing import lock_words, strongest
from tui.screens.migrate.waiting import lock_lines, situation_lines
from tui.screens.migrate.watch_lines import watch_line
from tui.widgets.words import flowed, joined, milliseconds, seconds, size
from wizards.migrate.model import Applied, Outcome, Rehearsal

Part = str | Content


def session_lines(board: Board, running: Job[object] | None, width: int) -> Content:
    """Return two to four lines for the session pane, which is ``width`` cells wide."""
    lines: list[Part] = []
    if board.interrupted is not None:
        found = board.interrupted
        lines.append(
            Content.assemble(
                ("✗ ", "bold $text-error"),
                (
                    _("interrupted at {phase}: ").format(phase=phase_words(found.phase)),
                    "bold $text-error",
                ),
                found.says,
                ("  u ", "bold $text-accent"),
                (_("recover"), "bold"),
            )
        )
    if board.unlooked is not None and board.failure is None:
        words = _("it is not known whether a session was interrupted: {why}")
        why = board.unlooked.message
        lines.append(Content.styled("▲ " + words.format(why=why), "$text-warning"))
    lines += flowed([_backup(board), *_rehearsal(board.rehearsal or board.tried)], width)
    lines += left_lines(board.cloud)
    lines += checklist(board, width)
    if running is None and board.applied is None:
        lines += situation_lines(board)
    if board.asking:
        lines.append(
            Content.assemble(
                ("» ", "bold $text-accent"),
                _("judging the SQL on this moment's facts, then it asks"),
                ("  esc ", "bold $text-accent"),
                _("does not ask"),
            )
        )
    if running is not None and board.paused:
        lines.append(_paused(board))
    elif running is not None:
        lines += _running(board, running)
    elif board.applied is not None:
        lines.append(outcome_words(board.applied, board.kind))
    elif board.checks:
        marks = {"ok": "✓", "warning": "▲", "red": "✗"}
        lines.append(joined([f"{marks.get(one.level, '?')} {one.title}" for one in board.checks]))
    if running is None and (watched := watch_line(board)):
        lines.append(watched)
    return Content("\n").join(lines)


def _paused(board: Board) -> Content:
    """Return the question between two revisions, each answer with its key."""
    words = _("{revision} is committed and verified ({done}/{count})").format(
        revision=board.paused[:8], done=board.ran, count=len(board.planned)
    )
    return Content.assemble(
        ("✓ ", "$text-success"),
        (words, "bold"),
        "\n",
        *_answer("↵", _("goes on")),
        *_answer("s", _("stops here and keeps")),
        *_answer("r", _("takes everything back")),
    )


def _answer(key: str, words: str) -> list[str | tuple[str, str]]:
    return [(f"  {key}\N{NO-BREAK SPACE}", "bold $text-accent"), words]


def _backup(board: Board) -> Content:
    if not board.backups:
        return Content.assemble(("○ ", "$text-muted"), _("no backup yet"))
    newest = board.backups[0]
    time = f"{newest.taken_at.astimezone():%H:%M}"
    words = _("backup {time}").format(time=time)
    if newest.verified:
        return Content.assemble(
            ("✓ ", "$text-success"), f"{words} {size(newest.bytes)} ", _("restorable")
        )
    return Content.assemble(("▲ ", "$text-warning"), f"{words} ", _("never restored"))


def _rehearsal(done: Rehearsal | None) -> list[Content]:
    """Return what the rehearsal came to, in parts."""
    if done is None:
        return [Content.assemble(("○ ", "$text-muted"), _("not rehearsed"))]
    if not done.ok:
        words = _("rehearsal failed at {revision}: {error}").format(
            revision=(done.failed_revision or "?")[:8], error=done.error
        )
        return [Content.assemble(("✗ ", "bold $text-error"), words)]
    locks = [lock for one in done.revisions for each in one.statements for lock in each.locks]
    longest = strongest(
        sorted(locks, key=lambda lock: -float(str(lock.get("held_ms") or 0))), most=1
    )
    spent = _("rehearsed {time}").format(time=milliseconds(done.milliseconds))
    parts = [_("longest lock {lock}").format(lock=lock_words(lock)) for lock in longest]
    mark = ("✓ ", "$text-success")
    if done.reverts_clean is False or done.reverts_data is False:
        parts.append(_("the way back does not give the start"))
        mark = ("▲ ", "$text-warning")
    elif done.reverts_clean:
        parts.append(_("the way back is proved"))
    return [Content.assemble(mark, spent), *(Content(part) for part in parts)]


def _running(board: Board, job: Job[object]) -> list[Part]:
    done = sum(one.state in ("done", "committed") for one in board.live.values())
    parts: list[Part] = [job.title, seconds(job.elapsed)]
    if board.phase:
        parts.append(phase_words(board.phase))
    if board.dumped:
        parts.append(size(board.dumped))
    if board.live:
        parts.append(
            ngettext("{count} statement done", "{count} statements done", done).format(count=done)
        )
    asked = _("stopping at the next safe place…") if job.cancel.asked else ""
    line = Content.assemble(
        ("» ", "bold $text-accent"),
        joined(parts),
        (f"  {asked}", "$text-warning")
        if asked
        else Content.assemble(("  x ", "bold $text-accent"), _("stop")),
    )
    lines: list[Part] = [line]
    return [*lines, *lock_lines(board)]


def facts_age_words(age: timedelta) -> str:
    """Return how old the facts are and which key renews them."""
    minutes = int(age.total_seconds() // 60)
    words = ngettext(
        "facts of {count} minute ago, ^r reads them again",
        "facts of {count} minutes ago, ^r reads them again",
        minutes,
    )
    return words.format(count=minutes)


def phase_words(phase: str) -> str:
    """Return the engine's phase in the person's language; unknown ones as they are."""
    return {
        "backup": _("backing up"),
        "dump": _("dumping"),
        "restore": _("restoring"),
        "verify": _("verifying"),
        "copy": _("copying the backup"),
        "fetch": _("fetching the copy of the backup"),
        "cloud_backup": _("waiting for the Cloud SQL backup"),
        "clone": _("waiting for the Cloud SQL clone"),
        "clone_deletion": _("deleting the Cloud SQL clone"),
        "rehearse": _("rehearsing"),
        "apply": _("applying"),
        "recover": _("recovering"),
        "rollback": _("rolling back"),
        "retry": _("waiting, then trying again"),
    }.get(phase, phase)


def _went(applied: Applied, kind: str) -> str:
    if applied.went_back:
        return _("✓ taken back")
    return _("✓ verified: nothing was taken back") if kind == "recover" else _("✓ applied")


def outcome_words(applied: Applied, kind: str = "up") -> Content:
    """Return how an apply ended, in one line."""
    words, style = {
        Outcome.APPLIED: (_went(applied, kind), "$text-success"),
        Outcome.NOTHING: (_("✓ nothing to do"), "$text-success"),
        Outcome.UNCHANGED: (_("✗ failed; the database is as it was"), "bold $text-error"),
        Outcome.RECOVERED: (_("▲ taken back to the start"), "$text-warning"),
        Outcome.STOPPED: (_("✗ failed halfway: a person must decide"), "bold $text-error"),
        Outcome.CANCELLED: (_("■ stopped"), "$text-warning"),
    }[applied.outcome]
    if kind == "recover" and applied.outcome is Outcome.UNCHANGED:
        words, style = _("✓ nothing was lost"), "$text-success"
    rest = [
        part
        for part in (
            ngettext("{count} revision", "{count} revisions", len(applied.applied)).format(
                count=len(applied.applied)
            )
            if applied.applied and not applied.said
            else "",
            milliseconds(applied.milliseconds) if applied.milliseconds else "",
            applied.said,
            applied.error if applied.outcome is not Outcome.CANCELLED or not applied.said else "",
        )
        if part
    ]
    return Content.assemble((f"{words}  ", style), joined(rest))
