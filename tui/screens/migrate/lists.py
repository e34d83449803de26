"""The lists of the console: who is in the way, past sessions, backups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from generators.language import _, ngettext
from tui.screens.migrate.board import Board
from tui.screens.migrate.cloud_rows import cloud_rows
from tui.screens.migrate.listing import Listing
from tui.screens.migrate.waiting import people, who_words
from tui.widgets.rows import Row
from tui.widgets.words import fit, joined, seconds, sides, size, wrapped
from wizards.events import Json
from wizards.migrate.model import Backup, Outcome, SessionRecord

if TYPE_CHECKING:
    from wizards.migrate.cloudsql.side import CloudSide

GOOD, CARE, BAD = "$text-success", "$text-warning", "bold $text-error"


def in_the_way(board: Board) -> Listing:
    """Return the card of who blocks and who waits now, else of what the situation says."""
    rows: list[Row] = []
    copies: dict[str, str] = {}

    def add(row_id: str, words: Content, sql: str) -> None:
        rows.append(Row(row_id, partial(_block, words, sql), f"{words.plain} {sql}", lines=0))
        if sql:
            copies[row_id] = sql

    for one in people(board.locks.get("blockers")):
        ends = f"SELECT pg_terminate_backend({one.get('pid')});"
        add(f"blocker {one.get('pid')}", _person("✗", BAD, _("blocks us"), one), ends)
    for one in people(board.locks.get("victims")):
        add(f"victim {one.get('pid')}", _person("▲", CARE, _("waits behind us"), one), "")
    for check in board.situation.checks() if board.situation else ():
        words = Content.assemble(("▲ ", CARE), (f"{check.title}  ", "bold"), check.says)
        add(check.id, words, check.fix)
    empty = _("nothing is in the way")
    return Listing(_("In the way"), rows, copies=copies, empty=empty)


def _person(mark: str, style: str, does: str, one: Mapping[str, Json]) -> Content:
    query = str(one.get("query") or "")
    return Content.assemble(
        (f"{mark} {does}  ", style),
        who_words(one),
        (f"\n  {query}" if query else "", "$text-muted"),
    )


def _block(words: Content, sql: str, width: int) -> list[Content]:
    lines = [part for line in words.split("\n") for part in wrapped(line, width)]
    if sql:
        lines += wrapped(Content.styled(sql, "$text-accent"), width, "    ")
    return [*lines, Content()]


def past_sessions(found: Sequence[SessionRecord]) -> Listing:
    """Return the card of the past sessions, the newest first; Enter opens a report."""
    rows = [Row(one.id, partial(_session, one), f"{one.kind} {one.said}", lines=2) for one in found]
    empty = _("no session yet")
    return Listing(_("Past sessions"), rows, choose=_("read the report"), empty=empty)


def _session(one: SessionRecord, width: int) -> list[Content]:
    mark, style, words = _outcome(one)
    spent = (one.ended_at - one.started_at).total_seconds() if one.ended_at else None
    count = len(one.revisions)
    revisions = ngettext("{count} revision", "{count} revisions", count).format(count=count)
    left = Content.assemble(
        (f"{mark} ", style),
        (f"{one.started_at.astimezone():%Y-%m-%d %H:%M}  ", "$text-muted"),
        joined([_kind(one.kind), Content.styled(words, style), revisions if count else ""]),
    )
    right = Content.styled(f" {seconds(spent)}" if spent is not None else "", "$text-muted")
    said = Content.styled(one.said.replace("\n", " "), "$text-muted")
    return [sides(left, right, width), Content.assemble("  ", said)]


def _kind(kind: str) -> str:
    return {"up": _("apply"), "down": _("downgrade"), "rollback": _("roll back")}.get(kind, kind)


def _outcome(one: SessionRecord) -> tuple[str, str, str]:
    known = {
        Outcome.APPLIED.value: ("✓", GOOD, _("done")),
        Outcome.NOTHING.value: ("✓", GOOD, _("nothing to do")),
        Outcome.UNCHANGED.value: ("✗", BAD, _("failed, unchanged")),
        Outcome.RECOVERED.value: ("▲", CARE, _("taken back")),
        Outcome.STOPPED.value: ("✗", BAD, _("failed halfway")),
        Outcome.CANCELLED.value: ("■", CARE, _("stopped")),
        "": ("▲", CARE, _("never ended")),
    }
    return known.get(one.outcome, ("●", "", one.outcome))


def backup_list(found: Sequence[Backup], cloud: CloudSide | None = None) -> Listing:
    """Return the card of the backups, the newest first; Enter restores one after a question.

    Those of Cloud SQL follow: c copies the command that would overwrite the whole instance.
    """
    rows = [
        Row(str(one.path), partial(_backup, one), f"{one.path.name} {one.taken_at}", lines=2)
        for one in found
    ]
    copies: dict[str, str] = {}
    if cloud is not None:
        more, copies = cloud_rows(cloud.listed)
        rows += more
    return Listing(
        _("Backups"),
        rows,
        choose=_("restore…"),
        copies=copies,
        copied=_("copy the command"),
        empty=_("no backup yet"),
    )


def _backup(one: Backup, width: int) -> list[Content]:
    mark, style = ("✓", GOOD) if one.verified else ("▲", CARE)
    proved = _("restorable") if one.verified else _("never restored")
    first = Content.assemble(
        (f"{mark} ", style),
        (f"{one.taken_at.astimezone():%Y-%m-%d %H:%M}  ", "bold"),
        joined([size(one.bytes), Content.styled(proved, style), age(one.taken_at)]),
    )
    rows = sum(one.rows.values())
    counted = ngettext("{rows} row", "{rows} rows", rows).format(rows=f"{rows:,}")
    at = _("at {revision}").format(revision=", ".join(one.current) or _("nothing"))
    second = joined([at, counted, one.path.name])
    words = Content.assemble("  ", Content.styled(second.plain, "$text-muted"))
    return [fit(first, width), fit(words, width)]


def age(moment: datetime) -> str:
    """Return how long ago something was, in its largest unit."""
    minutes = max(0, int((datetime.now(UTC) - moment).total_seconds() // 60))
    if minutes < 60:
        return ngettext("{n} minute old", "{n} minutes old", minutes).format(n=minutes)
    if minutes < 48 * 60:
        return ngettext("{n} hour old", "{n} hours old", minutes // 60).format(n=minutes // 60)
    return ngettext("{n} day old", "{n} days old", minutes // 1440).format(n=minutes // 1440)
