"""Reading errors of Google's clients into :class:`Refusal`; the last place that knows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from wizards.cloud.failing import Refusal

_RAW_LIMIT = 4000


def expected() -> tuple[type[Exception], ...]:
    """Return the exception types that a client raises for an error answer or for none."""
    import requests
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError

    return GoogleAPIError, GoogleAuthError, requests.RequestException


def read(error: Exception, call: str) -> Refusal:
    """Return what an exception of ``expected()`` says."""
    from google.auth.exceptions import DefaultCredentialsError, RefreshError, TransportError

    response = getattr(error, "response", None)
    if response is not None:
        return read_answer(int(response.status_code), response.text, dict(response.headers), call)
    text = str(error)
    if isinstance(error, DefaultCredentialsError):
        return Refusal(status=401, reason="DefaultCredentialsError", message=text, call=call)
    if isinstance(error, RefreshError):
        return Refusal(status=401, reason="RefreshError", message=text, raw=text, call=call)
    kind = "no answer" if isinstance(error, TransportError) else type(error).__name__
    return Refusal(status=0, reason=kind, message=text[:300], raw=text[:_RAW_LIMIT], call=call)


def read_answer(status: int, body: str, headers: Mapping[str, str], call: str) -> Refusal:
    """Return what an HTTP error answer says, in the shapes of the new and the old APIs."""
    error = _error_of(body)
    info = _error_info(error)
    old = error.get("errors") or [{}]
    message = str(error.get("message", "")) or body[:300]
    reason = str(info.get("reason", "")) or str(old[0].get("reason", ""))
    violations = _violations(error)
    if violations:
        message = f"{message} ({'; '.join(violations)})"
    return Refusal(
        status=status,
        reason=reason,
        message=message,
        metadata={str(key): str(value) for key, value in info.get("metadata", {}).items()},
        retry_after=_seconds(headers),
        raw=body[:_RAW_LIMIT],
        call=call,
    )


def _error_of(body: str) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    if isinstance(parsed, list) and parsed:
        parsed = parsed[0]
    error = parsed.get("error", {}) if isinstance(parsed, dict) else {}
    return error if isinstance(error, dict) else {"message": str(error)}


def _error_info(error: dict[str, Any]) -> dict[str, Any]:
    for detail in error.get("details", []):
        if str(detail.get("@type", "")).endswith("google.rpc.ErrorInfo"):
            return dict(detail)
    return {}


def _violations(error: dict[str, Any]) -> list[str]:
    return [
        str(violation.get("description", ""))
        for detail in error.get("details", [])
        if "Failure" in str(detail.get("@type", ""))
        for violation in detail.get("violations", [])
        if violation.get("description")
    ]


def _seconds(headers: Mapping[str, str]) -> float | None:
    given = next((value for key, value in headers.items() if key.lower() == "retry-after"), "")
    try:
        return max(float(given), 0.0)
    except ValueError:
        return None
