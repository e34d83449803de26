"""Revisions and statements as lines of text, each for the width there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial

from textual.content import Content

from generators.language import _, ngettext
from tui.risk import RISK
from tui.screens.migrate.board import Board, Live
from tui.widgets.failure_lines import words_row
from tui.widgets.rows import Row
from tui.widgets.words import fit, joined, milliseconds, sides, size, wrapped
from wizards.events import Json
from wizards.migrate.model import Finding, Revision, RevisionPreview, Severity, Statement

SQL_LINES = 8
FIX_LINES = 6
RUNNING = ("»", "bold $text-accent")
MARKS = {
    "start": RUNNING,
    "done": ("✓", "$text-success"),
    "committed": ("✓", "$text-success"),
    "verified": ("✓", "$text-success"),
    "failed": ("✗", "bold $text-error"),
}
LOCKS = {
    "AccessExclusiveLock": "AX",
    "ExclusiveLock": "X",
    "ShareRowExclusiveLock": "SRX",
    "ShareLock": "S",
    "ShareUpdateExclusiveLock": "SUX",
    "RowExclusiveLock": "RX",
}


def severity_word(severity: Severity) -> str:
    """Return the severity's word in the person's language."""
    return {
        Severity.DANGER: _("danger"),
        Severity.CAUTION: _("caution"),
        Severity.NOTICE: _("notice"),
        Severity.SAFE: _("safe"),
    }[severity]


def revision_rows(board: Board) -> list[Row]:
    """Return one line per revision: state, id, message, counts of findings."""
    return [
        Row(revision.id, partial(_revision, board, revision), f"{revision.id} {revision.message}")
        for revision in board.revisions
    ]


def _revision(board: Board, revision: Revision, width: int) -> list[Content]:
    applied = ("✓", "$text-success") if revision.applied else ("○", "$text-muted")
    mark, style = MARKS.get(board.states.get(revision.id, ""), applied)
    short = revision.id[:4] if width < 34 else revision.id[:8]
    left = Content.assemble((f"{mark} ", style), (short, "$text-muted"), f" {revision.message}")
    right: list[str | Content | tuple[str, str]] = []
    if not revision.applied:
        counts = board.counts(revision.id)
        for severity, count in counts.items():
            right.append((f" {severity.mark}{count}", RISK[severity]))
        if not counts and revision.id in board.previews:
            right.append((f" {Severity.SAFE.mark}", RISK[Severity.SAFE]))
    return [sides(left, Content.assemble(*right), width)]


def statement_rows(board: Board, revision: str) -> list[Row]:
    """Return one block per statement of a revision: SQL, findings, facts, fix, measures."""
    preview = board.previews.get(revision)
    rows = []
    if preview is not None and preview.reason:
        rows.append(words_row("reason", preview.reason, RISK[Severity.CAUTION]))
    for index, statement in enumerate(board.statements(revision)):
        live = board.live.get((revision, index))
        commits = preview is not None and _commits_inside(preview, index)
        rows.append(
            Row(
                f"{revision}.{index}",
                partial(statement_block, statement, live, commits),
                statement.sql + " ".join(finding.message for finding in statement.findings),
                lines=0,
            )
        )
    return rows


def _commits_inside(preview: RevisionPreview, index: int) -> bool:
    return index in preview.commits and index + 1 < len(preview.statements)


def statement_block(
    statement: Statement, live: Live | None, commits: bool, width: int
) -> list[Content]:
    """Return a statement's lines: marked SQL, then what was found, then what was measured."""
    worst = min(
        (found.severity for found in statement.findings),
        key=lambda one: one.rank,
        default=Severity.SAFE,
    )
    mark, style = MARKS.get(live.state, RUNNING) if live else (worst.mark, RISK[worst])
    sql = highlighted(statement.sql)
    lines = [part for line in sql.split("\n") for part in wrapped(line, width - 2)]
    if len(lines) > SQL_LINES:
        hidden = len(lines) - SQL_LINES + 1
        more = Content.styled(_more_lines(hidden), "$text-muted")
        lines = [*lines[: SQL_LINES - 1], more]
    block = [
        Content.assemble((f"{mark} ", style) if number == 0 else "  ", line)
        for number, line in enumerate(lines)
    ]
    for found in statement.findings:
        block += finding_lines(found, width)
    block += _measures(statement, live, width)
    if commits:
        text = _("── committed here: a later failure leaves this in place")
        block.append(fit(Content.styled(f"  {text}", "$text-warning"), width))
    return block


