"""Every package.json of a repository, with the workspace, manager and Node it belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatch

from generators.detection.images import dockerfiles, near
from generators.detection.pinned import node_version
from generators.detection.reading import line_of, listed, read_json, table, texts, yaml_list
from generators.detection.tree import Tree, ancestors, deployable, inside, join, parent
from generators.detection.versions import Wanted
from generators.project import Confidence, Evidence

NODE_LOCKFILES = {
    "pnpm-lock.yaml": "pnpm",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "yarn.lock": "yarn",
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
}
_SETTINGS = (
    ".npmrc",
    ".yarnrc.yml",
    ".yarnrc",
    "pnpm-workspace.yaml",
    ".pnpmfile.cjs",
    "bunfig.toml",
)
_INSTALLS = re.compile(
    r"\b(?:(npm)\s+(?:ci|install|i)\b|(pnpm)\s+(?:install|i)\b|(bun)\s+(?:install|i)\b"
    r"|(yarn)(?:\s+install\b|\s*(?:&&|\\?$)|\s+--))",
    re.MULTILINE,
)


@dataclass
class Package:
    """One package.json, with what its fields and the files around it say.

    ``runtime`` are the dependencies that production has, ``dependencies`` those for building
    too. ``workspace`` is the folder of the workspace it is a member of, "" for none.
    """

    path: str
    folder: str
    name: str
    given: dict[str, object]
    dependencies: dict[str, str]
    runtime: dict[str, str]
    scripts: dict[str, str]
    manager: str
    manager_version: str
    lockfile: str
    lockfiles: tuple[str, ...]
    workspace: str
    settings: tuple[str, ...]
    node: Wanted
    sure: Confidence = Confidence.HIGH
    evidence: list[Evidence] = field(default_factory=list)

    def line(self, words: str, tree: Tree) -> int:
        """Return the line of package.json that has the words."""
        return line_of(tree.text(self.path), words)

    def runs(self, script: str) -> tuple[str, ...]:
        """Return the exec form that runs a script with the package's manager."""
        words = {"npm": ("npm", "run"), "bun": ("bun", "run")}.get(self.manager)
        return (*(words or (self.manager, "run")), script)


def packages(tree: Tree) -> list[Package]:
    """Return every package.json outside tests and examples, shallowest first."""
    workspaces = _workspaces(tree)
    found = [path for path in tree.named("package.json") if deployable(path)]
    if _copies_others(tree, found, workspaces):
        found = ["package.json"]
    return [package for path in found if (package := _read(tree, path, workspaces))]


def _copies_others(tree: Tree, found: list[str], workspaces: dict[str, list[str]]) -> bool:
    """Whether the root is a published command with projects inside that it makes copies of."""
    root = read_json(tree, "package.json") if "package.json" in found else {}
    inner = [path for path in found if path != "package.json"]
    locked = any(tree.has(join(parent(path), name)) for path in inner for name in NODE_LOCKFILES)
    published = "bin" in root and not root.get("private") and "." not in workspaces
    return published and len(inner) > 1 and not locked


def _read(tree: Tree, path: str, workspaces: dict[str, list[str]]) -> Package | None:
    given = read_json(tree, path)
    if not given:
        return None
    folder = parent(path)
    workspace = _workspace_of(folder, workspaces)
    locks = _locks_of(tree, folder, workspace)
    manager, version, place = _manager(tree, given, folder, workspace, locks)
    lockfile = next((one for one in locks if NODE_LOCKFILES[_name(one)] == manager), "")
    homes = dict.fromkeys((folder, workspace or folder))
    runtime = texts(given.get("dependencies"))
    return Package(
        path=path,
        folder=folder,
        name=str(given.get("name", "")),
        given=given,
        dependencies={**texts(given.get("devDependencies")), **runtime},
        runtime=runtime,
        scripts=texts(given.get("scripts")),
        manager=manager,
        manager_version=version or _version_of(tree, manager, lockfile),
        lockfile=lockfile,
        lockfiles=locks,
        workspace=workspace if lockfile and parent(lockfile) == workspace else "",
        settings=tuple(
            join(home, name) for home in homes for name in _SETTINGS if tree.has(join(home, name))
        ),
        node=node_version(tree, folder, given),
        sure=_how_sure(tree, folder, manager, locks, place),
        evidence=[Evidence("package_manager", place or lockfile or path, 1, manager)],
    )


def _workspaces(tree: Tree) -> dict[str, list[str]]:
    """Return the patterns of members by the folder of each workspace."""
    found: dict[str, list[str]] = {}
    for path in tree.named("package.json", "pnpm-workspace.yaml", "lerna.json"):
        if path.endswith("pnpm-workspace.yaml"):
            patterns = yaml_list(tree.text(path), "packages")
        else:
            given = read_json(tree, path)
            key = "packages" if path.endswith("lerna.json") else "workspaces"
            own = given.get(key)
            patterns = listed(own) or listed(table({"own": own}, "own").get("packages"))
        if patterns:
            found.setdefault(parent(path), []).extend(patterns)
    return found


def _workspace_of(folder: str, workspaces: dict[str, list[str]]) -> str:
    for above in ancestors(folder):
        if above == folder or above not in workspaces:
            continue
        inner = folder if above == "." else folder.removeprefix(f"{above}/")
        if any(_member(inner, pattern) for pattern in workspaces[above]):
            return above
    return ""


