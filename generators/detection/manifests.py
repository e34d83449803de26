"""The nearest manifest of a Python program: its manager, lockfile, dependencies and Python."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from generators.detection.images import near
from generators.detection.pinned import python_version
from generators.detection.reading import line_of, listed, read_toml, table, texts
from generators.detection.requirement_files import (
    compiled_from,
    constraints,
    has_requirements,
    requirement_files,
)
from generators.detection.requirements import (
    Dependencies,
    canonical,
    read_line,
    read_requirements,
    version_of,
)
from generators.detection.setup_files import read_setup
from generators.detection.supported import newest_python
from generators.detection.tree import Tree, ancestors, deployable, join, parent
from generators.detection.versions import PYTHONS, Wanted
from generators.project import Confidence

LOCKFILES = {
    "uv.lock": "uv",
    "poetry.lock": "poetry",
    "pdm.lock": "pdm",
    "Pipfile.lock": "pipenv",
}
CONDA_FILES = ("environment.yml", "environment.yaml", "conda.yml", "conda.yaml")
_PROJECT_FILES = (
    "pyproject.toml",
    "Pipfile",
    "setup.py",
    "setup.cfg",
    "requirements.in",
    *CONDA_FILES,
)
_LOCKED = re.compile(r'^name = "([^"]+)"\s+version = "([^"]+)"', re.MULTILINE)
_LOCKED_PIPENV = re.compile(r'^ {8}"([^"]+)": \{[^}]*?"version": "==([^"]+)"', re.MULTILINE)


@dataclass
class Manifest:
    """What installs a program; ``root`` is its folder, ``lockfile`` may lie further up.

    ``manager`` is pip, uv, poetry, pdm, pipenv or conda; ``others`` are further manifests in the
    same folder that another manager reads; ``workspace`` is the folder of a lockfile above.
    """

    root: str
    manager: str
    name: str = ""
    path: str = ""
    lockfile: str = ""
    workspace: str = ""
    manager_version: str = ""
    requirements: tuple[str, ...] = ()
    dependencies: Dependencies = field(default_factory=Dependencies)
    python: Wanted = field(default_factory=lambda: Wanted(PYTHONS[0]))
    builds: bool = False
    lockfiles: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    development: frozenset[str] = frozenset()
    scripts: dict[str, str] = field(default_factory=dict)
    conda: str = ""
    sure: Confidence = Confidence.HIGH


def manifest_roots(tree: Tree) -> list[str]:
    """Return the folders that hold a manifest, shallowest first."""
    roots = {parent(path) for path in tree.named(*_PROJECT_FILES) if _is_project(tree, path)}
    roots |= has_requirements(tree)
    roots = {root for root in roots if root == "." or deployable(f"{root}/x")}
    return sorted(roots, key=lambda root: (root.count("/") if root != "." else -1, root))


def read_manifest(tree: Tree, root: str) -> Manifest:
    """Return what the folder's own files say, with a lockfile of a workspace above it."""
    manifest = Manifest(root, "pip")
    project = read_toml(tree, join(root, "pyproject.toml"))
    locks = [join(root, name) for name in LOCKFILES if tree.has(join(root, name))]
    if not locks:
        locks = [path for path in _workspace_locks(tree, root) if tree.has(path)]
    manifest.lockfiles = tuple(locks)
    _read_project(tree, root, project, manifest)
    manifest.manager = _manager(tree, root, project, locks)
    if manifest.manager == "pipenv" and manifest.path != join(root, "Pipfile"):
        _read_pipfile(tree, root, manifest)
    if locks:
        chosen = _preferred(locks, project, manifest.manager)
        manifest.lockfile = chosen if LOCKFILES[_name(chosen)] == manifest.manager else ""
    if manifest.lockfile:
        above = parent(manifest.lockfile)
        manifest.workspace = above if above != root else ""
        _read_lock(tree, manifest)
    if manifest.manager == "pip" or not manifest.dependencies.versions:
        _read_pip(tree, root, manifest)
    manifest.others = _others(tree, root, manifest, project)
    manifest.sure = _how_sure(tree, manifest)
    manifest.manager_version = _manager_version(tree, manifest, project)
    newest = newest_python(manifest.dependencies.versions)
    manifest.python = python_version(tree, root, _ranges(tree, root, project), newest)
    return manifest


