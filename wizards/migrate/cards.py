"""What did not go well without raising, as cards: a failed rehearsal, failed checks, an apply."""

from __future__ import annotations

from collections.abc import Sequence

from generators.language import _
from wizards.failures import Exit, Failure, Refused
from wizards.migrate.model import Applied, Outcome, Rehearsal, RollbackPlan
from wizards.plan import Check

_ROWS = ("22", "23")  # SQLSTATE classes: data exceptions, violated constraints
_BUSY = ("55P03", "40P01", "57014")
_REHEARSE = "tarmac migrate rehearse"


def rehearsal_failed(found: Rehearsal, *more: str) -> Failure:
    """Return the card of a rehearsal that failed; ``more`` are further commands to offer."""
    error = _first(found.error)
    why = error
    steps: tuple[str, ...] = (_("repair the revision, then: tarmac migrate rehearse"),)
    if found.sqlstate[:2] in _ROWS:
        why = error + "\n" + _("Rows that are there today stand in its way.")
        steps = ("tarmac migrate preview", _("repair the rows, then: tarmac migrate rehearse"))
    elif found.sqlstate in _BUSY:
        steps = (_REHEARSE,)
    return Failure(
        "rehearsal-failed",
        _("{revision} failed on the scratch; the database was not touched.").format(
            revision=found.failed_revision
        ),
        why=why,
        next=(*steps, *more),
        raw="\n\n".join(part for part in (found.failed_statement, found.error) if part),
    )


def not_proved(found: Rehearsal) -> Failure | None:
    """Return the card of revisions whose way up, down and up was not proved; None when it was."""
    if not found.revisions or found.proved:
        return None
    if not found.ok:
        return rehearsal_failed(found)
    why = [
        _("the downgrade fails: {error}").format(error=_first(found.revert_error))
        if found.revert_error
        else "",
        _("the way back does not give the start's structure")
        if not (found.revert_error or found.reverts_clean)
        else "",
        _("the way back does not give the start's rows")
        if found.reverts_clean and not found.reverts_data
        else "",
        _("the second way up fails: {error}").format(error=_first(found.again_error))
        if found.again_error
        else "",
        _("the second way up gives another structure")
        if found.again is False and not found.again_error
        else "",
        *found.differences[:8],
    ]
    return Failure(
        "not-proved",
        _("The way there and back is not proved; the database was not touched."),
        why="\n".join(line for line in why if line),
        next=(_("repair the downgrade, then: tarmac migrate prove"), "tarmac migrate rehearse"),
        raw=found.revert_error or found.again_error,
    )


def checks_failed(checks: Sequence[Check]) -> Failure | None:
    """Return the card of the checks that are red, None when none is."""
    red = [check for check in checks if check.level == "red"]
    if not red:
        return None
    asked = tuple(f"curl -i {check.id.removeprefix('GET ')}" for check in red if "://" in check.id)
    version = ("tarmac migrate status",) if any(check.id == "version" for check in red) else ()
    return Failure(
        "checks-failed",
        _("These checks fail: {names}.").format(names=", ".join(check.title for check in red)),
        why="\n".join(f"{check.title}: {check.says}" for check in red),
        next=(*version, *asked, "tarmac migrate verify", "tarmac migrate rollback --dry-run"),
    )


def apply_failed(done: Applied) -> Failure | None:
    """Return the card of an apply that failed, was stopped or whose checks fail; None when well."""
    if done.outcome in (Outcome.APPLIED, Outcome.NOTHING):
        return checks_failed(done.checks)
    cancelled = done.outcome is Outcome.CANCELLED
    message = _("cancelled") if cancelled else _first(done.error)
    if done.failed_revision:
        message = f"{done.failed_revision}: {message}"
    steps: tuple[str, ...] = ("tarmac migrate preview", _REHEARSE)
    if done.outcome is Outcome.STOPPED:
        steps = ("tarmac migrate rollback --dry-run", "tarmac migrate status")
    return Failure(
        done.code or "apply-failed",
        message,
        why=done.said,
        next=(*steps, *((str(done.report),) if done.report else ())),
        raw=done.error,
        exit_code=Exit.CANCELLED if cancelled else Exit.FAILED,
    )


def not_taken_back(plan: RollbackPlan) -> Failure:
    """Return the card of a session without a safe way back, with the ways only a person chooses."""
    ways = tuple(line for one in plan.others for line in one.commands)
    return Refused(
        "rollback-refused",
        _("There is no safe way back."),
        why=plan.why,
        next=ways
        or (
            _("tarmac migrate restore FILE, where an older backup in .tarmac/backups will do"),
            _("or go forward: tarmac migrate new MESSAGE"),
        ),
    )


def _first(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[0] if lines else ""
