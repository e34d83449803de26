"""Recorded error bodies become the card that tells a person what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wizards.cloud.cards import card
from wizards.cloud.failing import Retry
from wizards.cloud.refusals import read_answer


def body(code: int, message: str, *details: dict[str, Any], legacy: str = "") -> str:
    error: dict[str, Any] = {"code": code, "message": message, "details": list(details)}
    if legacy:
        error["errors"] = [{"message": message, "domain": "global", "reason": legacy}]
    return json.dumps({"error": error})


def info(reason: str, **metadata: str) -> dict[str, Any]:
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": metadata,
    }


RECORDED = [
    ("start_project", 409, body(409, "Requested entity already exists"), "project-taken"),
    (
        "start_project",
        403,
        body(
            403,
            "Permission 'resourcemanager.projects.create' denied on parent resource",
            info("IAM_PERMISSION_DENIED", permission="resourcemanager.projects.create"),
        ),
        "project-create-denied",
    ),
    (
        "link_billing",
        400,
        body(
            400,
            "Precondition check failed.",
            {
                "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                "violations": [{"subject": "x", "description": "Cloud billing quota exceeded: …"}],
            },
        ),
        "billing-quota",
    ),
    ("link_billing", 403, body(403, "The caller does not have permission"), "billing-denied"),
    (
        "start_apis",
        400,
        body(
            400,
            "Billing account for project '1' is not found.",
            info("UREQ_PROJECT_BILLING_NOT_FOUND"),
        ),
        "billing-missing",
    ),
    (
        "sql_instance",
        403,
        body(
            403,
            "Cloud SQL Admin API has not been used in project 1 before or it is disabled.",
            info("SERVICE_DISABLED", service="sqladmin.googleapis.com", consumer="projects/p"),
        ),
        "api-disabled",
    ),
    (
        "set_policy",
        400,
        body(400, "Service account a@p.iam.gserviceaccount.com does not exist."),
        "account-unknown",
    ),
    (
        "set_policy",
        409,
        body(409, "There were concurrent policy changes. Please retry the whole …"),
        "policy-conflict",
    ),
    (
        "create_secret",
        400,
        body(
            400,
            "Constraint constraints/gcp.resourceLocations violated for projects/p attempting to "
            "create a secret in [global]",
        ),
        "location-forbidden",
    ),
    (
        "start_sql_instance",
        400,
        body(400, "Invalid request: Invalid Tier (db-f1-micro) for (ENTERPRISE_PLUS) Edition."),
        "tier-edition",
    ),
    (
        "start_sql_instance",
        400,
        body(400, "Only custom or shared-core instance Billing Tier type allowed for PostgreSQL"),
        "tier-shape",
    ),
    (
        "start_sql_instance",
        409,
        body(409, "The Cloud SQL instance already exists.", legacy="instanceAlreadyExists"),
        "instance-exists",
    ),
    (
        "start_sql_user",
        409,
        body(
            409,
            "Operation failed because another operation was already in progress.",
            legacy="operationInProgress",
        ),
        "busy",
    ),
    (
        "start_sql_change",
        412,
        body(412, "Condition does not match.", legacy="staleData"),
        "stale-data",
    ),
    (
        "secret_value",
        404,
        body(404, "Secret [projects/1/secrets/s] not found or has no versions."),
        "secret-empty",
    ),
    (
        "policy",
        403,
        body(
            403,
            "Permission 'x' denied",
            info("IAM_PERMISSION_DENIED", permission="secretmanager.secrets.setIamPolicy"),
        ),
        "permission-denied",
    ),
    (
        "project",
        403,
        body(
            403,
            "Request had insufficient authentication scopes.",
            info("ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        ),
        "scope-missing",
    ),
    (
        "project",
        403,
        body(
            403,
            "Caller does not have required permission to use project p.",
            info("USER_PROJECT_DENIED"),
        ),
        "quota-project-denied",
    ),
    (
        "project",
        403,
        body(
            403,
            "Your application is authenticating by using local end user credentials. "
            "The end user credentials from the gcloud CLI are not supported by default.",
        ),
        "quota-project-missing",
    ),
    (
        "project",
        403,
        body(
            403,
            "Request is prohibited by organization's policy.",
            info("SECURITY_POLICY_VIOLATED", uid="u-1"),
        ),
        "perimeter",
    ),
    ("projects", 429, body(429, "Quota exceeded for quota metric"), "rate-limited"),
    ("projects", 503, "<html>upstream</html>", "unavailable"),
]


@pytest.mark.parametrize(("call", "status", "text", "code"), RECORDED)
def test_a_recorded_error_becomes_its_card(call: str, status: int, text: str, code: str) -> None:
    failure = card(read_answer(status, text, {}, call))
    assert failure.code == code
    assert failure.message
    assert failure.raw == text


def test_a_missing_permission_names_the_smallest_role_and_a_grant_to_copy() -> None:
    text = body(403, "no", info("IAM_PERMISSION_DENIED", permission="cloudsql.instances.create"))
    failure = card(read_answer(403, text, {}, "start_sql_instance"))
    assert "cloudsql.instances.create" in failure.message
    assert "--role=roles/cloudsql.admin" in failure.next[0]


def test_retry_after_is_read_whatever_the_case_of_the_header() -> None:
    refusal = read_answer(429, body(429, "slow down"), {"retry-after": "7"}, "projects")
    assert refusal.retry_after == 7.0
    assert card(refusal).retry is Retry.REFUSED


def test_what_nobody_knows_keeps_the_raw_error() -> None:
    failure = card(read_answer(418, body(418, "I am a teapot"), {}, "projects"))
    assert failure.code == "cloud-error"
    assert "teapot" in failure.message
    assert "teapot" in failure.raw