def _manager(tree: Tree, root: str, project: dict[str, object], locks: list[str]) -> str:
    """Return the manager: a lockfile's, else what the project's own tables name, else pip."""
    if locks:
        used = _used(tree, root) if len(locks) > 1 else ""
        used = "" if used == "pip" else used
        return LOCKFILES[_name(_preferred(locks, project, used))]
    tools = table(project, "tool")
    if table(tools, "poetry", "dependencies") or (
        "poetry" in tools and "poetry" in str(table(project, "build-system").get("requires"))
    ):
        return "poetry"
    plain = bool(requirement_files(tree, root))
    outdone = plain and (project or _pinned(tree, root)) and _used(tree, root) != "pipenv"
    if tree.has(join(root, "Pipfile")) and not outdone:
        return "pipenv"
    if "pdm" in tools and not plain and "build" not in str(sorted(table(tools, "pdm"))[:1]):
        return "pdm"
    if "uv" in tools and "project" in project and not plain:
        return "uv"
    if table(tools, "hatch", "envs") and "project" in project and not plain:
        return "hatch"
    conda = any(tree.has(join(root, name)) for name in CONDA_FILES)
    return "conda" if conda and not plain and "project" not in project else "pip"


def _how_sure(tree: Tree, manifest: Manifest) -> Confidence:
    """Return how sure the manager is: less where another one's files lie there too.

    A lockfile settles it against plain manifests, unless the image installs with another manager.
    """
    locked = {LOCKFILES[_name(path)] for path in manifest.lockfiles}
    installs = _used(tree, manifest.root)
    rivals = {one for one in locked if one != manifest.manager}
    if rivals:
        return Confidence.HIGH if installs == manifest.manager else Confidence.MEDIUM
    if locked:
        return Confidence.HIGH if installs in {"", manifest.manager} else Confidence.MEDIUM
    foreign = [path for path in manifest.others if manifest.manager != "pip" or "Pipfile" in path]
    contradicted = installs not in {"", manifest.manager} and not (
        installs == "uv" and manifest.manager == "pip"
    )
    return Confidence.MEDIUM if foreign or contradicted else Confidence.HIGH


def _read_pip(tree: Tree, root: str, manifest: Manifest) -> None:
    found = requirement_files(tree, root)
    conda = next((join(root, name) for name in CONDA_FILES if tree.has(join(root, name))), "")
    if found and (manifest.manager in {"pip", "conda"} or not manifest.path):
        manifest.path = found[0]
        manifest.dependencies = Dependencies()
        read = read_requirements(tree, found[0], manifest.dependencies)
        named = constraints(tree, found[0])
        pins = Dependencies()
        if named:
            read |= read_requirements(tree, named, pins)
            known = manifest.dependencies.versions
            known.update({name: pins.versions[name] for name in known if name in pins.versions})
        manifest.requirements = (found[0], *sorted(read - {found[0]}))
        if compiled_from(tree, found[0]) or _all_pinned(manifest.dependencies):
            manifest.lockfile = found[0]
    elif conda:
        _read_conda(tree, conda, manifest)
    elif not manifest.path:
        manifest.path = next(
            (join(root, name) for name in _PROJECT_FILES if tree.has(join(root, name))), ""
        )
    manifest.conda = conda
    if not manifest.dependencies.versions:
        manifest.builds |= read_setup(tree, root, manifest.dependencies)


def _read_conda(tree: Tree, path: str, manifest: Manifest) -> None:
    manifest.path = manifest.path or path
    for number, line in enumerate(tree.text(path).splitlines(), 1):
        item = re.match(r"\s*-\s*['\"]?([A-Za-z][^'\"#]*)", line)
        if item and not item[1].strip().endswith(":"):
            words = re.sub(r"^([A-Za-z0-9._-]+)\s*=(?!=)", r"\1==", item[1].strip())
            read_line(words, manifest.dependencies, path, number)


