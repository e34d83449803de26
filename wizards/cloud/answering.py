"""Whether an answer is Google's: pages of proxies and hotel portals are no answers.

Google's clients take any 2xx for theirs and trip over JSON of another shape. A hook on their
sessions looks first, so that nobody takes a login page for an empty project.
"""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

if TYPE_CHECKING:
    from google.auth.transport.requests import AuthorizedSession

_GOOGLE = re.compile(r"(?:.*\.)?(?:googleapis|google)\.com|127\.0\.0\.1|localhost")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(r"<(?:script|style).*?</(?:script|style)>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_LONGEST = 200


class NotGoogle(requests.RequestException):
    """Something else than Google answered, or nothing that can be understood."""


def guard(session: AuthorizedSession) -> None:
    """Let a session, and the one it refreshes its token with, refuse what is not Google's."""
    for each in (session, getattr(session, "_auth_request_session", None)):
        if each is not None:
            each.hooks["response"].append(_check)


def _check(response: requests.Response, *_given: Any, **_named: Any) -> None:
    if response.is_redirect:
        host = urlsplit(response.headers.get("location", "")).hostname or ""
        if not _GOOGLE.fullmatch(host):
            raise NotGoogle(f"redirected to {host}", response=response)
        return
    if response.status_code >= 400:
        if not _well_formed(response):
            raise NotGoogle("an error of another shape", response=response)
        return
    kind = response.headers.get("content-type", "")
    if "html" in kind.lower():
        raise NotGoogle(f"a page instead of data: {page_words(response.text)}", response=response)


def _well_formed(response: requests.Response) -> bool:
    """Say whether Google's clients can read an error; text is fine, JSON must have their shape."""
    try:
        body = response.json()
    except ValueError:
        return True
    if isinstance(body, list):
        body = next((part for part in body if isinstance(part, dict)), {})
    if not isinstance(body, dict):
        return False
    error = body.get("error", {})
    if isinstance(error, str):  # the token endpoint's shape, which google-auth reads
        return "googleapis.com" in response.url and "/token" in response.url
    return isinstance(error, dict) and _details_fit(error)


def is_page(body: str) -> bool:
    """Say whether a body is a web page."""
    start = body.lstrip()[:200].lower()
    return start.startswith(("<!doctype", "<html", "<head", "<?xml", "<body"))


def is_googles_page(body: str) -> bool:
    """Say whether a page is one of Google's own front ends ("Error 502 (Server Error)!!1")."""
    return "www.google.com" in body or "That’s an error" in body or "!!1" in body


def page_words(body: str) -> str:
    """Return what a page says: its title, else its first words."""
    title = _TITLE.search(body)
    text = title[1] if title and title[1].strip() else _MARKUP.sub(" ", body)
    return " ".join(unescape(text).split())[:_LONGEST]


def is_error_shape(body: str) -> bool:
    """Say whether a body is JSON with an error as Google's services write it."""
    try:
        parsed = json.loads(body)
    except ValueError:
        return False
    if isinstance(parsed, list) and parsed:
        parsed = parsed[0]
    error = parsed.get("error") if isinstance(parsed, dict) else None
    return isinstance(error, dict) and _details_fit(error)


def _details_fit(error: dict[str, Any]) -> bool:
    return all(isinstance(part, dict) for part in (error.get("details") or []))
