"""Reading errors of Google's clients into :class:`Refusal`; the last place that knows them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from generators.language import _
from wizards.cloud.addressed import names_in, names_of
from wizards.cloud.failing import Refusal
from wizards.redaction import redacted

if TYPE_CHECKING:
    import requests

_RAW_LIMIT = 4000
_SAYS_LIMIT = 600
_NAMING = ("POST", "PUT")
_ANYBODYS = frozenset({429, 500, 502, 503, 504})
"""What a gateway on the way says too, with whatever body: trying again is right all the same."""


def expected() -> tuple[type[Exception], ...]:
    """Return the exception types that a client raises for an error answer or for none."""
    import requests
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError
    from google.protobuf.json_format import ParseError

    return GoogleAPIError, GoogleAuthError, requests.RequestException, ParseError


def read(error: Exception, call: str) -> Refusal:
    """Return what an exception of ``expected()`` says."""
    from google.auth.exceptions import DefaultCredentialsError, OAuthError, RefreshError

    from wizards.cloud.unanswered import reason_of

    response = getattr(error, "response", None)
    if response is not None and response.status_code >= 400:
        return of_response(response, call)
    if isinstance(error, DefaultCredentialsError):
        return _login("DefaultCredentialsError", error, call)
    if isinstance(error, RefreshError | OAuthError) and getattr(error, "retryable", False):
        return _login("TOKEN_UNAVAILABLE", error, call, status=503)
    if isinstance(error, RefreshError | OAuthError):
        return _login("RefreshError", error, call)
    reason, says = reason_of(error)
    names = _host_in(str(error)) if response is None else names_in(response.url)
    if reason == "NOT_GOOGLE":
        says = str(error)
    raw = redacted(str(error) if response is None else f"{error}\n{response.text}")
    return Refusal(
        status=0,
        reason=reason,
        message=redacted(says)[:_SAYS_LIMIT],
        raw=f"{type(error).__name__}: {raw}"[:_RAW_LIMIT],
        call=call,
        names=names,
    )


def _host_in(text: str) -> dict[str, str]:
    """Return the host that could not be reached, as the words of requests name it."""
    found = re.search(r"host='([\w.-]+)'", text)
    return {"api": found[1]} if found else {}


def of_response(response: requests.Response, call: str) -> Refusal:
    """Return what an HTTP error answer of a session says, with the names from its request."""
    request = response.request
    sent: object = request.body if request.method in _NAMING else None
    return read_answer(
        int(response.status_code),
        response.text,
        dict(response.headers),
        call,
        names=names_in(str(request.url), sent if isinstance(sent, str | bytes) else None),
    )


def read_answer(
    status: int,
    body: str,
    headers: Mapping[str, str],
    call: str,
    *,
    names: Mapping[str, str] | None = None,
) -> Refusal:
    """Return what an HTTP error answer says, in the shapes of the new and the old APIs."""
    from wizards.cloud import answering

    error = _error_of(body)
    details = [part for part in error.get("details") or [] if isinstance(part, dict)]
    info = next((part for part in details if _is(part, "ErrorInfo")), {})
    metadata = _texts(info.get("metadata"))
    reason = str(info.get("reason", "")) or _old_reason(error)
    message = _with_violations(str(error.get("message", "")), details)
    if not answering.is_error_shape(body):
        googles = status in _ANYBODYS or answering.is_googles_page(body)
        reason = "PROXY_LOGIN" if status == 407 else "" if googles else "NOT_GOOGLE"
        message = answering.page_words(body) or _("{status} without words").format(status=status)
    about = {**names_of(metadata.get("resource", "")), **(names or {})}
    return Refusal(
        status=status,
        reason=reason,
        domain=str(info.get("domain", "")),
        message=redacted(message),
        metadata=metadata,
        names=about,
        retry_after=_wait(headers, details),
        raw=redacted(body)[:_RAW_LIMIT] or f"HTTP {status}",
        call=call,
    )


def of_status(
    code: int, message: str, details: list[dict[str, Any]], call: str, names: Mapping[str, str]
) -> Refusal:
    """Return what a ``google.rpc.Status`` says: the error of a long-running operation."""
    body = {"error": {"code": code, "message": message, "details": details}}
    http = _HTTP_OF_CODE.get(code, 500)
    return read_answer(http, json.dumps(body, ensure_ascii=False), {}, call, names=names)


_HTTP_OF_CODE = {
    1: 499,
    3: 400,
    4: 504,
    5: 404,
    6: 409,
    7: 403,
    8: 429,
    9: 400,
    10: 409,
    11: 400,
    13: 500,
    14: 503,
    16: 401,
}


def _login(reason: str, error: Exception, call: str, status: int = 401) -> Refusal:
    said = str(error.args[0] if error.args else error).removesuffix(": None")
    more = [_told(part) for part in error.args[1:]]
    added = "; ".join(part for part in more if part and part not in said)
    raw = "\n".join([said, *(str(part) for part in error.args[1:] if str(part) != said)])
    return Refusal(
        status=status,
        reason=reason,
        message=redacted(f"{said} ({added})" if added else said)[:_SAYS_LIMIT],
        raw=redacted(raw)[:_RAW_LIMIT],
        call=call,
    )


def _told(answer: object) -> str:
    """Return what the answer of a token service adds to the exception's own words."""
    try:
        told = json.loads(answer) if isinstance(answer, str) else answer
    except ValueError:
        told = answer
    if not isinstance(told, dict):
        return str(told)
    error = told.get("error")
    if isinstance(error, dict):
        return str(error.get("message", ""))
    return str(told.get("error_subtype") or told.get("error_description") or "")


