"""What is asked before an apply or a roll-back: everything a person needs to decide, in words."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from generators.language import _, ngettext
from tui.risk import RISK
from tui.screens.confirm import Confirm
from tui.screens.migrate.board import Board
from tui.screens.migrate.cloud_rows import other_ways
from tui.screens.migrate.drawing import severity_word
from tui.screens.migrate.pause import Pace
from tui.widgets.words import seconds, size
from wizards.migrate.model import Backup, Decision, Interrupted, Loss, RollbackPlan, Severity

MOST_FINDINGS = 6
MOST_SQL = 6
MOST_WAITING = 2
Part = str | Content | tuple[str, str]


class ApplyQuestion(Confirm):
    """The question before an apply; ^o changes the pace, what is in the way comes in late."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+o", "pace", id="apply.pace", show=False, priority=True)
    ]

    def __init__(self, board: Board, to: str, target: str, protected: bool) -> None:
        self.pace = Pace.PROJECT
        self._asked = (board, to, target)
        self._several = len(board.pending_to(to)) > 1
        dangers = any(one.severity is Severity.DANGER for _revision, one in board.findings(to))
        super().__init__(
            _("Apply to {target}?").format(target=target),
            self._now(),
            yes=_("apply in spite of the danger") if dangers else _("apply"),
            typed=target if protected else "",
            reason=_("Why in spite of the danger? (recorded in the report)") if dangers else "",
            dangerous=dangers or protected,
        )

    def action_pace(self) -> None:
        """Take the next pace: as the project does, one by one, one by one with a pause."""
        if self._several:
            paces = list(Pace)
            self.pace = paces[(paces.index(self.pace) + 1) % len(paces)]
            self.renew()

    def renew(self) -> None:
        """Draw the question again: something about it has changed."""
        self.query_one("#body", Static).update(self._now())

    def _now(self) -> Content:
        return _apply_body(*self._asked, self.pace)


def ask_apply(board: Board, to: str, target: str, protected: bool) -> ApplyQuestion:
    """Return the confirmation of an apply: findings, situation, backup, rehearsal, pace."""
    return ApplyQuestion(board, to, target, protected)


def _apply_body(board: Board, to: str, target: str, pace: Pace) -> Content:
    count = len(board.pending_to(to))
    parts: list[Part] = [
        ngettext("{count} revision on {target}", "{count} revisions on {target}", count).format(
            count=count, target=target
        ),
        "\n",
    ]
    if board.history is not None:
        parts += _pace_parts(board.history.transaction_mode, pace, count > 1)
    parts.append("\n\n")
    parts += _finding_parts(board, to)
    parts.append("\n")
    parts += _backup_parts(board)
    parts += _rehearsal_parts(board)
    parts += _situation_parts(board)
    return Content.assemble(*parts)


def _situation_parts(board: Board) -> list[Part]:
    if board.unseen is not None:
        return [("\n▲ ", RISK[Severity.CAUTION]), _("who is in the way is not known")]
    if board.situation is None:
        return [("\n○ ", "$text-muted"), _("looking who is in the way…")]
    found = board.situation.checks()
    if not found:
        return [("\n✓ ", RISK[Severity.SAFE]), _("nothing in the way")]
    parts: list[Part] = []
    for check in found[:MOST_WAITING]:
        parts += [("\n▲ ", RISK[Severity.CAUTION]), check.says]
    if len(found) > MOST_WAITING:
        more = _("… and {count} more").format(count=len(found) - MOST_WAITING)
        parts.append((f"\n{more}", "$text-muted"))
    return parts


def _pace_parts(mode: str, pace: Pace, several: bool) -> list[Part]:
    """Return who commits when; with the key that changes it where there is a choice."""
    means = {
        Pace.PROJECT: _mode_words(mode),
        Pace.EACH: _("One by one: each revision is committed and verified before the next."),
        Pace.PAUSED: _("One by one, with a pause: after each you go on, stop, or take all back."),
    }[pace]
    if not several:
        return [(means, "$text-muted")]
    key: Part = ("^o ", "bold $text-accent")
    return [key, (_("pace") + " · ", "$text-muted"), means]


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
    parts += other_ways(plan.others)
    return Confirm(
        _("Roll {target} back?").format(target=target),
        Content.assemble(*parts),
        yes=_("roll back"),
        typed=target if protected or plan.loses else "",
    )


def ask_restore(backup: Backup, target: str) -> Confirm:
    """Return the confirmation of a restore: always with the target's name typed."""
    taken = f"{backup.taken_at.astimezone():%Y-%m-%d %H:%M}"
    says = _(
        "Everything written since then goes out of sight. It is not deleted: the database as it "
        "is now is put aside under another name, which is said at the end."
    )
    proved = _("restorable, it was proved") if backup.verified else _("it was never restored")
    mark, style = ("✓", Severity.SAFE) if backup.verified else ("▲", Severity.CAUTION)
    return Confirm(
        _("Restore {target}?").format(target=target),
        Content.assemble(
            (_("back to {time}").format(time=taken) + "\n\n", "bold"),
            (f"{mark} ", RISK[style]),
            f"{backup.path.name} · {size(backup.bytes)} · {proved}\n\n{says}",
        ),
        yes=_("restore"),
        typed=target,
    )


def ask_resolve(name: str, applied: bool, target: str) -> Confirm:
    """Return the confirmation of settling a failed migration on a protected target."""
    kept, gone = _("{name} is recorded as applied."), _("{name} is recorded as rolled back.")
    return Confirm(
        _("Settle it on {target}?").format(target=target),
        (kept if applied else gone).format(name=name),
        yes=_("record it"),
        typed=target,
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
