"""Which requirements file of a folder is production's, and what pins its versions."""

from __future__ import annotations

import re

from generators.detection.tree import Tree, inside, join, parent

_PRODUCTION = re.compile(r"prod|deploy|release|heroku|gcp|gae|server")
_OTHER = re.compile(
    r"dev|test|doc|lint|local|ci\b|build|tool|type|mypy|example|min|bench|notebook|gpu|cuda|ml\b|opt"
)
_FOLDERS = ("requirements", "reqs", "requires", "deps")


def requirement_files(tree: Tree, root: str) -> list[str]:
    """Return the requirements files of a folder and of its ``requirements/``, production first."""
    found = [path for path in tree.ending(".txt") if _is_requirements(path, root)]
    return sorted(found, key=lambda path: _rank(path, root))


def has_requirements(tree: Tree) -> set[str]:
    """Return the folders that requirements files install."""
    return {
        _owner(path)
        for path in tree.ending(".txt")
        if _looks_so(path) and not _OTHER.search(path.rpartition("/")[2].lower())
    }


def compiled_from(tree: Tree, path: str) -> str:
    """Return the ``.in`` file that a requirements file was compiled from, "" for none."""
    source = path.removesuffix(".txt") + ".in"
    if tree.has(source):
        return source
    start = tree.text(path)[:600]
    found = re.search(r"(?:pip-compile|uv pip compile)[^\n]*?([\w./-]+\.(?:in|toml))", start)
    named = join(parent(path), found[1].rpartition("/")[2]) if found else ""
    return named if named and tree.has(named) else ""


def constraints(tree: Tree, path: str) -> str:
    """Return the constraints file that a requirements file names, "" for none."""
    found = re.search(r"^\s*(?:-c|--constraint)[\s=]+(\S+)", tree.text(path), re.MULTILINE)
    named = join(parent(path), found[1].removeprefix("./")) if found else ""
    return named if named and tree.has(named) else ""


def _is_requirements(path: str, root: str) -> bool:
    return inside(path, root) and _looks_so(path) and _owner(path) == root


def _looks_so(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    within = parent(path).rpartition("/")[2].lower() in _FOLDERS
    return within or bool(re.search(r"(^|[-_.])require?ments?([-_.]|$)|^pip-requires", name))


def _owner(path: str) -> str:
    folder = parent(path)
    while folder.rpartition("/")[2].lower() in _FOLDERS:
        folder = parent(folder)
    return folder


def _rank(path: str, root: str) -> tuple[int, int, str]:
    name = path.rpartition("/")[2].lower()
    if parent(path) == root and name == "requirements.txt":
        return (0, 0, path)
    order = 3
    if _PRODUCTION.search(name):
        order = 1
    elif _OTHER.search(name):
        order = 9
    elif re.search(r"base|main|common|requirements\.txt|core|web|app|api|backend", name):
        order = 2
    return (order, path.count("/"), path)
