"""One-key rollback: the decision with its cost first, then doing it under the session lock."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from generators.language import _
from wizards.cancel import Cancel
from wizards.events import Emit, Event, Json
from wizards.failures import Failure, Refused
from wizards.migrate.cards import not_taken_back
from wizards.migrate.decisions import decide
from wizards.migrate.graph import told
from wizards.migrate.model import Applied, Decision, Outcome, RollbackPlan
from wizards.migrate.past import Past
from wizards.migrate.records import Recorder, new_id, process_facts
from wizards.migrate.recovery import Recovery
from wizards.migrate.session_lock import session_lock
from wizards.migrate.standing import Standing, standing
from wizards.postgres.connection import connect

_QUIET = (Outcome.UNCHANGED, Outcome.RECOVERED, Outcome.NOTHING, Outcome.CANCELLED)


def plan(past: Past | None, emit: Emit) -> RollbackPlan:
    """Return what a rollback of the newest session would do, why, and what it would lose."""
    if past is None:
        return RollbackPlan(
            decision=Decision.REFUSE,
            why=_("No session of Tarmac has changed this database."),
        )
    said = past.told
    if said.end is None:
        return RollbackPlan(
            decision=Decision.REFUSE,
            why=_("The last session never ended. First say what became of it: recover."),
            session=said.id,
        )
    outcome = said.end.text("outcome")
    if outcome in _QUIET or said.start.text("kind") == "rollback":
        return RollbackPlan(
            decision=Decision.NOTHING,
            why=_("The last session ({outcome}) left nothing to take back.").format(
                outcome=outcome
            ),
            session=said.id,
        )
    recovery = past.recovery()
    now = standing(past.target.address, recovery.version_table)
    if set(now.heads) != set(past.end.heads) and now != past.start:
        return RollbackPlan(
            decision=Decision.REFUSE,
            why=_(
                "The database is at {now}, the session left it at {end}: it has moved on."
            ).format(
                now=told(now.heads) or _("empty"),
                end=told(past.end.heads) or _("empty"),
            ),
            session=said.id,
        )
    return _priced(past, recovery, now, emit)


def _priced(past: Past, recovery: Recovery, now: Standing, emit: Emit) -> RollbackPlan:
    said = past.told
    decision, why = decide(recovery.facts(now))
    with connect(past.target.address, "tarmac look") as connection:
        losses = recovery.losses(decision, connection)
    revisions = tuple(reversed(recovery.committed_now(now)))
    sql: tuple[str, ...] = ()
    seconds = 0.0
    if decision is Decision.DOWNGRADE:
        listed: list[Json] = list(revisions)
        _mode, previews = past.provider.preview(emit, {"revert": listed})
        sql = tuple(one.sql for preview in previews for one in preview.statements)
        seconds = (said.end.number("milliseconds") if said.end else 0.0) / 1000
    elif decision is Decision.RESTORE and recovery.backup is not None:
        name = past.target.address.database
        sql = (
            f'CREATE DATABASE "{name}_tarmac_new_…"',
            f"pg_restore {recovery.backup.path.name}",
            f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false',
            f'ALTER DATABASE "{name}" RENAME TO "{name}_tarmac_before_…"',
            f'ALTER DATABASE "{name}_tarmac_new_…" RENAME TO "{name}"',
        )
        seconds = 1.0 + 2 * recovery.backup.seconds
    return RollbackPlan(
        decision=decision,
        why=why,
        revisions=revisions,
        sql=sql,
        loses=losses,
        seconds_estimate=round(seconds, 1),
        backup=recovery.backup,
        session=said.id,
    )


def run(
    past: Past, agreed: RollbackPlan, emit: Emit, cancel: Cancel, *, needs: str, confirmed: str
) -> Applied:
    """Do what a plan says. ``needs`` is the name to type ("" = nothing has to be typed)."""
    if agreed.decision is Decision.REFUSE:
        raise not_taken_back(agreed)
    wanted = needs or (past.target.name if agreed.loses else "")
    if wanted and confirmed != wanted:
        raise Refused(
            "confirmation-missing",
            _("Type the target's name to confirm: {name}.").format(name=wanted),
            why=_why_typed(agreed),
            next=(f"tarmac migrate rollback --confirm {wanted}",),
        )
    if agreed.decision is Decision.NOTHING:
        return Applied(outcome=Outcome.NOTHING, session=agreed.session, said=agreed.why)
    return _under_lock(past, agreed, emit, cancel)


def _why_typed(agreed: RollbackPlan) -> str:
    if not agreed.loses:
        return _("The target is protected.")
    if any(one.exact for one in agreed.loses):
        return _("Rows would be lost.")
    return _("Rows may be lost: what was written cannot be counted exactly.")


def _under_lock(past: Past, agreed: RollbackPlan, emit: Emit, cancel: Cancel) -> Applied:
    recorder = Recorder(past.root, new_id(), emit)
    recovery = replace(past.recovery(), record=recorder.record, session=recorder.session)
    address = past.target.address
    with session_lock(address, recorder.session):
        now = standing(address, recovery.version_table)
        decision, _why = decide(recovery.facts(now))
        if decision is not agreed.decision:
            raise Failure(
                "rollback-outdated",
                _("The database has changed since the plan was made."),
                why=_("The way back would now be: {decision}.").format(decision=decision.value),
                next=("tarmac migrate rollback --dry-run",),
            )
        recorder.record(
            "session.start",
            {
                "kind": "rollback",
                "of": agreed.session,
                "target": past.target.name,
                "address": address.shown,
                "application": f"tarmac {recorder.session}",
                **process_facts(),
                "version_table": recovery.version_table,
                "start": now.as_json(),
                "goal": past.start.as_json(),
                "backup": str(agreed.backup.path) if agreed.backup else "",
                "moment": past.told.start.value("moment"),
            },
        )
        recorder.record("session.apply", {})
        begun = time.monotonic()
        revisions = tuple(reversed(agreed.revisions))
        kept = recovery.go(agreed.decision, revisions, agreed.loses, recorder.emit, cancel)
        return _ended(past, recorder, recovery, agreed, kept, time.monotonic() - begun)


def _ended(
    past: Past,
    recorder: Recorder,
    recovery: Recovery,
    agreed: RollbackPlan,
    kept: str,
    seconds: float,
) -> Applied:
    now = standing(past.target.address, recovery.version_table)
    said = _("Taken back with the revisions' own downgrades.")
    if agreed.decision is Decision.RESTORE:
        said = _("Restored from the backup; the database as it was is kept as {name}.").format(
            name=kept
        )
    recorder.emit(Event("migrate.phase", {"phase": "rollback", "state": "done"}))
    lines = [
        "# " + _("Rollback of {target}").format(target=past.target.name),
        "",
        f"- {agreed.decision.value}: {agreed.why}",
        f"- {said}",
        *(f"- {one.table}: {one.rows}" for one in agreed.loses),
    ]
    path: Path = recorder.write_report("\n".join(lines) + "\n")
    recorder.record(
        "session.end",
        {
            "outcome": Outcome.APPLIED.value,
            "applied": list(agreed.revisions),
            "said": said,
            "now": now.as_json(),
            "kept": kept,
            "milliseconds": round(seconds * 1000, 1),
        },
    )
    return Applied(
        outcome=Outcome.APPLIED,
        session=recorder.session,
        applied=agreed.revisions,
        current=now.heads,
        milliseconds=round(seconds * 1000, 1),
        said=said,
        report=path,
        kept=kept,
        went_back=True,
    )
