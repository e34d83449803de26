"""The nearest manifest of a Python program: its manager, lockfile, dependencies and Python."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field

from generators.detection.requirements import (
    Dependencies,
    canonical,
    read_line,
    read_requirements,
    version_of,
)
from generators.detection.tree import Tree, ancestors, join, parent
from generators.detection.versions import PYTHONS, Wanted, python_from_exact, python_from_range

LOCKFILES = {
    "uv.lock": "uv",
    "poetry.lock": "poetry",
    "pdm.lock": "pdm",
    "Pipfile.lock": "pipenv",
}
_REQUIREMENTS = (
    "requirements.txt",
    "requirements/prod.txt",
    "requirements/production.txt",
    "requirements/base.txt",
    "requirements.prod.txt",
    "requirements-prod.txt",
)
_PROJECT_FILES = ("pyproject.toml", "Pipfile", "setup.py", "setup.cfg", "requirements.in")
_LOCKED = re.compile(r'^name = "([^"]+)"\nversion = "([^"]+)"', re.MULTILINE)
_LOCKED_PIPENV = re.compile(r'^ {8}"([^"]+)": \{[^}]*?"version": "==([^"]+)"', re.MULTILINE)
_INTERPRETER = re.compile(r"^FROM\s+(?:\S*/)?python:(\d+\.\d+)", re.MULTILINE)


@dataclass
class Manifest:
    """What installs a program; ``root`` is its folder, ``lockfile`` may lie further up."""

    root: str
    manager: str
    name: str = ""
    path: str = ""
    lockfile: str = ""
    requirements: tuple[str, ...] = ()
    dependencies: Dependencies = field(default_factory=Dependencies)
    python: Wanted = field(default_factory=lambda: Wanted(PYTHONS[0]))
    builds: bool = False
    lockfiles: tuple[str, ...] = ()
    development: frozenset[str] = frozenset()
    scripts: dict[str, str] = field(default_factory=dict)


def manifest_roots(tree: Tree) -> list[str]:
    """Return the folders that hold a manifest, shallowest first."""
    roots = {parent(path) for path in tree.named(*_PROJECT_FILES) if _is_project(tree, path)}
    for name in _REQUIREMENTS:
        for path in tree.ending(name):
            if path == name or path.endswith(f"/{name}"):
                roots.add(path.removesuffix(name).rstrip("/") or ".")
    return sorted(roots, key=lambda root: (root.count("/") if root != "." else -1, root))


def read_manifest(tree: Tree, root: str) -> Manifest:
    """Return what the folder's own files say, with a lockfile of a workspace above it."""
    manifest = Manifest(root, "pip")
    project = _toml(tree, join(root, "pyproject.toml"))
    locks = [join(root, name) for name in LOCKFILES if tree.has(join(root, name))]
    if not locks:
        locks = [path for path in _workspace_locks(tree, root) if tree.has(path)]
    manifest.lockfiles = tuple(locks)
    _read_project(tree, root, project, manifest)
    if locks:
        manifest.lockfile = _preferred(locks, project)
        manifest.manager = LOCKFILES[manifest.lockfile.rpartition("/")[2]]
        _read_lock(tree, manifest)
    elif "poetry" in _table(project, "tool"):
        manifest.manager = "poetry"
    elif tree.has(join(root, "Pipfile")):
        manifest.manager = "pipenv"
    if manifest.manager == "pip":
        _read_pip(tree, root, manifest)
    manifest.python = _python(tree, root, project)
    return manifest


def _read_pip(tree: Tree, root: str, manifest: Manifest) -> None:
    found = [join(root, name) for name in _REQUIREMENTS if tree.has(join(root, name))]
    if found:
        manifest.path = found[0]
        read = read_requirements(tree, found[0], manifest.dependencies)
        manifest.requirements = (found[0], *sorted(read - {found[0]}))
        if _all_pinned(manifest.dependencies):
            manifest.lockfile = found[0]
    elif not manifest.path:
        manifest.path = next(
            (join(root, name) for name in _PROJECT_FILES if tree.has(join(root, name))), ""
        )


def _all_pinned(dependencies: Dependencies) -> bool:
    versions = dependencies.versions.values()
    return bool(versions) and all(version[:1].isdigit() for version in versions)