def _member(folder: str, pattern: str) -> bool:
    pattern = pattern.strip("/").removeprefix("./")
    if pattern.startswith("!"):
        return False
    if "**" in pattern:
        return fnmatch(folder, pattern) or fnmatch(folder, pattern.replace("/**", "/*"))
    return folder.count("/") == pattern.count("/") and fnmatch(folder, pattern)


def _locks_of(tree: Tree, folder: str, workspace: str) -> tuple[str, ...]:
    """Return the lockfiles of a package: a member's own one is stale where the workspace has one.

    No manager reads it when it installs the workspace.
    """
    own, shared = _locks(tree, folder), _locks(tree, workspace) if workspace else ()
    kinds = {NODE_LOCKFILES[_name(path)] for path in shared}
    return shared if not own or any(NODE_LOCKFILES[_name(one)] in kinds for one in own) else own


def _locks(tree: Tree, folder: str) -> tuple[str, ...]:
    return tuple(path for name in NODE_LOCKFILES if tree.has(path := join(folder, name)))


def _manager(
    tree: Tree, given: dict[str, object], folder: str, workspace: str, locks: tuple[str, ...]
) -> tuple[str, str, str]:
    """Return the manager, its version and the file that says so ("" for the lockfile)."""
    for home in dict.fromkeys((folder, workspace or folder)):
        path = join(home, "package.json")
        package = given if home == folder else read_json(tree, path)
        declared, _at, version = str(package.get("packageManager", "")).partition("@")
        if declared in {"npm", "pnpm", "yarn", "bun"}:
            return declared, version.partition("+")[0], path
    managers = list(dict.fromkeys(NODE_LOCKFILES[_name(path)] for path in locks))
    if len(managers) == 1:
        return managers[0], "", ""
    used = _used(tree, folder)
    if used and (not managers or used[0] in managers):
        return used[0], "", used[1] if not managers else ""
    if managers:
        return managers[0], "", ""
    if workspace and (inner := _used_within(tree, workspace)):
        return inner[0], "", inner[1]
    for home in ancestors(folder):
        if tree.has(join(home, "pnpm-workspace.yaml")):
            return "pnpm", "", join(home, "pnpm-workspace.yaml")
        if tree.has(join(home, ".yarnrc.yml")):
            return "yarn", "", join(home, ".yarnrc.yml")
    return "npm", "", ""


def _how_sure(
    tree: Tree, folder: str, manager: str, locks: tuple[str, ...], place: str
) -> Confidence:
    """Return how sure the manager is: declared or locked is, unless an image uses another one."""
    if _name(place) == "package.json" and place:
        return Confidence.HIGH
    locked = {NODE_LOCKFILES[_name(path)] for path in locks}
    images = (_INSTALLS.search(tree.text(path)) for path in near(tree, folder))
    used = next((next(name for name in one.groups() if name) for one in images if one), "")
    if locked == {manager}:
        return Confidence.HIGH if used in {"", manager} else Confidence.MEDIUM
    if used == manager:
        return Confidence.HIGH
    return Confidence.MEDIUM if used or locked or place else Confidence.LOW


def _used(tree: Tree, folder: str) -> tuple[str, str] | None:
    """Return the manager that the image's or the pipeline's own commands use, with the file."""
    flows = [path for path in tree.files if path.startswith(".github/workflows/")]
    words = [join(folder, name) for name in ("README.md", "readme.md", "Readme.md")]
    for path in [*near(tree, folder), *flows, *filter(tree.has, words)]:
        if found := _INSTALLS.search(tree.text(path)):
            return next(name for name in found.groups() if name), path
    return None


def _used_within(tree: Tree, workspace: str) -> tuple[str, str] | None:
    """Return the manager that any image of the workspace installs with."""
    for path in dockerfiles(tree):
        if inside(path, workspace) and (found := _INSTALLS.search(tree.text(path))):
            return next(name for name in found.groups() if name), path
    return None


def _version_of(tree: Tree, manager: str, lockfile: str) -> str:
    """Return the manager's version as far as its lockfile tells it."""
    if not lockfile or lockfile.endswith(".lockb"):
        return ""
    start = tree.text(lockfile)[:400]
    if manager == "pnpm":
        found = re.search(r"lockfileVersion:\s*'?(\d+)", start)
        return {"5": "7", "6": "8", "9": "9"}.get(found[1], "") if found else ""
    if manager == "yarn":
        if "yarn lockfile v1" in start:
            return "1"
        binary = re.search(
            r"^yarnPath:\s*\S*?yarn-(\d+[\d.]*)", _text(tree, lockfile, ".yarnrc.yml"), re.MULTILINE
        )
        if binary:
            return binary[1].rstrip(".")
        found = re.search(r"__metadata:\s+version:\s*(\d+)", start)
        return {"4": "2", "5": "3", "6": "3", "8": "4"}.get(found[1], "4") if found else ""
    return ""


def _text(tree: Tree, beside: str, name: str) -> str:
    path = join(parent(beside), name)
    return tree.text(path) if tree.has(path) else ""


def _name(path: str) -> str:
    return path.rpartition("/")[2]
