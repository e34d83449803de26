"""Which tool changes the schema, and from which folder a person runs it."""

from __future__ import annotations

import re

from generators.detection.manifests import Manifest
from generators.detection.tree import Tree, ancestors, deployable, inside, join, parent
from generators.project import Evidence, MigrationTool

_LOCATION = re.compile(r"^\s*script_location\s*=\s*(\S+)", re.MULTILINE)


def migration_tool(
    tree: Tree, manifest: Manifest, framework: str
) -> tuple[MigrationTool, Evidence] | None:
    """Return the tool of the service, with the line that proves it, or None."""
    return (
        _flask_migrate(tree, manifest)
        or _alembic(tree, manifest)
        or _django(tree, manifest, framework)
    )


def _alembic(tree: Tree, manifest: Manifest) -> tuple[MigrationTool, Evidence] | None:
    found = [
        path
        for path in tree.named("alembic.ini")
        if deployable(path) and inside(path, manifest.root)
    ]
    above = [join(folder, "alembic.ini") for folder in ancestors(manifest.root)]
    found = found or [path for path in above if tree.has(path)]
    for path in found:
        text = tree.text(path)
        location = _LOCATION.search(text)
        line = text[: location.start()].count("\n") + 1 if location else 1
        says = location[0].strip() if location else "alembic.ini"
        directory = _run_from(tree, path, location[1] if location else "")
        config = path if directory == "." else path.removeprefix(f"{directory}/")
        option = () if config == "alembic.ini" else ("-c", config)
        tool = MigrationTool("alembic", directory, config, ("alembic", *option, "upgrade", "head"))
        return tool, Evidence("migrations", path, line, says)
    return None


def _run_from(tree: Tree, path: str, location: str) -> str:
    """Return the folder from which the script location exists: the file's own, or one above."""
    location = location.removeprefix("%(here)s/").rstrip("/")
    folder = parent(path)
    if not location or ":" in location or tree.has(join(join(folder, location), "env.py")):
        return folder
    for above in ancestors(folder):
        if tree.has(join(join(above, location), "env.py")):
            return above
    return folder


def _flask_migrate(tree: Tree, manifest: Manifest) -> tuple[MigrationTool, Evidence] | None:
    if not manifest.dependencies.has("flask-migrate"):
        return None
    for path in tree.named("alembic.ini"):
        folder = parent(path)
        if inside(path, manifest.root) and tree.has(join(folder, "env.py")):
            directory = parent(folder)
            config = path if directory == "." else path.removeprefix(f"{directory}/")
            tool = MigrationTool("alembic", directory, config, ("flask", "db", "upgrade"))
            return tool, Evidence("migrations", path, 1, "Flask-Migrate")
    return None


def _django(
    tree: Tree, manifest: Manifest, framework: str
) -> tuple[MigrationTool, Evidence] | None:
    if framework != "Django":
        return None
    for path in tree.named("manage.py"):
        if inside(path, manifest.root):
            command = ("python", "manage.py", "migrate", "--noinput")
            tool = MigrationTool("django", parent(path), "manage.py", command)
            return tool, Evidence("migrations", path, 1, "manage.py")
    return None
