"""Which tool changes the schema, and from which folder a person runs it."""

from __future__ import annotations

import re

from generators.detection.manifests import Manifest
from generators.detection.reading import line_of, read_toml, table
from generators.detection.tree import Tree, ancestors, deployable, inside, join, parent
from generators.project import Evidence, MigrationTool

_SETS_UP = re.compile(r"^\s*django\.setup\(", re.MULTILINE)
_LOCATION = re.compile(r"^\s*script_location\s*=\s*(\S+)", re.MULTILINE)


def migration_tool(
    tree: Tree, manifest: Manifest, framework: str, import_root: str = ".", entry: str = ""
) -> tuple[MigrationTool, Evidence] | None:
    """Return the tool of the service, with the line that proves it, or None.

    A program of another framework whose ``entry`` file sets Django up keeps its data with it.
    """
    both = manifest.dependencies.has("django") and tree.has(entry)
    sets_up = both and bool(_SETS_UP.search(tree.text(entry)))
    return (
        _django(tree, manifest, framework, import_root, sets_django_up=sets_up)
        or _flask_migrate(tree, manifest, import_root)
        or _alembic(tree, manifest)
        or _other(tree, manifest)
    )


def _alembic(tree: Tree, manifest: Manifest) -> tuple[MigrationTool, Evidence] | None:
    found = [
        path for path in tree.ending("alembic.ini") if _may_be(path) and inside(path, manifest.root)
    ]
    above = [join(folder, "alembic.ini") for folder in ancestors(manifest.root)]
    found = found or [path for path in above if tree.has(path)]
    used = manifest.dependencies.has("alembic", "advanced-alchemy", "flask-migrate", "sqlmodel")
    if whole := _alembic_in_project(tree, manifest):
        return whole
    for path in found:
        text = tree.text(path)
        location = _LOCATION.search(text)
        where = location[1] if location else ""
        directory = _run_from(tree, path, where)
        if not used and not _has_environment(tree, directory, path, where):
            continue
        line = text[: location.start()].count("\n") + 1 if location else 1
        says = location[0].strip() if location else "alembic.ini"
        config = path if directory == "." else path.removeprefix(f"{directory}/")
        option = () if config == "alembic.ini" else ("-c", config)
        tool = MigrationTool("alembic", directory, config, ("alembic", *option, "upgrade", "head"))
        if manifest.dependencies.has("litestar") and _by_litestar(tree, path, where):
            command = ("litestar", "database", "upgrade", "--no-prompt")
            tool = MigrationTool("alembic", directory, config, command, "advanced-alchemy")
        return tool, Evidence("migrations", path, line, says)
    return None


def _by_litestar(tree: Tree, config: str, location: str) -> bool:
    """Whether env.py gets its settings from Litestar's own command, which has to run it then."""
    places = (parent(config), join(parent(config), location), parent(parent(config)))
    environments = (join(place, "env.py") for place in places)
    return any("advanced_alchemy" in tree.text(one) for one in environments if tree.has(one))


def _may_be(path: str) -> bool:
    return path.rpartition("/")[2] == "alembic.ini" and deployable(path)


def _alembic_in_project(tree: Tree, manifest: Manifest) -> tuple[MigrationTool, Evidence] | None:
    """Alembic 1.16 and later may be configured in pyproject.toml."""
    path = join(manifest.root, "pyproject.toml")
    if "script_location" in table(read_toml(tree, path), "tool", "alembic"):
        line = line_of(tree.text(path), "[tool.alembic]")
        command = ("alembic", "upgrade", "head")
        tool = MigrationTool("alembic", manifest.root, "pyproject.toml", command)
        return tool, Evidence("migrations", path, line, "[tool.alembic]")
    return None


def _has_environment(tree: Tree, directory: str, config: str, location: str) -> bool:
    location = location.removeprefix("%(here)s/").rstrip("/")
    places = (join(directory, location), join(parent(config), location))
    return any(tree.has(join(place, "env.py")) for place in places)


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


def _flask_migrate(
    tree: Tree, manifest: Manifest, import_root: str
) -> tuple[MigrationTool, Evidence] | None:
    """Flask-Migrate keeps its own alembic.ini beside env.py; a very old one has none.

    Its command imports the application, so that it is run where that can be imported.
    """
    if not manifest.dependencies.has("flask-migrate"):
        return None
    for path in tree.named("env.py"):
        folder = parent(path)
        if not inside(path, manifest.root) or not deployable(path):
            continue
        config = join(folder, "alembic.ini")
        if "alembic" not in tree.text(path):
            continue
        directory = parent(folder) if parent(folder) == manifest.root else import_root
        if not inside(folder, directory):
            directory = parent(folder)
        inner = folder if directory == "." else folder.removeprefix(f"{directory}/")
        place = config if tree.has(config) else path
        shown = place if directory == "." else place.removeprefix(f"{directory}/")
        option = () if inner == "migrations" else ("-d", inner)
        command = ("flask", "db", "upgrade", *option)
        tool = MigrationTool("alembic", directory, shown, command, "flask-migrate")
        return tool, Evidence("migrations", place, 1, "Flask-Migrate")
    return None


def _django(
    tree: Tree, manifest: Manifest, framework: str, import_root: str, *, sets_django_up: bool
) -> tuple[MigrationTool, Evidence] | None:
    if framework != "Django" and not sets_django_up:
        return None
    found = [
        path
        for path in tree.named("manage.py")
        if (inside(path, manifest.root) or inside(manifest.root, parent(path))) and deployable(path)
    ]
    near = [path for path in found if parent(path) == import_root]
    for path in near or found:
        command = ("python", "manage.py", "migrate", "--noinput")
        tool = MigrationTool("django", parent(path), "manage.py", command)
        return tool, Evidence("migrations", path, 1, "manage.py")
    return None


def _other(tree: Tree, manifest: Manifest) -> tuple[MigrationTool, Evidence] | None:
    """Tools that are known by name only: what brings the database up is left to the person."""
    has = manifest.dependencies
    path = join(manifest.root, "pyproject.toml")
    if has.has("aerich"):
        tools = table(read_toml(tree, path), "tool", "aerich")
        config = "pyproject.toml" if tools else "aerich.ini"
        if tools or tree.has(join(manifest.root, config)):
            place = join(manifest.root, config)
            line = line_of(tree.text(place), "aerich")
            tool = MigrationTool("other", manifest.root, config, ("aerich", "upgrade"), "aerich")
            return tool, Evidence("migrations", place, line, "aerich")
    for name, trace in (("piccolo", "piccolo_conf.py"), ("yoyo-migrations", "yoyo.ini")):
        found = [one for one in tree.named(trace) if inside(one, manifest.root)]
        if has.has(name) and found:
            tool = MigrationTool("other", parent(found[0]), trace, (), name)
            return tool, Evidence("migrations", found[0], 1, name)
    if has.has("prisma"):
        for schema in tree.named("schema.prisma"):
            if inside(schema, manifest.root) and deployable(schema):
                config = (
                    schema if manifest.root == "." else schema.removeprefix(f"{manifest.root}/")
                )
                option = (
                    ()
                    if config in {"schema.prisma", "prisma/schema.prisma"}
                    else ("--schema", config)
                )
                command = ("prisma", "migrate", "deploy", *option)
                tool = MigrationTool("prisma", manifest.root, config, command)
                return tool, Evidence("migrations", schema, 1, "Prisma Client Python")
    return None