def _pinned(tree: Tree, root: str) -> bool:
    """Whether the requirements are a lock in all but name: of a Pipfile without its own, say."""
    dependencies = Dependencies()
    read_requirements(tree, requirement_files(tree, root)[0], dependencies)
    return _all_pinned(dependencies)


def _all_pinned(dependencies: Dependencies) -> bool:
    versions = dependencies.versions.values()
    return bool(versions) and all(version[:1].isdigit() for version in versions)


def _read_project(tree: Tree, root: str, project: dict[str, object], manifest: Manifest) -> None:
    path = join(root, "pyproject.toml")
    if "project" in project or table(project, "tool", "poetry"):
        manifest.path = path
        manifest.builds = "build-system" in project
        text = tree.text(path)
        own = table(project, "project")
        poetry = table(project, "tool", "poetry")
        manifest.name = str(own.get("name") or poetry.get("name") or "")
        for requirement in listed(own.get("dependencies")):
            read_line(requirement, manifest.dependencies, path, line_of(text, requirement))
        for name, given in table(poetry, "dependencies").items():
            if name != "python":
                _read_poetry(manifest, name, given, path, line_of(text, f"\n{name} ") + 1)
        for group, given in table(poetry, "group").items():
            if re.search(r"prod|main|deploy|server", group):
                for name, version in table({"g": given}, "g", "dependencies").items():
                    _read_poetry(manifest, name, version, path, line_of(text, f"\n{name} ") + 1)
        manifest.development = frozenset(_development(project))
        scripts = texts(own.get("scripts")) | texts(poetry.get("scripts"))
        manifest.scripts = scripts
    elif tree.has(join(root, "Pipfile")):
        _read_pipfile(tree, root, manifest)


def _read_pipfile(tree: Tree, root: str, manifest: Manifest) -> None:
    path = join(root, "Pipfile")
    given = read_toml(tree, path)
    if not tree.has(path):
        return
    manifest.path = path
    for name, value in table(given, "packages").items():
        _read_poetry(manifest, name, value, path, line_of(tree.text(path), name))
    manifest.development = frozenset(map(canonical, table(given, "dev-packages")))


def _read_poetry(manifest: Manifest, name: str, given: object, path: str, line: int) -> None:
    fields = given if isinstance(given, dict) else {}
    version = given if isinstance(given, str) else str(fields.get("version", ""))
    version = "" if version == "*" else version_of(version)
    manifest.dependencies.add(name, version, path, line)
    manifest.dependencies.add_extras(name, listed(fields.get("extras")), path, line)


def _development(project: dict[str, object]) -> set[str]:
    names: set[str] = set()
    groups = table(project, "dependency-groups") | table(
        project, "project", "optional-dependencies"
    )
    groups |= table(project, "tool", "pdm", "dev-dependencies")
    groups["uv"] = table(project, "tool", "uv").get("dev-dependencies")
    for requirements in groups.values():
        for requirement in listed(requirements):
            found = re.match(r"[A-Za-z0-9._-]+", requirement)
            names |= {canonical(found[0])} if found else set()
    names |= {canonical(name) for name in table(project, "tool", "poetry", "dev-dependencies")}
    for group in table(project, "tool", "poetry", "group").values():
        names |= {canonical(name) for name in table({"g": group}, "g", "dependencies")}
    return names


def _read_lock(tree: Tree, manifest: Manifest) -> None:
    """Put the locked version beside each dependency; the lock's other packages are left out."""
    text = tree.text(manifest.lockfile)
    pattern = _LOCKED_PIPENV if manifest.manager == "pipenv" else _LOCKED
    locked = {canonical(name): version for name, version in pattern.findall(text)}
    versions = manifest.dependencies.versions
    versions.update({name: locked[name] for name in versions if locked.get(name)})


