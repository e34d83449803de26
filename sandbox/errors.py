"""Errors as Google sends them: a status, a message, google.rpc details, legacy reasons for SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

TYPES = "type.googleapis.com/google.rpc."
STATUSES = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "CONFLICT": 409,
    "STALE": 412,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,
    "INTERNAL": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
BY_CODE = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}

Detail = Mapping[str, Any]


class ApiError(Exception):
    """A refusal: ``status`` is the canonical name, ``legacy`` the reason older clients read."""

    def __init__(
        self,
        status: str,
        message: str,
        *,
        details: Sequence[Detail] = (),
        legacy: str = "",
        code: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code or STATUSES[status]
        self.message = message
        self.details = tuple(details)
        self.legacy = legacy

    def body(self) -> dict[str, Any]:
        """Return ``{"error": {...}}`` as it goes over the wire."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.legacy:
            error["errors"] = [{"message": self.message, "domain": "global", "reason": self.legacy}]
        error["status"] = {"STALE": "FAILED_PRECONDITION", "CONFLICT": "ABORTED"}.get(
            self.status, self.status
        )
        if self.details:
            error["details"] = list(self.details)
        return {"error": error}

    def as_status(self) -> dict[str, Any]:
        """Return it as a google.rpc.Status, the error of a long-running operation."""
        numbers = {"INVALID_ARGUMENT": 3, "NOT_FOUND": 5, "ALREADY_EXISTS": 6, "ABORTED": 10}
        numbers |= {"PERMISSION_DENIED": 7, "FAILED_PRECONDITION": 9, "INTERNAL": 13}
        return {
            "code": numbers.get(self.status, 2),
            "message": self.message,
            "details": list(self.details),
        }


def error_info(reason: str, domain: str, metadata: Mapping[str, str]) -> Detail:
    """Return a google.rpc.ErrorInfo, the machine-readable cause."""
    return {
        "@type": f"{TYPES}ErrorInfo",
        "reason": reason,
        "domain": domain,
        "metadata": dict(metadata),
    }


def bad_request(message: str, violations: Sequence[str] = ()) -> ApiError:
    """Return a 400 for input that does not fit the method."""
    fields = [{"description": each} for each in violations]
    detail = {"@type": f"{TYPES}BadRequest", "fieldViolations": fields}
    return ApiError("INVALID_ARGUMENT", message, details=[detail] if fields else ())


def not_found(message: str) -> ApiError:
    """Return a 404."""
    return ApiError("NOT_FOUND", message)


def already_exists(message: str) -> ApiError:
    """Return a 409 for a name that is taken."""
    return ApiError("ALREADY_EXISTS", message)


def precondition(message: str, *details: Detail) -> ApiError:
    """Return a 400 for something that must be done first."""
    return ApiError("FAILED_PRECONDITION", message, details=details)


def denied(permission: str, resource: str, *, may_not_exist: bool = True) -> ApiError:
    """Return a 403 with the permission that is missing."""
    suffix = " (or it may not exist)" if may_not_exist else ""
    return ApiError(
        "PERMISSION_DENIED",
        f"Permission '{permission}' denied on resource '//{resource}'{suffix}.",
        details=[
            error_info(
                "IAM_PERMISSION_DENIED",
                "iam.googleapis.com",
                {"permission": permission, "resource": resource},
            )
        ],
    )


def not_imitated(method: str) -> ApiError:
    """Return a 404 for what Google has and the sandbox has not; gcloud would retry a 5xx."""
    return ApiError(
        "NOT_FOUND",
        f"The sandbox does not imitate {method}. Google Cloud itself does.",
        details=[error_info("NOT_IMITATED", "sandbox.tarmac", {"method": method})],
    )
