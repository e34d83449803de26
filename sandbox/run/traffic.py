"""Which revision serves which share of the requests: what is asked for, and what is in force."""

from __future__ import annotations

from typing import Any

from sandbox.errors import bad_request, not_found
from sandbox.run import kinds
from sandbox.store import Store

Body = dict[str, Any]

LATEST = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
REVISION = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"


def checked(store: Store, service: str, targets: list[Body], coming: str) -> list[Body]:
    """Return the targets of a service in full; ``coming`` is a revision about to be made."""
    if not targets:
        return [{"type": LATEST, "percent": 100}]
    made = [_complete(each) for each in targets]
    if any(each.get("percent", 0) < 0 for each in made):
        raise bad_request("traffic: percent must not be negative.")
    if sum(each.get("percent", 0) for each in made) != 100:
        raise bad_request("traffic: the percents of all targets must add up to 100.")
    for each in made:
        revision = each.get("revision", "")
        known = store.get(kinds.REVISION, f"{service}/revisions/{revision}")
        if each["type"] == REVISION and known is None and revision != coming:
            raise not_found(
                f"Revision '{revision}' does not exist or is deleted. Update all traffic to route "
                "to currently available revisions."
            )
    tags = [each["tag"] for each in made if each.get("tag")]
    if len(tags) != len(set(tags)):
        raise bad_request("traffic: a tag can be given to one target only.")
    return made


def in_force(targets: list[Body], latest: str) -> list[Body]:
    """Return the targets with the revision that each stands for at the moment."""
    return [
        {**each, "revision": latest if each["type"] == LATEST else each["revision"]}
        for each in targets
        if latest or each["type"] == REVISION
    ]


def status(target: Body, uri: str) -> Body:
    """Return a target in force as v2 shows it."""
    shown = {key: target[key] for key in ("type", "percent", "tag") if target.get(key)}
    if target["type"] == REVISION:
        shown["revision"] = target["revision"]
    if target.get("tag"):
        shown["uri"] = tagged(uri, target["tag"])
    return shown


def tagged(uri: str, tag: str) -> str:
    """Return the address of a tagged revision; on loopback the name ``localhost`` carries it."""
    scheme, _slashes, host = uri.partition("://")
    host = host.replace("127.0.0.1", "localhost")
    return f"{scheme}://{tag}---{host}" if "run.app" in host else f"{scheme}://{tag}---x.{host}"


def _complete(target: Body) -> Body:
    kind = target.get("type") or (REVISION if target.get("revision") else LATEST)
    if kind not in (LATEST, REVISION):
        kind = REVISION if target.get("revision") else LATEST
    if kind == REVISION and not target.get("revision"):
        raise bad_request("traffic: a target by revision must name it.")
    return {**target, "type": kind}
