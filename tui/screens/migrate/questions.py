"""What is asked before an apply or a roll-back: everything a person needs to decide, in words."""

from __future__ import annotations

from textual.content import Content

from generators.language import _, ngettext
from tui.risk import RISK
from tui.screens.confirm import Confirm
from tui.screens.migrate.board import Board
from tui.screens.migrate.drawing import severity_word
from tui.widgets.words import seconds, size
from wizards.migrate.model import Decision, Interrupted, Loss, RollbackPlan, Severity

MOST_FINDINGS = 6
MOST_SQL = 6
Part = str | Content | tuple[str, str]


def ask_apply(board: Board, to: str, target: str, protected: bool) -> Confirm:
    """Return the confirmation of an apply: findings, backup, rehearsal, transactions."""
    count = len(board.pending_to(to))
    parts: list[Part] = [
        ngettext("{count} revision on {target}", "{count} revisions on {target}", count).format(
            count=count, target=target
        ),
        "\n\n",
    ]
    parts += _finding_parts(board, to)
    parts.append("\n")
    parts += _backup_parts(board)
    parts += _rehearsal_parts(board)
    if board.history is not None:
        parts.append(("\n" + _mode_words(board.history.transaction_mode), "$text-muted"))
    dangers = any(one.severity is Severity.DANGER for _revision, one in board.findings(to))
    return Confirm(
        _("Apply to {target}?").format(target=target),
        Content.assemble(*parts),
        yes=_("apply in spite of the danger") if dangers else _("apply"),
        typed=target if protected else "",
        reason=_("Why in spite of the danger? (recorded in the report)") if dangers else "",
        dangerous=dangers or protected,
    )


def _finding_parts(board: Board, to: str) -> list[Part]:
    found = board.findings(to)
    if not found:
        return [("✓ ", RISK[Severity.SAFE]), _("no findings"), "\n"]
    parts: list[Part] = []
    for revision, one in found[:MOST_FINDINGS]:
        lead = f"{one.severity.mark} {severity_word(one.severity)} "
        parts += [
            (lead, RISK[one.severity]),
            (f"{revision[:4]} ", "$text-muted"),
            one.message,
            "\n",
        ]
    if len(found) > MOST_FINDINGS:
        more = _("… and {count} more").format(count=len(found) - MOST_FINDINGS)
        parts.append((f"{more}\n", "$text-muted"))
    return parts


def _backup_parts(board: Board) -> list[Part]:
    backup = board.backup
    if backup is None:
        words = _("a backup is taken and proved by a restore first")
        return [("● ", RISK[Severity.NOTICE]), words]
    words = _("backup of {time}, {size}, restorable").format(
        time=f"{backup.taken_at.astimezone():%H:%M}", size=size(backup.bytes)
    )
    return [("✓ ", RISK[Severity.SAFE]), words]


def _rehearsal_parts(board: Board) -> list[Part]:
    done = board.rehearsal
    if done is None:
        return [("\n▲ ", RISK[Severity.CAUTION]), _("not rehearsed: h does it on a scratch copy")]
    if not done.ok:
        return [("\n✗ ", RISK[Severity.DANGER]), _("the rehearsal failed")]
    return [
        ("\n✓ ", RISK[Severity.SAFE]),
        _("rehearsed in {time}").format(time=seconds(done.milliseconds / 1000)),
    ]


def _mode_words(mode: str) -> str:
    if mode == "whole_run":
        return _("All revisions run in one transaction: it all happens or nothing does.")
    return _("Each revision commits on its own: a failure leaves the earlier ones applied.")


def ask_rollback(plan: RollbackPlan, target: str, protected: bool) -> Confirm:
    """Return the one confirmation of a roll-back: decision, why, SQL, rows lost, estimate."""
    words = {
        Decision.DOWNGRADE: _("run the downgrades"),
        Decision.RESTORE: _("restore the backup"),
    }[plan.decision]
    parts: list[Part] = [(f"{words}\n", "bold"), f"{plan.why}\n"]
    if plan.revisions:
        ids = ", ".join(revision[:8] for revision in plan.revisions)
        parts.append((_("takes back: {revisions}").format(revisions=ids) + "\n", "$text-muted"))
    parts.append("\n")
    parts += _loss_parts(plan.loses)
    if plan.sql:
        parts += [(f"\n> {line}", "$text-primary") for line in plan.sql[:MOST_SQL]]
        if len(plan.sql) > MOST_SQL:
            more = _("… and {count} more").format(count=len(plan.sql) - MOST_SQL)
            parts.append((f"\n{more}", "$text-muted"))
    if plan.backup is not None:
        words = _("backup at hand: {name}, {size}").format(
            name=plan.backup.path.name, size=size(plan.backup.bytes)
        )
        parts.append((f"\n{words}", "$text-muted"))
    estimate = _("takes about {time}").format(time=seconds(plan.seconds_estimate))
    parts.append(f"\n\n{estimate}")
    return Confirm(
        _("Roll {target} back?").format(target=target),
        Content.assemble(*parts),
        yes=_("roll back"),
        typed=target if protected or plan.loses else "",
    )


def ask_ending(found: Interrupted, keep: bool, target: str, protected: bool) -> Confirm:
    """Return the confirmation before an interrupted session ends: what is true, what it does."""
    does = {
        Decision.NOTHING: _("nothing is changed, only the session is ended"),
        Decision.DOWNGRADE: _("run the downgrades"),
        Decision.RESTORE: _("restore the backup"),
        Decision.REFUSE: _("there is no safe way back"),
    }[Decision.NOTHING if keep else found.way]
    title = _("Keep {target} as it is?") if keep else _("Recover {target}?")
    return Confirm(
        title.format(target=target),
        Content.assemble((f"{does}\n\n", "bold"), found.says),
        yes=_("keep as it is") if keep else _("recover"),
        typed=target if protected else "",
        dangerous=not keep,
    )


def _loss_parts(loses: tuple[Loss, ...]) -> list[Part]:
    if not loses:
        return [("✓ ", RISK[Severity.SAFE]), _("no row and no value is lost")]
    parts: list[Part] = []
    for loss in loses:
        columns = f" ({', '.join(loss.columns)})" if loss.columns else ""
        words = ngettext("loses {rows} row of {table}", "loses {rows} rows of {table}", loss.rows)
        if not loss.exact:
            words = _(
                "may lose rows of {table} (cannot be counted exactly: "
                "the session rewrote this table)"
            )
        parts += [
            ("✗ ", RISK[Severity.DANGER]),
            words.format(rows=f"{loss.rows:,}", table=loss.table) + columns,
            "\n",
        ]
    return parts[:-1]
