"""What a login is worth right now: a token is asked for, and Google is asked about the token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from wizards.cloud.cards import card
from wizards.cloud.refusals import expected, read

if TYPE_CHECKING:
    from requests import Response

SECONDS = 6.0
"""What each of the two requests is given."""
FULL_SCOPE = "https://www.googleapis.com/auth/cloud-platform"

_TOKEN_INFO = "https://oauth2.googleapis.com/tokeninfo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Whose credentials these are and what they may be used for.

    ``person`` says that they belong to a person, who then needs a ``quota_project``; ``now`` is
    Google's clock (None: unknown).
    """

    account: str = ""
    person: bool = False
    scopes: tuple[str, ...] = ()
    quota_project: str = ""
    now: datetime | None = None


def look_at_login() -> Login:
    """Return what Google says of the application default credentials; raises CloudFailure."""
    try:
        return _login()
    except expected() as error:
        raise card(read(error, "login")) from error


def _login() -> Login:
    from functools import partial

    import google.auth
    import requests
    from google.auth.transport.requests import Request

    found: Any
    found, _project = google.auth.default(scopes=[FULL_SCOPE])
    found.refresh(partial(Request(), timeout=SECONDS))
    answer = requests.post(_TOKEN_INFO, data={"access_token": found.token}, timeout=SECONDS)
    said = answer.json() if answer.ok else {}
    return Login(
        account=str(said.get("email") or _named(found)),
        person=type(found).__module__ == "google.oauth2.credentials",
        scopes=tuple(str(said.get("scope", "")).split()),
        quota_project=str(getattr(found, "quota_project_id", "") or ""),
        now=_clock(answer),
    )


def _named(found: Any) -> str:
    return getattr(found, "account", "") or getattr(found, "service_account_email", "") or ""


def _clock(answer: Response) -> datetime | None:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return None
