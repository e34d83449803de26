"""What a project depends on, from requirements files: includes followed, any encoding."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from generators.detection.tree import Tree, join, parent

_NAME = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?\s*([^;#]*)")
_PINNED = re.compile(r"^===?\s*([^\s,]+)")
_INCLUDE = re.compile(r"^\s*(?:-r|--requirement)[\s=]+(\S+)")

_BROUGHT = {
    ("fastapi", "standard"): "uvicorn",
    ("fastapi", "all"): "uvicorn",
    ("psycopg", "binary"): "psycopg-binary",
    ("psycopg", "c"): "psycopg-c",
    ("celery", "redis"): "redis",
    ("dramatiq", "redis"): "redis",
    ("dramatiq", "rabbitmq"): "pika",
    ("channels", "daphne"): "daphne",
    ("litestar", "standard"): "uvicorn",
    ("uvicorn", "standard"): "uvicorn",
    ("sqlalchemy", "postgresql-asyncpg"): "asyncpg",
    ("sqlalchemy", "postgresql-psycopg"): "psycopg",
    ("sqlalchemy", "asyncpg"): "asyncpg",
    ("tortoise-orm", "asyncpg"): "asyncpg",
    ("tortoise-orm", "asyncmy"): "asyncmy",
    ("databases", "postgresql"): "asyncpg",
    ("databases", "asyncpg"): "asyncpg",
}


@dataclass
class Dependencies:
    """Canonical names with the pinned version, the specifier or "", and where each was read."""

    versions: dict[str, str] = field(default_factory=dict)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)

    def add(self, name: str, version: str, path: str, line: int) -> None:
        """Add one dependency; a version from a later, more exact source replaces an empty one."""
        key = canonical(name)
        if version or key not in self.versions:
            self.versions[key] = version
        self.places.setdefault(key, (path, line))

    def add_extras(self, name: str, extras: list[str], path: str, line: int) -> None:
        """Add the packages that well-known extras bring ("fastapi[standard]" brings uvicorn)."""
        for extra in extras:
            brought = _BROUGHT.get((canonical(name), extra.strip()))
            if brought:
                self.add(brought, "", path, line)

    def has(self, *names: str) -> bool:
        """Whether any of these packages is there."""
        return any(name in self.versions for name in names)

    def line(self, name: str) -> tuple[str, int] | None:
        """Return the file and line that name a package."""
        return self.places.get(name)


def canonical(name: str) -> str:
    """Return a package's name as indexes compare it: lower case, one hyphen."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_requirements(
    tree: Tree, path: str, into: Dependencies, seen: set[str] | None = None
) -> set[str]:
    """Read a requirements file and what it includes; return the paths that were read."""
    seen = set() if seen is None else seen
    if path in seen or not tree.has(path):
        return seen
    seen.add(path)
    for number, line in enumerate(tree.text(path).splitlines(), 1):
        if include := _INCLUDE.match(line):
            read_requirements(tree, _beside(path, include[1]), into, seen)
        else:
            read_line(line, into, path, number)
    return seen


def read_line(line: str, into: Dependencies, path: str, number: int) -> None:
    """Read one requirement ("name[extra]>=1 ; marker"); options and comments are skipped."""
    if line.lstrip().startswith(("-", "#")) or "://" in line.split("#")[0].partition("@")[0]:
        return
    found = _NAME.match(line)
    if found:
        into.add(found[1], version_of(found[3]), path, number)
        into.add_extras(found[1], (found[2] or "").split(","), path, number)


def version_of(specifier: str) -> str:
    """Return the exact version of "==1.2", else the specifier itself without blanks."""
    specifier = specifier.strip().rstrip("\\").strip()
    pinned = _PINNED.match(specifier)
    if pinned:
        return pinned[1]
    return "" if specifier.startswith("@") else re.sub(r"\s+", "", specifier)


def _beside(path: str, name: str) -> str:
    folder = parent(path)
    while name.startswith("../"):
        folder, name = parent(folder), name[3:]
    return join(folder, name.removeprefix("./"))
