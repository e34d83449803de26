"""Moments of an apply by names that are the same in every project."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

_PROJECT = re.compile(r"\bk-[0-9a-f]{12}(?![0-9a-f])")
_ASKS = ("getIamPolicy", "testIamPermissions", "batchGet", ":search", ":generateAccessToken")


def of_record(fields: Mapping[str, Any]) -> str:
    """Return the name of a journal record: its event and the step it is about."""
    return _PROJECT.sub("PROJECT", f"{fields['event']} {fields.get('id', '')}".strip())


def of_request(verb: str, url: str) -> str:
    """Return the name of a write."""
    path = urlsplit(url).path.removeprefix("/_/")
    path = re.sub(r"(operations|triggers)/[^/ ]+", r"\1/ANY", path)
    return _PROJECT.sub("PROJECT", f"{verb} {path}")


def writes(verb: str, url: str) -> bool:
    """Say whether a request changes anything at Google."""
    path = urlsplit(url).path
    return verb != "GET" and "/_/" in path and not any(word in path for word in _ASKS)
