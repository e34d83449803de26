"""Who the credentials belong to, as a member of IAM policies: grants on cards name them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

_SECONDS = 5.0


def member_of(credentials: Credentials) -> str:
    """Return "user:…" or "serviceAccount:…", "" when nothing tells.

    A person's credentials rarely name their account: a refresh without narrowed scopes does, in
    its id token. Fails silently, since whoever asks is about to show another failure.
    """
    account = str(getattr(credentials, "service_account_email", "") or "")
    if "@" in account:
        return f"serviceAccount:{account}"
    person = str(getattr(credentials, "account", "") or "")
    if "@" not in person and getattr(credentials, "refresh_token", None):
        person = _told_by_token(credentials)
    return f"user:{person}" if "@" in person else ""


def _told_by_token(credentials: Any) -> str:
    import functools

    import requests
    from google.auth import jwt
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport.requests import Request
    from google.oauth2.credentials import Credentials as Token

    whole = Token(  # type: ignore[no-untyped-call]
        None,
        refresh_token=credentials.refresh_token,
        token_uri=credentials.token_uri,
        client_id=credentials.client_id,
        client_secret=credentials.client_secret,
    )
    try:
        whole.refresh(functools.partial(Request(), timeout=_SECONDS))  # type: ignore[no-untyped-call]
        claims = jwt.decode(whole.id_token, verify=False) if whole.id_token else {}  # type: ignore[no-untyped-call]
    except (GoogleAuthError, requests.RequestException, ValueError):
        return ""
    return str(claims.get("email", ""))
