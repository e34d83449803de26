"""How far something of Cloud Run is, and the failure that its condition tells."""

from __future__ import annotations

import json
from typing import Any

from wizards.cloud.addressed import names_of
from wizards.cloud.cards import card
from wizards.cloud.failing import CloudFailure, Refusal
from wizards.cloud.run_things import RunCondition

_REASONS = ("reason", "revisionReason", "executionReason")
_STATUS = {"SECRETS_ACCESS_CHECK_FAILED": 403, "CONTAINER_MISSING": 404}


def condition(found: dict[str, Any] | None) -> RunCondition:
    """Return a condition of a document; an absent one says nothing."""
    given = found or {}
    return RunCondition(
        state=str(given.get("state", "")).removeprefix("CONDITION_"),
        reason=next((str(given[key]) for key in _REASONS if given.get(key)), ""),
        message=str(given.get("message", "")),
    )


def failed(document: dict[str, Any]) -> bool:
    """Say whether a service, job or execution came to a bad end."""
    return terminal(document).state == "FAILED"


def terminal(document: dict[str, Any]) -> RunCondition:
    """Return what sums a resource up; an execution has it in its list of conditions."""
    if "terminalCondition" in document:
        return condition(document["terminalCondition"])
    listed = {each.get("type"): each for each in document.get("conditions", [])}
    return condition(listed.get("Completed") or listed.get("Ready"))


def refusal(name: str, found: RunCondition) -> Refusal:
    """Return what the failed condition of a resource says, as if a call had been refused."""
    raw = {"resource": name, "reason": found.reason, "message": found.message}
    return Refusal(
        status=_STATUS.get(found.reason, 400),
        reason=found.reason or "OPERATION_FAILED",
        message=found.message,
        metadata={"resource": name},
        names=names_of(name),
        raw=json.dumps(raw, ensure_ascii=False),
        call="operation:run",
    )


def failure(name: str, found: RunCondition) -> CloudFailure:
    """Return the card of a resource whose condition is a failed one."""
    return card(refusal(name, found))
