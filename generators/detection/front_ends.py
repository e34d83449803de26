"""Browser applications in a repository, and programs for Node, by their package.json."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace

from generators.detection.tree import Tree, ancestors, deployable, inside, join, parent
from generators.detection.versions import NODES, Wanted, node_from_exact, node_from_range
from generators.project import Evidence, FrontEnd

NODE_LOCKFILES = {
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
}
_SETTINGS = (".npmrc", ".yarnrc.yml", "pnpm-workspace.yaml")
_FRAMEWORKS = (
    ("react", "react"),
    ("vue", "vue"),
    ("svelte", "svelte"),
    ("preact", "preact"),
    ("solid-js", "solid"),
)
_OUT_DIR = re.compile(r"""outDir\s*:\s*["']([^"']+)["']""")
_NODE_SERVERS = (("@nestjs/core", "NestJS"), ("next", "Next.js"), ("express", "Express"))


@dataclass
class Package:
    """One package.json that is an application, with what its fields say."""

    path: str
    folder: str
    name: str
    dependencies: dict[str, str]
    scripts: dict[str, str]
    manager: str
    lockfile: str
    node: Wanted
    evidence: list[Evidence] = field(default_factory=list)


def packages(tree: Tree) -> list[Package]:
    """Return every package.json outside tests and examples, shallowest first."""
    return [
        package
        for path in tree.named("package.json")
        if deployable(path) and (package := _read(tree, path))
    ]


def front_end(tree: Tree, package: Package) -> FrontEnd | None:
    """Return the front end a package is: built by Vite or react-scripts, else None."""
    if "build" not in package.scripts:
        return None
    if "vite" in package.dependencies:
        bundler, output = "vite", _vite_output(tree, package.folder)
    elif "react-scripts" in package.dependencies:
        bundler, output = "react-scripts", "build"
    else:
        return None
    framework = next((name for key, name in _FRAMEWORKS if key in package.dependencies), bundler)
    return FrontEnd(
        path=package.folder,
        framework=framework,
        bundler=bundler,
        package_manager=package.manager,
        node_version=package.node.version,
        output=output,
        lockfile=package.lockfile,
        settings=tuple(path for name in _SETTINGS if tree.has(path := join(package.folder, name))),
    )


def node_server(package: Package) -> str | None:
    """Return the name of the Node server framework a package uses, or None."""
    for key, name in _NODE_SERVERS:
        if key in package.dependencies:
            return name
    return None


def served_by(front: FrontEnd, root: str) -> FrontEnd:
    """Return the front end as one whose files the back end at ``root`` serves itself."""
    return replace(front, served_by=root)


def _read(tree: Tree, path: str) -> Package | None:
    try:
        given = json.loads(tree.text(path))
    except json.JSONDecodeError:
        return None
    if not isinstance(given, dict):
        return None
    folder = parent(path)
    dependencies = {**_texts(given.get("devDependencies")), **_texts(given.get("dependencies"))}
    lockfile = _lockfile(tree, folder)
    declared = str(given.get("packageManager", "")).partition("@")[0]
    manager = declared or NODE_LOCKFILES.get(lockfile.rpartition("/")[2], "npm")
    return Package(
        path=path,
        folder=folder,
        name=str(given.get("name", "")),
        dependencies=dependencies,
        scripts=_texts(given.get("scripts")),
        manager=manager,
        lockfile=lockfile,
        node=_node(tree, folder, given),
        evidence=[Evidence("package_manager", lockfile or path, 1, manager)],
    )


def _lockfile(tree: Tree, folder: str) -> str:
    for above in ancestors(folder):
        for name in NODE_LOCKFILES:
            if tree.has(join(above, name)):
                return join(above, name)
    return ""


def _node(tree: Tree, folder: str, given: dict[str, object]) -> Wanted:
    for above in ancestors(folder):
        for name in (".nvmrc", ".node-version"):
            path = join(above, name)
            version = node_from_exact(tree.text(path)) if tree.has(path) else None
            if version:
                return Wanted(version, path, 1, tree.text(path).strip())
    engines = _texts(given.get("engines")).get("node", "")
    version = node_from_range(engines) if engines else None
    return (
        Wanted(version, join(folder, "package.json"), 1, engines) if version else Wanted(NODES[0])
    )


def _vite_output(tree: Tree, folder: str) -> str:
    for ending in ("js", "ts", "mjs", "mts", "cjs"):
        path = join(folder, f"vite.config.{ending}")
        if tree.has(path) and (found := _OUT_DIR.search(tree.text(path))):
            return found[1].removeprefix("./").rstrip("/")
    return "dist"


def _texts(given: object) -> dict[str, str]:
    if not isinstance(given, dict):
        return {}
    return {str(key): value for key, value in given.items() if isinstance(value, str)}


def nearest(root: str, fronts: list[FrontEnd], roots: list[str]) -> FrontEnd | None:
    """Return the front end of a service: inside it, or beside it when it is the only service."""
    within = [
        front
        for front in fronts
        if inside(front.path, root) and not _claimed(front.path, root, roots)
    ]
    if within:
        return within[0]
    if len(roots) == 1 and len(fronts) == 1:
        return fronts[0]
    beside = [front for front in fronts if parent(front.path) == parent(root)]
    return beside[0] if len(beside) == 1 and len(roots) == 1 else None


def _claimed(path: str, root: str, roots: list[str]) -> bool:
    """Whether a service further down is nearer to the path."""
    return any(other != root and inside(other, root) and inside(path, other) for other in roots)
