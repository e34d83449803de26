"""The errors of Compute, which carry the older ``errors[].reason``."""

from __future__ import annotations

from sandbox.errors import ApiError


def missing(path: str) -> ApiError:
    """Return the 404 for something that is not there."""
    return ApiError("NOT_FOUND", f"The resource '{path}' was not found", legacy="notFound")


def exists(path: str) -> ApiError:
    """Return the 409 for a name that is taken."""
    return ApiError(
        "ALREADY_EXISTS", f"The resource '{path}' already exists", legacy="alreadyExists"
    )


def invalid(field: str, value: object, why: str) -> ApiError:
    """Return the 400 for a field that makes no sense."""
    message = f"Invalid value for field '{field}': '{value}'. {why}"
    return ApiError("INVALID_ARGUMENT", message, legacy="invalid")


def required(permission: str, path: str) -> ApiError:
    """Return the 403 for a missing permission."""
    message = f"Required '{permission}' permission for '{path}'"
    return ApiError("PERMISSION_DENIED", message, legacy="forbidden")


def not_met(message: str) -> ApiError:
    """Return the 412 for a fingerprint or a state that does not fit."""
    return ApiError("STALE", message, legacy="conditionNotMet")


def busy(path: str) -> ApiError:
    """Return the 400 for a resource on which something else is under way."""
    message = f"The resource '{path}' is not ready"
    return ApiError("INVALID_ARGUMENT", message, legacy="resourceNotReady")


def over_quota(metric: str, limit: int, region: str) -> ApiError:
    """Return the 403 for more than a region's quota."""
    message = f"Quota '{metric}' exceeded.  Limit: {limit}.0 in region {region}."
    return ApiError("PERMISSION_DENIED", message, legacy="quotaExceeded")
