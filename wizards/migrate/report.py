"""``report.md``: what a session did, for the pull request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from generators.language import _
from wizards.migrate.cloudsql.safety import Safety
from wizards.migrate.graph import told
from wizards.migrate.model import Applied, Backup, Rehearsal
from wizards.migrate.story import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Everything a report tells."""

    session: str
    kind: str
    target: str
    address: str
    server_version: str
    transaction_mode: str
    started_at: datetime
    ended_at: datetime
    start_heads: Sequence[str]
    accepted: Sequence[str]
    backup: Backup | None
    rehearsal: Rehearsal | None
    stories: Sequence[Story]
    applied: Applied
    safety: Safety | None = None


def render(account: Account) -> str:
    """Return the report as Markdown; it holds SQL and numbers, no data and no secrets."""
    return "\n".join(
        [
            "# " + _("Migration of {target}").format(target=account.target),
            "",
            *_head(account),
            "",
            *_safety(account),
            "",
            *_revisions(account),
            *_checks(account),
            "",
        ]
    )


def _head(account: Account) -> list[str]:
    applied = account.applied
    seconds = (account.ended_at - account.started_at).total_seconds()
    rows = [
        (_("outcome"), f"**{applied.outcome.value}**: {applied.said}"),
        (_("session"), f"{account.session} ({account.kind})"),
        (_("database"), f"{account.address}, PostgreSQL {account.server_version}"),
        (_("time"), f"{account.started_at:%Y-%m-%d %H:%M:%S} UTC, {seconds:.1f} s"),
        (_("from"), told(account.start_heads) or _("empty")),
        (_("to"), ", ".join(applied.current) or _("empty")),
        (_("transactions"), account.transaction_mode),
    ]
    if applied.error:
        rows.append((_("error"), f"{applied.failed_revision}: {applied.error.splitlines()[0]}"))
    if applied.kept:
        rows.append((_("the old database"), f"`{applied.kept}`"))
    return ["| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in rows)]


def _safety(account: Account) -> list[str]:
    lines = ["## " + _("Safety")]
    if account.backup is None:
        lines.append("- " + _("no backup"))
    else:
        backup = account.backup
        proof = _("restored and compared") if backup.verified else _("not verified")
        lines.append(
            "- "
            + _("backup {file}: {size:.1f} MB, {rows} rows, {proof}, sha256 {digest}").format(
                file=backup.path.name,
                size=backup.bytes / 1e6,
                rows=sum(backup.rows.values()),
                proof=proof,
                digest=backup.sha256[:16],
            )
        )
    if account.safety is not None:
        lines.append("- " + account.safety.told())
    if account.rehearsal is not None:
        from wizards.migrate.rehearsal import describe

        lines.append("- " + _("rehearsal: {says}").format(says=describe(account.rehearsal)))
    lines += ["- " + _("accepted: {what}").format(what=what) for what in account.accepted]
    return lines


def _revisions(account: Account) -> list[str]:
    lines: list[str] = []
    for number, story in enumerate(account.stories, 1):
        for chapter in story.chapters:
            state = _("done") if chapter.stamped else _("failed")
            lines += [f"## {chapter.id} {chapter.message}", ""]
            attempt = _("attempt {number}").format(number=number)
            lines += [f"{state}, {chapter.milliseconds:.0f} ms, {attempt}", "", "```sql"]
            for statement in chapter.statements:
                spent = statement.milliseconds
                took = _("not finished") if spent is None else f"{spent:.1f} ms"
                lines += [f"{statement.sql.strip()};", f"-- {took}"]
            lines += ["```", ""]
    return lines


def _checks(account: Account) -> list[str]:
    if not account.applied.checks:
        return []
    marks = {"ok": "✓", "warning": "▲", "red": "✗"}
    return [
        "## " + _("Verification"),
        *(
            f"- {marks.get(check.level, '●')} {check.title}: {check.says}"
            for check in account.applied.checks
        ),
    ]