def _read_project(tree: Tree, root: str, project: dict[str, object], manifest: Manifest) -> None:
    path = join(root, "pyproject.toml")
    if project:
        manifest.path = path
        manifest.builds = "build-system" in project
        lines = tree.text(path).splitlines()
        table = _table(project, "project")
        manifest.name = str(table.get("name", ""))
        listed = table.get("dependencies", [])
        for requirement in listed if isinstance(listed, list) else []:
            read_line(str(requirement), manifest.dependencies, path, _line(lines, str(requirement)))
        poetry = _table(project, "tool", "poetry")
        for name, given in _table(poetry, "dependencies").items():
            if name != "python":
                version = given.get("version", "") if isinstance(given, dict) else given
                line = _line(lines, name)
                manifest.dependencies.add(name, str(version), path, line)
                extras = given.get("extras", []) if isinstance(given, dict) else []
                manifest.dependencies.add_extras(name, list(map(str, extras)), path, line)
        manifest.development = frozenset(_development(project))
        scripts = _table(project, "project", "scripts") | _table(poetry, "scripts")
        manifest.scripts = {name: str(target) for name, target in scripts.items()}
    elif tree.has(join(root, "Pipfile")):
        path = manifest.path = join(root, "Pipfile")
        lines = tree.text(path).splitlines()
        for name, given in _table(_toml(tree, path), "packages").items():
            version = given if isinstance(given, str) and given != "*" else ""
            manifest.dependencies.add(name, version_of(version), path, _line(lines, name))


def _development(project: dict[str, object]) -> set[str]:
    names: set[str] = set()
    groups = _table(project, "dependency-groups") | _table(
        project, "project", "optional-dependencies"
    )
    for listed in groups.values():
        for requirement in listed if isinstance(listed, list) else []:
            found = re.match(r"[A-Za-z0-9._-]+", str(requirement))
            names |= {canonical(found[0])} if found else set()
    for group in _table(project, "tool", "poetry", "group").values():
        names |= {canonical(name) for name in _table({"g": group}, "g", "dependencies")}
    return names


def _read_lock(tree: Tree, manifest: Manifest) -> None:
    """Put the locked version beside each dependency; the lock's other packages are left out."""
    text = tree.text(manifest.lockfile)
    pattern = _LOCKED_PIPENV if manifest.manager == "pipenv" else _LOCKED
    locked = {canonical(name): version for name, version in pattern.findall(text)}
    versions = manifest.dependencies.versions
    versions.update({name: locked[name] for name in versions if locked.get(name)})


def _preferred(locks: list[str], project: dict[str, object]) -> str:
    """Return the lockfile of the manager that the project's own tables name, else the first."""
    tools = _table(project, "tool")
    for path in locks:
        if LOCKFILES[path.rpartition("/")[2]] in tools:
            return path
    return locks[0]


def _workspace_locks(tree: Tree, root: str) -> list[str]:
    above = [folder for folder in ancestors(root) if folder != root]
    return [
        join(folder, "uv.lock")
        for folder in above
        if "workspace" in _table(_toml(tree, join(folder, "pyproject.toml")), "tool", "uv")
    ]


def _is_project(tree: Tree, path: str) -> bool:
    """A pyproject.toml that only configures tools is no manifest."""
    if not path.endswith("pyproject.toml"):
        return True
    project = _toml(tree, path)
    return "project" in project or "poetry" in _table(project, "tool")


def _python(tree: Tree, root: str, project: dict[str, object]) -> Wanted:
    for folder in ancestors(root):
        for name in (".python-version", "runtime.txt"):
            path = join(folder, name)
            version = python_from_exact(tree.text(path)) if tree.has(path) else None
            if version:
                return Wanted(version, path, 1, tree.text(path).strip().splitlines()[0])
    path = join(root, "pyproject.toml")
    ranges = (
        str(_table(project, "project").get("requires-python", "")),
        str(_table(project, "tool", "poetry", "dependencies").get("python", "")),
    )
    pipfile = str(_table(_toml(tree, join(root, "Pipfile")), "requires").get("python_version", ""))
    for specifier in filter(None, ranges):
        if version := python_from_range(specifier):
            return Wanted(version, path, _line(tree.text(path).splitlines(), specifier), specifier)
    if version := python_from_exact(pipfile):
        return Wanted(version, join(root, "Pipfile"), 1, pipfile)
    for folder in ancestors(root):
        path = join(folder, "Dockerfile")
        if tree.has(path) and (found := _INTERPRETER.search(tree.text(path))):
            line = tree.text(path)[: found.start()].count("\n") + 1
            return Wanted(found[1], path, line, found[0])
    return Wanted(PYTHONS[0])


def _line(lines: list[str], words: str) -> int:
    for number, line in enumerate(lines, 1):
        if words in line:
            return number
    return 1


def _toml(tree: Tree, path: str) -> dict[str, object]:
    if not tree.has(path):
        return {}
    try:
        return tomllib.loads(tree.text(path))
    except tomllib.TOMLDecodeError:
        return {}


def _table(values: dict[str, object], *keys: str) -> dict[str, object]:
    found: object = values
    for key in keys:
        found = found.get(key, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}
