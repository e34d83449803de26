"""Pages of a list and the part of an answer that was asked for."""

from __future__ import annotations

from typing import Any

from sandbox.call import Call
from sandbox.errors import bad_request

Body = dict[str, Any]


def size(call: Call, name: str = "pageSize", *, default: int = 100, most: int = 1000) -> int:
    """Return how many entries a page may hold."""
    wanted = int(call.parameters.get(name) or call.body.get(name) or default)
    if wanted < 0:
        raise bad_request("The page size must not be negative.")
    return min(wanted or default, most)


def listed(call: Call, key: str, kind: str, parent: str, *, default: int = 100) -> Body:
    """Return one page of a kind of resource, as ``{key: [...], "nextPageToken"}``."""
    bodies, more = call.world.store.page(
        kind, parent, size(call, default=default), call.text("pageToken")
    )
    return page_of(key, bodies, more)


def sliced(
    call: Call, key: str, entries: list[Body], *, size_name: str = "pageSize", default: int = 100
) -> Body:
    """Return one page of a list that is filtered in memory; its token is the position."""
    token = str(call.parameters.get("pageToken") or call.body.get("pageToken") or "0")
    if not token.isdigit():
        raise bad_request("The page token is invalid.")
    begin, most = int(token), size(call, size_name, default=default)
    more = str(begin + most) if begin + most < len(entries) else ""
    return page_of(key, entries[begin : begin + most], more)


def page_of(key: str, entries: list[Body], more: str) -> Body:
    """Return a page as Google writes it: what is empty is left out."""
    page: Body = {}
    if entries:
        page[key] = entries
    if more:
        page["nextPageToken"] = more
    return page
