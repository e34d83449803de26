"""Which folder has to be on the import path for a module's own imports to work."""

from __future__ import annotations

from collections.abc import Collection

from generators.detection.python_module import Module
from generators.detection.tree import Tree, ancestors, join, parent


def import_root(tree: Tree, module: Module, homes: Collection[str]) -> str:
    """Return the folder, judged by the module's own imports; ``homes`` have a manifest.

    Without an import of the project's own that could tell, it is the folder above the topmost
    package, else the nearest one with a manifest.
    """
    folder = parent(module.path)
    roots = [root for root in ancestors(folder) if _depth(root, folder) >= module.deepest_relative]
    roots = roots or ["."]
    top = _above_packages(tree, folder)
    scores = {
        root: sum(_resolves(tree, root, name) for name in set(module.absolute)) for root in roots
    }
    best = max(scores.values())
    tied = [root for root in roots if scores[root] == best]
    if best:
        return top if top in tied else tied[0]
    layout = _source_folder(tree, folder, homes)
    if layout in roots:
        return layout
    usual = top if top != folder else next((r for r in ancestors(folder) if r in homes), folder)
    return usual if usual in roots else roots[0]


def _source_folder(tree: Tree, folder: str, homes: Collection[str]) -> str:
    """Return the ``src`` of a src layout: right below the nearest manifest, "" for none."""
    for above in ancestors(folder):
        if above in homes:
            return ""
        named_so = above != folder and above.rpartition("/")[2] == "src"
        if named_so and parent(above) in homes and not tree.has(join(above, "__init__.py")):
            return above
    return ""


def dotted_from(root: str, path: str) -> str:
    """Return a file's dotted name seen from a folder; a package's __init__ is the package."""
    inner = path if root == "." else path.removeprefix(f"{root}/")
    return inner.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _above_packages(tree: Tree, folder: str) -> str:
    while folder != "." and tree.has(join(folder, "__init__.py")):
        folder = parent(folder)
    return folder


def _resolves(tree: Tree, root: str, dotted: str) -> bool:
    first = dotted.partition(".")[0]
    if not first:
        return False
    base = join(root, first)
    if tree.has(f"{base}.py") or tree.has(f"{base}/__init__.py"):
        return True
    package = dotted.rpartition(".")[0].replace(".", "/")
    return bool(package) and tree.has_folder(join(root, package))


def _depth(root: str, folder: str) -> int:
    inner = folder if root == "." else folder.removeprefix(root).lstrip("/")
    return 0 if inner in {"", "."} else inner.count("/") + 1
