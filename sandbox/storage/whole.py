"""Objects that come whole in one request: ``uploadType=media`` and ``multipart`` (RFC 2387)."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Mapping

from sandbox.errors import bad_request

JSON = "application/json"


def parts(headers: Mapping[str, str], body: bytes) -> tuple[bytes, str, bytes]:
    """Return a multipart body's metadata (JSON), the type of its bytes, and the bytes.

    Raises ApiError (400) for a body that has not just these two parts.
    """
    kind = headers.get("content-type", "").replace("'", '"')
    head = f"Content-Type: {kind}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    message = email.message_from_bytes(head + body, policy=email.policy.HTTP)
    found = list(message.iter_parts()) if message.is_multipart() else []
    if kind.partition(";")[0].strip() != "multipart/related" or len(found) != 2:
        raise bad_request("Malformed multipart body.")
    about, content = (part.get_payload(decode=True) for part in found)
    if not isinstance(about, bytes) or not isinstance(content, bytes):
        raise bad_request("Malformed multipart body.")
    return about, found[1].get_content_type(), content
