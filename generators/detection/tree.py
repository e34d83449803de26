"""The files of a repository that could matter: no environments, packages, tests or examples."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

_NEVER = frozenset(
    {
        "node_modules",
        "bower_components",
        "jspm_packages",
        "web_modules",
        "site-packages",
        "__pycache__",
        "__pypackages__",
        "htmlcov",
        "venv",
        "virtualenv",
        "vendor",
    }
)
_NOT_DEPLOYED = frozenset(
    {
        "tests",
        "test",
        "testing",
        "__tests__",
        "e2e",
        "examples",
        "example",
        "samples",
        "sample",
        "demos",
        "docs",
        "docs_src",
        "doc",
        "fixtures",
        "benchmarks",
        "benchmark",
        "notebooks",
        "cookbook",
        "tutorials",
        "stubs",
        "typings",
        "testproject",
        "test_project",
        "testapp",
        "test_app",
        "example_project",
        "storybook",
        "cypress",
        "playwright",
        "__mocks__",
        "templates",
        "skeleton",
    }
)
_HIDDEN_KEPT = frozenset({".github", ".circleci", ".docker", ".deploy", ".deployment"})
_IMITATION = re.compile(r"(?:^|[-_])(?:mocks?|stubs?|fixtures?|fakes?)(?:[-_]|$)")
_LARGEST = 1_000_000
_MOST = 200_000


@dataclass
class Tree:
    """Paths relative to the root with "/" between the parts; texts are read once and kept."""

    root: Path
    files: list[str] = field(default_factory=list)
    environments: list[str] = field(default_factory=list)
    opened: set[str] = field(default_factory=set)
    _texts: dict[str, str] = field(default_factory=dict)
    _names: dict[str, list[str]] = field(default_factory=dict)
    _known: frozenset[str] = frozenset()
    _folders: frozenset[str] = frozenset()

    def has(self, path: str) -> bool:
        """Whether a file is there."""
        return path in self._known

    def has_folder(self, path: str) -> bool:
        """Whether a folder with files is there."""
        return path in self._folders

    def named(self, *names: str) -> list[str]:
        """Return the paths of all files with one of these names, shallowest first."""
        if len(names) == 1:
            return list(self._names.get(names[0], ()))
        found = [path for name in names for path in self._names.get(name, ())]
        return sorted(found, key=_depth)

    def under(self, folder: str) -> list[str]:
        """Return the paths of all files in a folder and below, shallowest first."""
        return [path for path in self.files if inside(path, folder)]

    def ending(self, *endings: str) -> list[str]:
        """Return the paths that end so, shallowest first."""
        return [path for path in self.files if path.endswith(endings)]

    @property
    def package_folders(self) -> frozenset[str]:
        """The folders that have a package.json of their own."""
        return frozenset(parent(path) for path in self._names.get("package.json", ()))

    def text(self, path: str) -> str:
        """Return a file's text; UTF-16 and broken UTF-8 are read as well as they can be."""
        if path not in self._texts:
            self._texts[path] = decoded(self.data(path))
        return self._texts[path]

    def data(self, path: str) -> bytes:
        """Return a file's bytes, empty when it is unreadable or larger than 1 MB."""
        full = self.root / path
        self.opened.add(path)
        try:
            if full.stat().st_size > _LARGEST and not path.endswith((".lock", "-lock.json")):
                return b""
            return full.read_bytes()
        except OSError:
            return b""


def decoded(data: bytes) -> str:
    """Return text from bytes: by its byte order mark, else UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    return data.decode("utf-8-sig", errors="replace")


def read_tree(root: Path) -> Tree:
    """Walk a repository once; symbolic links are not followed."""
    tree = Tree(root)
    for path in _walk(root, "", tree.environments):
        tree.files.append(path)
        if len(tree.files) >= _MOST:
            break
    tree.files.sort(key=_depth)
    for path in tree.files:
        tree._names.setdefault(path.rpartition("/")[2], []).append(path)
    tree._known = frozenset(tree.files)
    tree._folders = frozenset(_folders(tree.files))
    return tree


def _depth(path: str) -> tuple[int, str]:
    return path.count("/"), path


def parent(path: str) -> str:
    """Return the folder of a path, "." at the top."""
    return path.rpartition("/")[0] or "."


def join(folder: str, name: str) -> str:
    """Return a path inside a folder; "." is the root itself."""
    if not name or name == ".":
        return folder
    return name if folder == "." else f"{folder}/{name}"


def ancestors(folder: str) -> Iterator[str]:
    """Yield a folder, then every folder above it, ending with "."."""
    while folder != ".":
        yield folder
        folder = parent(folder)
    yield "."


def inside(path: str, folder: str) -> bool:
    """Whether a path lies in a folder or is it."""
    return folder == "." or path == folder or path.startswith(f"{folder}/")


def deployable(path: str) -> bool:
    """Whether code at this path may be a service: not in tests, examples or documentation."""
    parts = path.split("/")
    name = parts[-1]
    if name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py":
        return False
    return not any(
        part.lower() in _NOT_DEPLOYED or "{{" in part or _IMITATION.search(part.lower())
        for part in parts[:-1]
    )


def _walk(folder: Path, prefix: str, environments: list[str]) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    if prefix and any(entry.name == "pyvenv.cfg" for entry in entries):
        environments.append(prefix.rstrip("/"))
        return
    for entry in entries:
        if entry.is_symlink():
            continue
        if not entry.is_dir():
            yield prefix + entry.name
        elif _worth_reading(entry.name):
            yield from _walk(folder / entry.name, f"{prefix}{entry.name}/", environments)
        elif entry.name.lstrip(".") in {"venv", "virtualenv", "node_modules"}:
            environments.append(prefix + entry.name)


def _worth_reading(name: str) -> bool:
    if name.startswith("."):
        return name in _HIDDEN_KEPT
    return name not in _NEVER and not name.endswith(".egg-info")


def _folders(files: Iterable[str]) -> Iterator[str]:
    seen = {"."}
    yield "."
    for path in files:
        folder = parent(path)
        while folder not in seen:
            seen.add(folder)
            yield folder
            folder = parent(folder)
