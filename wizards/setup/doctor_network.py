"""The variables that lead requests through proxies and certificates: a typo there looks like a
broken cloud.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from generators.language import _
from wizards.plan import Check

_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_CERTIFICATES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")
_LOCAL = ("localhost", "127.0.0.1", "*")


def probes() -> list[Callable[[], Iterable[Check]]]:
    """Return what looks at the variables; where none is set there is little to say."""
    return [_proxies, _certificates]


def _proxies() -> Iterator[Check]:
    title = _("proxy")
    given = {name: _both(name) for name in _PROXIES}
    used = {name: values for name, values in given.items() if values}
    if not used:
        yield Check(id="proxy", title=title, level="ok", says=_("none"))
        return
    for name, values in used.items():
        yield _proxy(name, values)
    without = {part.strip() for value in _both("NO_PROXY") for part in value.split(",")}
    if not without & set(_LOCAL):
        yield Check(
            id="no-proxy",
            title="NO_PROXY",
            level="warning",
            says=_("it does not name this machine: the sandbox may be out of reach"),
            fix="export NO_PROXY=localhost,127.0.0.1",
        )


def _proxy(name: str, values: list[str]) -> Check:
    """Show where a proxy is, without the credentials that its address may hold."""
    key = f"proxy:{name}"
    places = [_place(value) for value in values]
    if len(set(places)) > 1:
        says = _("{name} and {lower} differ: {places}").format(
            name=name, lower=name.lower(), places=", ".join(places)
        )
        return Check(
            id=key, title=name, level="warning", says=says, fix=f'export {name}="${name.lower()}"'
        )
    if not places[0]:
        says = _("it is not an address")
        return Check(
            id=key, title=name, level="warning", says=says, fix=f"export {name}=http://HOST:PORT"
        )
    return Check(id=key, title=name, level="ok", says=places[0])


def _place(value: str) -> str:
    """Return "scheme://host:port" of an address, "" when it is none."""
    try:
        parts = urlsplit(value)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}{port}" if parts.scheme and parts.hostname else ""


def _both(name: str) -> list[str]:
    found = (os.environ.get(name, ""), os.environ.get(name.lower(), ""))
    return list(dict.fromkeys(value for value in found if value))


def _certificates() -> Iterator[Check]:
    for name in _CERTIFICATES:
        value = os.environ.get(name)
        if not value:
            continue
        if os.access(value, os.R_OK):
            yield Check(id=f"certificates:{name}", title=name, level="ok", says=value)
            continue
        reason = _("cannot be read") if Path(value).exists() else _("is not there")
        yield Check(
            id=f"certificates:{name}",
            title=name,
            level="warning",
            says=_("{file} {reason}: every connection to Google fails").format(
                file=value, reason=reason
            ),
            fix=f"unset {name}",
        )
