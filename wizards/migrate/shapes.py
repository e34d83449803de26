"""The engine's data as the JSON objects of the command line (design §4)."""

from __future__ import annotations

from collections.abc import Mapping

from wizards.events import Json, rfc3339
from wizards.migrate.model import (
    Applied,
    Finding,
    History,
    Interrupted,
    Loss,
    Rehearsal,
    RevisionPreview,
    RollbackPlan,
    SessionRecord,
    Statement,
)


def history(found: History) -> dict[str, Json]:
    """Return ``data`` of `migrate status`."""
    return {
        "provider": found.provider,
        "target": found.target,
        "server_version": found.server_version,
        "current": list(found.current),
        "heads": list(found.heads),
        "revisions": [
            {
                "id": one.id,
                "down": list(one.down),
                "message": one.message,
                "path": one.path,
                "applied": one.applied,
                "branch": one.branch,
            }
            for one in found.revisions
        ],
    }


def finding(found: Finding) -> dict[str, Json]:
    """Return one finding, as `migrate lint` shows it too."""
    return {
        "rule": found.rule,
        "severity": found.severity.value,
        "line": found.line,
        "column": found.column,
        "end_line": found.end_line,
        "statement": found.statement,
        "message": found.message,
        "lock": found.lock,
        "tables": list(found.tables),
        "rewrites": found.rewrites,
        "scans": found.scans,
        "blocks": found.blocks,
        "fix": found.fix,
        "facts": dict(found.facts),
    }


def preview(found: RevisionPreview, *, measured: bool = False) -> dict[str, Json]:
    """Return one of ``data.revisions`` of `migrate preview` or, ``measured``, of `rehearse`."""
    shown: dict[str, Json] = {
        "id": found.id,
        "source": found.source,
        "transactional": found.transactional,
        "commits": list(found.commits),
        "statements": [_statement(one, measured) for one in found.statements],
    }
    if found.reason:
        shown["reason"] = found.reason
    return shown


def _statement(one: Statement, measured: bool) -> dict[str, Json]:
    shown: dict[str, Json] = {"sql": one.sql}
    if one.params is not None:
        shown["params"] = one.params
    shown["findings"] = [finding(found) for found in one.findings]
    if measured:
        locks: list[Json] = [dict(lock) for lock in one.locks]
        shown |= {
            "milliseconds": one.milliseconds,
            "locks": locks,
            "rewrote": list(one.rewrote),
            "scanned": list(one.scanned),
            "rows": one.rows,
        }
    return shown


def rehearsal(found: Rehearsal) -> dict[str, Json]:
    """Return ``data`` of `migrate rehearse`."""
    proofs: Mapping[str, Json] = dict(found.proofs)
    return {
        "ok": found.ok,
        "on": found.on,
        "milliseconds": found.milliseconds,
        "revisions": [preview(one, measured=True) for one in found.revisions],
        "failed_revision": found.failed_revision,
        "failed_statement": found.failed_statement,
        "error": found.error,
        "schema_before": found.schema_before,
        "schema_after": found.schema_after,
        "reverts": {
            "schema": found.reverts_clean,
            "data": found.reverts_data,
            "error": found.revert_error,
            "differences": list(found.differences),
            "revisions": proofs,
        },
    }


def proof(found: Rehearsal) -> dict[str, Json]:
    """Return ``data`` of `migrate prove`: a rehearsal's, with the second way up."""
    again: dict[str, Json] = {
        "schema": found.again,
        "data": found.again_data,
        "error": found.again_error,
    }
    return {**rehearsal(found), "again": again, "proved": found.proved}


def applied(found: Applied) -> dict[str, Json]:
    """Return ``data`` of `migrate up`, `down`, `rollback` and `restore`."""
    return {
        "outcome": found.outcome.value,
        "session": found.session,
        "applied": list(found.applied),
        "current": list(found.current),
        "milliseconds": found.milliseconds,
        "attempts": found.attempts,
        "failed_revision": found.failed_revision,
        "failed_statement": found.failed_statement,
        "error": found.error,
        "sqlstate": found.sqlstate,
        "said": found.said,
        "kept": found.kept,
        "went_back": found.went_back,
        "cloud": dict(found.cloud) or None,
        "checks": [check.as_json() for check in found.checks],
        "report": str(found.report) if found.report else None,
    }


def rollback(plan: RollbackPlan) -> dict[str, Json]:
    """Return ``data`` of `migrate rollback --dry-run`; ``others`` only where there are any."""
    shown: dict[str, Json] = {
        "decision": plan.decision.value,
        "why": plan.why,
        "sql": list(plan.sql),
        "loses": [_loss(one) for one in plan.loses],
        "seconds_estimate": plan.seconds_estimate,
    }
    if plan.others:
        shown["others"] = [
            {
                "way": one.way,
                "title": one.title,
                "says": one.says,
                "loses": [_loss(lost) for lost in one.loses],
                "commands": list(one.commands),
            }
            for one in plan.others
        ]
    return shown


def _loss(one: Loss) -> dict[str, Json]:
    return {
        "table": one.table,
        "rows": one.rows,
        "columns": list(one.columns),
        "exact": one.exact,
    }


def session(found: SessionRecord) -> dict[str, Json]:
    """Return one of ``data.sessions`` of `migrate sessions`."""
    return {
        "id": found.id,
        "kind": found.kind,
        "target": found.target,
        "started_at": rfc3339(found.started_at),
        "ended_at": rfc3339(found.ended_at) if found.ended_at else None,
        "outcome": found.outcome or None,
        "revisions": list(found.revisions),
        "said": found.said,
        "backup": str(found.backup) if found.backup else None,
        "report": str(found.report) if found.report else None,
    }


def interrupted(found: Interrupted) -> dict[str, Json]:
    """Return a session that never ended, as `migrate status` adds it."""
    return {
        "session": found.session,
        "since": rfc3339(found.since),
        "phase": found.phase,
        "says": found.says,
        "way": found.way.value,
        "next": list(found.next),
    }
