"""The errors of Cloud SQL, which still carry the older ``errors[].reason``."""

from __future__ import annotations

from sandbox.errors import ApiError


def not_authorized() -> ApiError:
    """Return the 403 for a missing permission and for a project that is not there."""
    return ApiError(
        "PERMISSION_DENIED",
        "The client is not authorized to make this request.",
        legacy="notAuthorized",
    )


def no_instance() -> ApiError:
    """Return the 404 for an instance that is not there."""
    return ApiError(
        "NOT_FOUND", "The Cloud SQL instance does not exist.", legacy="instanceDoesNotExist"
    )


def missing(what: str) -> ApiError:
    """Return the 404 for something inside an instance."""
    return ApiError("NOT_FOUND", f"{what} was not found.", legacy="notFound")


def exists() -> ApiError:
    """Return the 409 for an instance name that is taken."""
    return ApiError(
        "ALREADY_EXISTS",
        "The Cloud SQL instance already exists.",
        legacy="instanceAlreadyExists",
    )


def in_progress() -> ApiError:
    """Return the 409 for a second operation on one instance."""
    return ApiError(
        "CONFLICT",
        "Operation failed because another operation was already in progress. Try your request "
        "after the current operation is complete.",
        legacy="operationInProgress",
    )


def stale() -> ApiError:
    """Return the 412 for settings that were changed since they were read."""
    return ApiError(
        "STALE",
        "The version of the resource is stale: re-read its settingsVersion and try again.",
        legacy="staleData",
    )


def invalid(message: str) -> ApiError:
    """Return the 400 for a request that makes no sense."""
    return ApiError("INVALID_ARGUMENT", f"Invalid request: {message}", legacy="invalid")


def not_running() -> ApiError:
    """Return the 400 for work on an instance that is not up."""
    return invalid("Invalid request since instance is not running.")


def no_backup() -> ApiError:
    """Return the 404 for a backup that is not there."""
    return ApiError("NOT_FOUND", "The backup does not exist.", legacy="backupRunDoesNotExist")
