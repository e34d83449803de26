"""Conditions of services, revisions, jobs and executions, as v2 and as Knative write them."""

from __future__ import annotations

from typing import Any

from sandbox.clock import stamp

Body = dict[str, Any]

READY, ROUTES, CONFIGURATIONS = "Ready", "RoutesReady", "ConfigurationsReady"
COMPLETED, STARTED, RESOURCES = "Completed", "Started", "ResourcesAvailable"
SUCCEEDED, FAILED, RECONCILING, PENDING = "SUCCEEDED", "FAILED", "RECONCILING", "PENDING"
STATUSES = {SUCCEEDED: "True", FAILED: "False", RECONCILING: "Unknown", PENDING: "Unknown"}
REVISION_REASONS = frozenset({"HEALTH_CHECK_CONTAINER_ERROR", "PENDING", "NO_DEPLOYMENT"})
EXECUTION_REASONS = frozenset({"NON_ZERO_EXIT_CODE", "CANCELLED", "CANCELLING", "DELETED"})


def condition(state: str, now: float, reason: str = "", message: str = "") -> Body:
    """Return a condition as the store keeps it; ``reason`` is v2's name of it."""
    return {"state": state, "reason": reason, "message": message, "at": now}


def all_as(kinds: tuple[str, ...], state: str, now: float, message: str = "") -> Body:
    """Return the same condition for several types."""
    return {kind: condition(state, now, "", message) for kind in kinds}


def shown(kind: str, stored: Body) -> Body:
    """Return a condition as v2 shows it."""
    made = {
        "type": kind,
        "state": f"CONDITION_{stored['state']}",
        "lastTransitionTime": stamp(stored["at"]),
    }
    if stored["message"]:
        made["message"] = stored["message"]
    if stored["state"] == FAILED:
        made["severity"] = "ERROR"
    reason = stored["reason"]
    if reason in REVISION_REASONS:
        made["revisionReason"] = reason
    elif reason in EXECUTION_REASONS:
        made["executionReason"] = reason
    elif reason:
        made["reason"] = reason
    return made


def knative(kind: str, stored: Body) -> Body:
    """Return a condition as Knative shows it."""
    made = {
        "type": kind,
        "status": STATUSES[stored["state"]],
        "lastTransitionTime": stamp(stored["at"]),
    }
    if stored["message"]:
        made["message"] = stored["message"]
    if stored["reason"]:
        made["reason"] = "".join(part.capitalize() for part in stored["reason"].split("_"))
    return made


def shown_all(stored: Body, terminal: str) -> Body:
    """Return v2's ``terminalCondition`` and ``conditions`` of a resource."""
    rest = [shown(kind, each) for kind, each in stored.items() if kind != terminal]
    return {"terminalCondition": shown(terminal, stored[terminal]), "conditions": rest}


def reconciling(stored: Body, terminal: str) -> bool:
    """Whether the end of the last change is still to come."""
    return stored[terminal]["state"] in (RECONCILING, PENDING)
