"""The newest Python that pinned releases of well-known packages still run on."""

from __future__ import annotations

import re
from collections.abc import Mapping

# (package, first release that is newer than the row, newest Python of the releases before it);
# from the release notes of each package. Rows of one package go from old to new.
_LIMITS = (
    ("django", (1, 11), "3.5"),
    ("django", (2, 0), "3.6"),
    ("django", (2, 2), "3.7"),
    ("django", (3, 0), "3.9"),
    ("django", (3, 2), "3.9"),
    ("django", (4, 0), "3.10"),
    ("django", (4, 1), "3.10"),
    ("django", (4, 2), "3.11"),
    ("django", (5, 1), "3.12"),
    ("numpy", (1, 17, 3), "3.7"),
    ("numpy", (1, 19, 3), "3.8"),
    ("numpy", (1, 21), "3.9"),
    ("numpy", (1, 22), "3.10"),
    ("numpy", (1, 26), "3.11"),
    ("numpy", (2, 1), "3.12"),
    ("pandas", (0, 25, 2), "3.7"),
    ("pandas", (1, 1, 3), "3.8"),
    ("pandas", (1, 3), "3.9"),
    ("pandas", (1, 5), "3.10"),
    ("pandas", (2, 1), "3.11"),
    ("pandas", (2, 2, 3), "3.12"),
    ("pydantic", (1, 10), "3.10"),
    ("pydantic", (2, 0), "3.12"),
    ("pydantic", (2, 8), "3.12"),
    ("asyncpg", (0, 25), "3.9"),
    ("asyncpg", (0, 27), "3.10"),
    ("asyncpg", (0, 29), "3.11"),
    ("asyncpg", (0, 30), "3.12"),
    ("psycopg2-binary", (2, 9, 2), "3.9"),
    ("psycopg2-binary", (2, 9, 4), "3.10"),
    ("psycopg2-binary", (2, 9, 6), "3.11"),
    ("psycopg2-binary", (2, 9, 10), "3.12"),
    ("sqlalchemy", (1, 4, 46), "3.11"),
    ("celery", (5, 0), "3.8"),
    ("celery", (5, 3), "3.11"),
    ("aiohttp", (3, 7), "3.8"),
    ("aiohttp", (3, 8), "3.9"),
    ("aiohttp", (3, 9), "3.11"),
    ("jinja2", (2, 10, 1), "3.9"),
    ("flask", (1, 0), "3.9"),
    ("werkzeug", (0, 15), "3.9"),
    ("scikit-learn", (0, 22), "3.7"),
    ("scikit-learn", (0, 24), "3.8"),
    ("scikit-learn", (1, 0), "3.9"),
    ("scikit-learn", (1, 1, 3), "3.10"),
    ("scikit-learn", (1, 3, 1), "3.11"),
    ("tensorflow", (2, 2), "3.7"),
    ("tensorflow", (2, 5), "3.8"),
    ("tensorflow", (2, 8), "3.9"),
    ("tensorflow", (2, 12), "3.10"),
    ("tensorflow", (2, 16), "3.11"),
    ("torch", (1, 8), "3.8"),
    ("torch", (1, 11), "3.9"),
    ("torch", (2, 0), "3.10"),
    ("torch", (2, 2), "3.11"),
    ("torch", (2, 5), "3.12"),
    ("gevent", (21, 0), "3.8"),
    ("gevent", (22, 10), "3.10"),
    ("greenlet", (1, 0), "3.9"),
    ("greenlet", (2, 0), "3.10"),
    ("greenlet", (3, 0), "3.11"),
    ("greenlet", (3, 1), "3.12"),
)


def newest_python(versions: Mapping[str, str]) -> str | None:
    """Return the newest Python that all exactly pinned packages run on, None without a limit."""
    limits = []
    for package, before in _first_limits(versions):
        limits.append((tuple(map(int, before.split("."))), before, package))
    return min(limits)[1] if limits else None


def _first_limits(versions: Mapping[str, str]) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for package, until, python in _LIMITS:
        release = _release(versions.get(package, ""))
        if release and release < until and package not in found:
            found[package] = python
    return list(found.items())


def _release(version: str) -> tuple[int, ...]:
    """Return the numbers of an exact version, () for a range."""
    found = re.fullmatch(r"(\d+(?:\.\d+)*)(?:(?:a|b|rc|\.post|\.dev)\d+)?", version)
    return tuple(map(int, found[1].split("."))) if found else ()