def _more_lines(count: int) -> str:
    words = ngettext("… {count} more line, ↵ shows all", "… {count} more lines, ↵ shows all", count)
    return words.format(count=count)


def finding_lines(found: Finding, width: int, most: int = FIX_LINES) -> list[Content]:
    """Return a finding: word and message, what it locks, ``most`` lines of the safer SQL."""
    style = RISK[found.severity]
    words = Content.assemble(
        (f"{found.severity.mark} {severity_word(found.severity)} ", style),
        found.message,
        (f"  {found.rule}", "$text-muted"),
    )
    lines = [
        Content.assemble("  " if number == 0 else "    ", line)
        for number, line in enumerate(wrapped(words, width - 4))
    ]
    effects = joined(
        [
            found.lock or "",
            blocks_words(found.blocks) if found.lock else "",
            _("rewrites the table") if found.rewrites else "",
            _("scans the table") if found.scans else "",
            *fact_words(found.facts),
        ]
    )
    if effects:
        lines += wrapped(Content.styled(effects.plain, "$text-muted"), width, "    ")
    if found.fix:
        lines += _fix_lines(found.fix, width, most)
    return lines


def _fix_lines(fix: str, width: int, most: int) -> list[Content]:
    text = Content.assemble((_("safer: "), "$text-success"), fix.strip())
    hint = Content.assemble(("c ", "bold $text-accent"), (_("copy"), "$text-muted"))
    first, *rest = wrapped(text, width - 8, "    ")
    if len(rest) >= most:
        words = _more_lines(len(rest) - most + 2)
        rest = [*rest[: most - 2], Content.styled(f"    {words}", "$text-muted")]
    return [sides(first, hint, width), *rest]


def blocks_words(blocks: str) -> str:
    """Return what a lock keeps others from doing."""
    return {
        "reads and writes": _("blocks reads and writes"),
        "writes": _("blocks writes"),
    }.get(blocks, _("blocks nobody"))


def fact_words(facts: Mapping[str, Json]) -> list[str]:
    """Return the live numbers people ask for first: rows, bytes, how long."""
    words = []
    rows, count, long = facts.get("rows"), facts.get("bytes"), facts.get("seconds_estimate")
    if isinstance(rows, int | float):
        counted = ngettext("{rows} row", "{rows} rows", int(rows))
        words.append(counted.format(rows=f"{rows:,.0f}"))
    if isinstance(count, int | float):
        words.append(size(count))
    if isinstance(long, int | float):
        words.append(_("about {time}").format(time=milliseconds(long * 1000)))
    return words


def _measures(statement: Statement, live: Live | None, width: int) -> list[Content]:
    parts: list[str] = []
    if live is not None and live.milliseconds is not None:
        parts.append(_("took {time}").format(time=milliseconds(live.milliseconds)))
    elif statement.milliseconds is not None:
        parts.append(_("rehearsed: {time}").format(time=milliseconds(statement.milliseconds)))
        parts += [lock_words(lock) for lock in strongest(statement.locks)]
        if statement.rewrote:
            parts.append(_("rewrote {tables}").format(tables=", ".join(statement.rewrote)))
        if statement.scanned:
            parts.append(_("scanned {tables}").format(tables=", ".join(statement.scanned)))
    line = joined(parts)
    return wrapped(Content.styled(line.plain, "$text-primary"), width, "  ") if line else []


def strongest(locks: Sequence[Mapping[str, Json]], most: int = 2) -> list[Mapping[str, Json]]:
    """Return the locks that matter, the strongest first."""
    order = list(LOCKS)
    known = [lock for lock in locks if lock.get("mode") in LOCKS]
    return sorted(known, key=lambda lock: order.index(str(lock.get("mode"))))[:most]


def lock_words(lock: Mapping[str, Json]) -> str:
    """Return a held lock: mode, relation, how long."""
    held = lock.get("held_ms")
    relation = str(lock.get("relation")).removeprefix("public.")
    words = f"{LOCKS.get(str(lock.get('mode')), str(lock.get('mode')))} {relation}"
    return f"{words} {milliseconds(held)}" if isinstance(held, int | float) else words


@lru_cache(maxsize=512)
def highlighted(sql: str) -> Content:
    """Return SQL with colours (Pygments, loaded when first needed)."""
    from textual.highlight import highlight

    return highlight(sql.strip(), language="sql")
