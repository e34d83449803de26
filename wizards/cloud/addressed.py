"""What a request was about, read from its address: cards name the real things."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from urllib.parse import parse_qsl, unquote, urlsplit

_KINDS = {
    "projects": "project",
    "locations": "region",
    "regions": "region",
    "zones": "zone",
    "instances": "instance",
    "databases": "database",
    "users": "user",
    "secrets": "secret",
    "versions": "version",
    "repositories": "repository",
    "serviceAccounts": "account",
    "billingAccounts": "billing",
    "services": "service",
    "jobs": "job",
    "triggers": "trigger",
    "connections": "connection",
    "workloadIdentityPools": "pool",
    "providers": "provider",
    "operations": "operation",
    "folders": "folder",
    "organizations": "organization",
    "buckets": "bucket",
}
_IN_QUERY = {
    "secretId": "secret",
    "repositoryId": "repository",
    "serviceId": "service",
    "jobId": "job",
    "connectionId": "connection",
    "workloadIdentityPoolId": "pool",
    "workloadIdentityPoolProviderId": "provider",
    "instance": "instance",
}
_HOST = re.compile(r"(?:.*\.)?(?P<api>\w+)\.googleapis\.com")
_LARGEST_BODY = 100_000


def names_in(address: str, body: str | bytes | None = None) -> dict[str, str]:
    """Return the names in a request's URL, and the new thing's from its body.

    Of the body only the fields that name something are looked at; ``api`` is the service asked.
    """
    parts = urlsplit(address)
    path = unquote(parts.path)
    found = {"api": _api(parts.hostname or "", path)}
    found |= names_of(path)
    for key, value in parse_qsl(parts.query):
        if key in _IN_QUERY:
            found.setdefault(_IN_QUERY[key], value)
    found |= {key: value for key, value in _new(path, body).items() if key not in found}
    return {key: value for key, value in found.items() if value}


def names_of(resource: str) -> dict[str, str]:
    """Return the names in a resource's full name ("projects/p/secrets/s")."""
    parts = resource.split("/")
    found: dict[str, str] = {}
    for kind, name in pairwise(parts):
        plain = name.partition(":")[0]
        if kind in _KINDS and plain not in ("", "-"):
            found[_KINDS[kind]] = plain
    return found


def _api(host: str, path: str) -> str:
    if path.startswith("/_/"):
        return f"{path.split('/')[2]}.googleapis.com"
    found = _HOST.fullmatch(host)
    return f"{found['api']}.googleapis.com" if found else ""


def _new(path: str, body: str | bytes | None) -> dict[str, str]:
    """Return the name of what a POST creates, where its body has it."""
    if not body or len(body) > _LARGEST_BODY:
        return {}
    try:
        given = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(given, dict):
        return {}
    last = path.rstrip("/").rsplit("/", 1)[-1]
    name = given.get("name", "")
    found = {
        "project": given.get("projectId", ""),
        "account": given.get("accountId", ""),
        "parent": given.get("parent", ""),
        "billing": str(given.get("billingAccountName", "")).removeprefix("billingAccounts/"),
        "tier": (given.get("settings") or {}).get("tier", "")
        if isinstance(given.get("settings"), dict)
        else "",
    }
    if last in ("instances", "databases", "users") and isinstance(name, str) and "/" not in name:
        found[_KINDS[last]] = name
    return {key: value for key, value in found.items() if isinstance(value, str) and value}
