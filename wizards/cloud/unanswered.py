"""Why there was no answer at all: name service, proxy, TLS, clock, time limits."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator

_CLOCK = re.compile(r"certificate is not yet valid|certificate has expired", re.IGNORECASE)
_PROXY_LOGIN = re.compile(r"407|proxy authentication", re.IGNORECASE)


def reason_of(error: BaseException) -> tuple[str, str]:
    """Return a stable reason and the innermost words of an exception without an answer."""
    chain = list(_chain(error))
    said = str(chain[-1]) or type(chain[-1]).__name__
    text = " ".join(str(part) for part in chain)
    return _reason(chain, text), _plain(said)


def _reason(chain: list[BaseException], text: str) -> str:
    import requests
    from google.protobuf.json_format import ParseError

    from wizards.cloud.answering import NotGoogle

    kinds = tuple(type(part).__name__ for part in chain)
    if any(isinstance(part, NotGoogle | ParseError) for part in chain):
        return "NOT_GOOGLE"
    if any(isinstance(part, requests.exceptions.ProxyError) for part in chain) or (
        "ProxyError" in kinds
    ):
        return "PROXY_LOGIN" if _PROXY_LOGIN.search(text) else "PROXY_FAILED"
    if any(isinstance(part, ssl.SSLError | requests.exceptions.SSLError) for part in chain):
        if _CLOCK.search(text):
            return "TLS_DATE"
        untrusted = any(isinstance(part, ssl.SSLCertVerificationError) for part in chain)
        return "TLS_UNTRUSTED" if untrusted or "CERTIFICATE_VERIFY_FAILED" in text else "TLS_FAILED"
    if any(isinstance(part, socket.gaierror) for part in chain) or "NameResolutionError" in kinds:
        return "NAME_UNKNOWN"
    if any(isinstance(part, requests.exceptions.ConnectTimeout) for part in chain):
        return "CONNECT_TIMEOUT"
    if any(isinstance(part, requests.exceptions.Timeout | TimeoutError) for part in chain):
        return "TIMEOUT"
    if any(isinstance(part, ConnectionRefusedError) for part in chain):
        return "CONNECTION_REFUSED"
    if "unreachable" in text.lower():
        return "NETWORK_UNREACHABLE"
    return "CONNECTION_LOST"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and everything it was made of, the innermost last."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        part = waiting.pop(0)
        if id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        inner = (part.__cause__, part.__context__, getattr(part, "reason", None), *part.args)
        waiting += [each for each in inner if isinstance(each, BaseException)]


def _plain(said: str) -> str:
    """Return words without Python's own notation around them."""
    text = re.sub(r"^<[^>]*object at 0x[0-9a-f]+>:\s*", "", said)
    text = re.sub(r"\(_ssl\.c:\d+\)", "", text)
    text = re.sub(r"^\[(?:Errno -?\d+|\w+: \w+)\]\s*", "", text)
    return text.strip()[:300]
