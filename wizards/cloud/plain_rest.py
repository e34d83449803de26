"""JSON over Google's authorised session, for the few APIs whose packages have no REST client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wizards.cloud.clients import TIMEOUT

if TYPE_CHECKING:
    from google.auth.transport.requests import AuthorizedSession
    from requests import Response

Body = dict[str, Any]


class PlainRest:
    """Requests to one host; an error answer raises google.api_core's exception for its status."""

    def __init__(self, session: AuthorizedSession, base: str) -> None:
        self._session = session
        self._base = base

    def get(self, path: str, **query: str) -> Body:
        """Return what is at a path."""
        return self._send("GET", path, None, query)

    def post(self, path: str, body: Mapping[str, Any] | None = None, **query: str) -> Body:
        """Send a body and return the answer."""
        return self._send("POST", path, body or {}, query)

    def patch(self, path: str, body: Mapping[str, Any], **query: str) -> Body:
        """Change what is at a path and return the answer."""
        return self._send("PATCH", path, body, query)

    def put(self, path: str, body: Mapping[str, Any], **query: str) -> Body:
        """Replace what is at a path and return the answer."""
        return self._send("PUT", path, body, query)

    def delete(self, path: str) -> Body:
        """Delete what is at a path and return the answer."""
        return self._send("DELETE", path, None, {})

    def raw(
        self,
        verb: str,
        url: str,
        *,
        headers: Mapping[str, str],
        data: bytes | None = None,
        body: Mapping[str, Any] | None = None,
        **query: str,
    ) -> Response:
        """Return the answer as it is, for what is no JSON; ``url`` is a path or a whole address."""
        from google.api_core.exceptions import from_http_response

        whole = url if "://" in url else f"{self._base}/{url}"
        response: Response = self._session.request(  # type: ignore[no-untyped-call]
            verb, whole, params=query, headers=dict(headers), data=data, json=body, timeout=TIMEOUT
        )
        if response.status_code >= 400:
            raise from_http_response(response)  # type: ignore[no-untyped-call]
        return response

    def _send(
        self, verb: str, path: str, body: Mapping[str, Any] | None, query: Mapping[str, str]
    ) -> Body:
        from google.api_core.exceptions import from_http_response

        response = self._session.request(  # type: ignore[no-untyped-call]
            verb, f"{self._base}/{path}", params=query, json=body, timeout=TIMEOUT
        )
        if response.status_code >= 400:
            raise from_http_response(response)  # type: ignore[no-untyped-call]
        return dict(response.json()) if response.content else {}