def _error_of(body: str) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    if isinstance(parsed, list) and parsed:
        parsed = parsed[0]
    error = parsed.get("error", {}) if isinstance(parsed, dict) else {}
    return error if isinstance(error, dict) else {"message": str(error)}


def _is(detail: Mapping[str, Any], kind: str) -> bool:
    return str(detail.get("@type", "")).endswith(f"google.rpc.{kind}")


def _texts(given: Any) -> dict[str, str]:
    return {str(k): str(v) for k, v in given.items()} if isinstance(given, dict) else {}


def _old_reason(error: Mapping[str, Any]) -> str:
    old = error.get("errors")
    first = old[0] if isinstance(old, list) and old else {}
    return str(first.get("reason", "")) if isinstance(first, dict) else ""


def _with_violations(message: str, details: list[dict[str, Any]]) -> str:
    """Return the message with what its violations add to it."""
    more: dict[str, None] = {}
    for detail in details:
        if "Failure" not in str(detail.get("@type", "")) and not _is(detail, "BadRequest"):
            continue
        for violation in detail.get("violations") or detail.get("fieldViolations") or []:
            kind = str(violation.get("type", ""))
            said = str(violation.get("description", ""))
            told = f"{kind}: {said}" if kind.startswith(("constraints/", "VPC_")) else said
            if said and said not in message:
                more[told] = None
            elif kind and kind not in message:
                more[kind] = None
    return f"{message} ({'; '.join(more)})" if more else message


def _wait(headers: Mapping[str, str], details: list[dict[str, Any]]) -> float | None:
    """Return the seconds that the server asks to wait: Retry-After in both forms, RetryInfo."""
    given = next((value for key, value in headers.items() if key.lower() == "retry-after"), "")
    if given:
        try:
            return max(float(given), 0.0)
        except ValueError:
            return _until(given)
    info = next((part for part in details if _is(part, "RetryInfo")), {})
    try:
        return max(float(str(info.get("retryDelay", "")).removesuffix("s")), 0.0)
    except ValueError:
        return None


def _until(moment: str) -> float | None:
    try:
        when = parsedate_to_datetime(moment)
    except ValueError:
        return None
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max((aware - datetime.now(UTC)).total_seconds(), 0.0)