def _preferred(locks: list[str], project: dict[str, object], manager: str) -> str:
    """Return the lockfile of the manager that the project's own tables name, else the first."""
    tools = table(project, "tool")
    build = str(table(project, "build-system").get("requires", ""))
    named = {LOCKFILES[_name(path)]: path for path in locks}
    if manager in named:
        return named[manager]
    for name, path in named.items():
        own = table(tools, "poetry", "dependencies") if name == "poetry" else name in tools
        if own or name in build:
            return path
    return locks[0]


_INSTALLS = re.compile(
    r"\b(uv (?:sync|run|pip)|poetry (?:install|run|export)"
    r"|pdm (?:sync|install|run)|pipenv (?:sync|install|run)"
    r"|(?<!uv )pip3? install[^\n&|;]*?\s(?:-r|--requirement))\b"
)


def _used(tree: Tree, root: str) -> str:
    """Return the manager that the image's or the pipeline's own commands use, "" for none."""
    flows = [path for path in tree.files if path.startswith(".github/workflows/")]
    images = near(tree, root)
    for path in [*images, *flows]:
        found = _INSTALLS.search(tree.text(path))
        if found and (path in images or found[1][:3] != "pip" or found[1].startswith("pipenv")):
            return found[1].partition(" ")[0].removesuffix("3")
    return ""


def _workspace_locks(tree: Tree, root: str) -> list[str]:
    above = [folder for folder in ancestors(root) if folder != root]
    return [
        join(folder, "uv.lock")
        for folder in above
        if "workspace" in table(read_toml(tree, join(folder, "pyproject.toml")), "tool", "uv")
    ]


def _is_project(tree: Tree, path: str) -> bool:
    """A pyproject.toml or setup.cfg that only configures tools is no manifest."""
    if path.endswith("setup.cfg"):
        return "install_requires" in tree.text(path)
    if not path.endswith("pyproject.toml"):
        return True
    project = read_toml(tree, path)
    return "project" in project or "poetry" in table(project, "tool")


def _others(
    tree: Tree, root: str, manifest: Manifest, project: dict[str, object]
) -> tuple[str, ...]:
    kinds = {
        "poetry": join(root, "pyproject.toml")
        if table(project, "tool", "poetry", "dependencies")
        else "",
        "pipenv": join(root, "Pipfile"),
        "pip": next(iter(requirement_files(tree, root)), ""),
    }
    listed_here = bool(listed(table(project, "project").get("dependencies")))
    if (
        listed_here
        and manifest.manager in {"pip", "pipenv"}
        and manifest.path != join(root, "pyproject.toml")
    ):
        kinds["project"] = join(root, "pyproject.toml")
    return tuple(
        path
        for kind, path in kinds.items()
        if path and kind != manifest.manager and tree.has(path) and path != manifest.path
    )


def _manager_version(tree: Tree, manifest: Manifest, project: dict[str, object]) -> str:
    if manifest.manager == "poetry" and manifest.lockfile:
        start = tree.text(manifest.lockfile)[:200]
        found = re.search(r"generated by Poetry (\d+\.\d+(?:\.\d+)?)", start)
        return found[1] if found else "1"
    if manifest.manager == "uv":
        wanted = str(table(project, "tool", "uv").get("required-version", ""))
        found = re.search(r"==\s*(\d+(?:\.\d+)*)", wanted)
        return found[1] if found else ""
    return ""


def _ranges(tree: Tree, root: str, project: dict[str, object]) -> list[Wanted]:
    """Return the specifiers for Python that the project's files give, with their places."""
    path = join(root, "pyproject.toml")
    given = (
        str(table(project, "project").get("requires-python", "")),
        str(table(project, "tool", "poetry", "dependencies").get("python", "")),
    )
    found = [Wanted("", path, line_of(tree.text(path), one), one) for one in given if one]
    for name in ("setup.cfg", "setup.py"):
        path = join(root, name)
        text = tree.text(path) if tree.has(path) else ""
        if said := re.search(r"python_requires\s*=\s*[\"']?([^\"'\n]+)", text):
            found.append(Wanted("", path, line_of(text, said[0]), said[1].strip()))
    return found


def _name(path: str) -> str:
    return path.rpartition("/")[2]
