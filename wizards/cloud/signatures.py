"""Which error is which: a table from what Google says to a stable code and a retry verdict.

The first row that matches wins, so the narrow ones stand above the broad ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wizards.cloud.failing import Refusal, Retry


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What an error looks like (every given part must match) and what it is."""

    code: str
    retry: Retry = Retry.NEVER
    status: tuple[int, ...] = ()
    reason: str = ""
    says: str = ""
    call: str = ""
    permission: str = ""

    def matches(self, refusal: Refusal) -> bool:
        """Say whether a refusal has every given part of this signature."""
        wanted = self.permission
        permission = refusal.metadata.get("permission", "")
        return (
            (not self.status or refusal.status in self.status)
            and (not self.reason or re.fullmatch(self.reason, refusal.reason) is not None)
            and (not self.says or re.search(self.says, refusal.message, re.IGNORECASE) is not None)
            and (not self.call or re.fullmatch(self.call, refusal.call) is not None)
            and (not wanted or wanted == permission or wanted in refusal.message)
        )


def _row(code: str, retry: Retry = Retry.NEVER, **parts: object) -> Signature:
    return Signature(code=code, retry=retry, **parts)  # type: ignore[arg-type]


TABLE: tuple[Signature, ...] = (
    # who is asking
    _row("login-missing", reason="DefaultCredentialsError"),
    _row("login-ended", reason="RefreshError"),
    _row("quota-project-missing", status=(403,), says="end user credentials .* not supported"),
    _row("quota-project-missing", status=(403,), says="requires a quota project"),
    _row("quota-project-denied", reason="USER_PROJECT_DENIED"),
    _row("scope-missing", reason="ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
    _row("login-refused", status=(401,)),
    # projects and billing
    _row("project-taken", status=(409,), call="start_project"),
    _row("project-create-denied", status=(403,), permission="resourcemanager.projects.create"),
    _row("billing-quota", says="billing quota exceeded"),
    _row("billing-denied", status=(403,), permission="billing.resourceAssociations.create"),
    _row("billing-denied", Retry.PROPAGATION, status=(403,), call="link_billing"),
    _row("billing-missing", reason="UREQ_PROJECT_BILLING_NOT_FOUND|BILLING_DISABLED"),
    _row("billing-missing", status=(400, 403), says="billing (must be|account .* is not|is dis)"),
    # organisation policies
    _row("location-forbidden", says=r"gcp\.resourceLocations"),
    _row("public-ip-forbidden", says=r"sql\.restrictPublicIp"),
    _row("keys-forbidden", says=r"iam\.disableServiceAccountKeyCreation"),
    _row("keys-forbidden", says="Key creation is not allowed"),
    _row("domain-forbidden", says="not belong to a permitted customer"),
    _row("perimeter", reason="SECURITY_POLICY_VIOLATED"),
    # not known everywhere yet
    _row("api-disabled", Retry.PROPAGATION, reason="SERVICE_DISABLED"),
    _row("api-disabled", Retry.PROPAGATION, status=(403,), says="has not been used in project"),
    _row("account-unknown", Retry.PROPAGATION, status=(400,), says="account .*does not exist"),
    # IAM
    _row("policy-conflict", Retry.CONFLICT, status=(409,), says="concurrent policy changes"),
    _row("policy-conflict", Retry.CONFLICT, status=(409, 412), call="set_policy"),
    _row("etag-conflict", Retry.CONFLICT, status=(400, 409, 412), says=r"\betag\b"),
    _row("act-as-denied", status=(403,), permission="iam.serviceaccounts.actAs"),
    _row("act-as-denied", status=(403,), permission="iam.serviceAccounts.actAs"),
    # Cloud SQL
    _row("tier-edition", status=(400,), says=r"Invalid Tier .* for \(?ENTERPRISE_PLUS"),
    _row("tier-shape", status=(400,), says="Only custom or shared-core"),
    _row("log-retention", status=(400,), says="transaction ?log retention days"),
    _row("no-address", status=(400,), says="At least one of Public IP or Private IP or PSC"),
    _row("network-not-peered", says="NETWORK_NOT_PEERED"),
    _row("network-not-peered", reason="NETWORK_NOT_PEERED"),
    _row("busy", Retry.BUSY, reason="OPERATION_IN_PROGRESS|operationInProgress"),
    _row("busy", Retry.BUSY, status=(409,), says="another operation was already in progress"),
    _row("instance-not-ready", Retry.BUSY, status=(400,), says="incorrect service state"),
    _row("instance-not-ready", Retry.BUSY, says="instance is not running|invalidInstanceState"),
    _row("instance-exists", status=(409,), call="start_sql_instance"),
    _row("stale-data", Retry.CONFLICT, reason="STALE_DATA|staleData"),
    _row("stale-data", Retry.CONFLICT, status=(412,)),
    _row("exists", status=(400,), says=r'database "[^"]*" already exists'),
    _row("role-in-use", says="role .* cannot be dropped"),
    # Secret Manager
    _row("secret-empty", status=(404,), says="versions/.* (was )?not found"),
    _row("secret-empty", status=(404,), call="secret_value"),
    _row("secret-unreadable", reason="SECRETS_ACCESS_CHECK_FAILED"),
    # everything else by kind
    _row("quota", reason="RESOURCE_QUOTA_EXCEEDED|quotaExceeded"),
    _row("quota", reason="QUOTA_EXCEEDED"),
    _row("rate-limited", Retry.REFUSED, status=(429,)),
    _row("permission-denied", Retry.PROPAGATION, status=(403,), reason="IAM_PERMISSION_DENIED"),
    _row("permission-denied", Retry.PROPAGATION, status=(403,)),
    _row("exists", status=(409,), says="already exists"),
    _row("exists", status=(409,), reason="ALREADY_EXISTS|instanceAlreadyExists"),
    _row("conflict", Retry.CONFLICT, status=(409,)),
    _row("absent", status=(404,)),
    _row("invalid", status=(400,)),
    _row("no-answer", Retry.UNKNOWN, status=(0,)),
    _row("unavailable", Retry.UNKNOWN, status=(500, 502, 503, 504, 408)),
    _row("operation-failed", reason="OPERATION_FAILED"),
)

UNKNOWN = Signature(code="cloud-error")


def recognise(refusal: Refusal) -> Signature:
    """Return the signature of a refusal, or ``UNKNOWN``."""
    return next((row for row in TABLE if row.matches(refusal)), UNKNOWN)
