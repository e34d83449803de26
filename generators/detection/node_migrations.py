"""Which tool changes the schema of a Node service, and from which folder it is run."""

from __future__ import annotations

import re

from generators.detection.node_names import PRISMA_DATABASES
from generators.detection.node_packages import Package
from generators.detection.reading import line_of, table, texts
from generators.detection.tree import Tree, deployable, inside, join, parent
from generators.project import Evidence, MigrationTool

_SCRIPT = re.compile(
    r"^(?:(?:db|database|typeorm|knex|sequelize|orm|server):)?(?:migrat(?:e|ion|ions)|typeorm:migration)"
    r"(?::?-?(?:run|up|deploy|latest|prod|production|apply|start))*$"
)
_OTHERS = (
    ("typeorm", "typeorm", ("migrations", "migration")),
    ("@mikro-orm/core", "mikro-orm", ("migrations",)),
    ("knex", "knex", ("migrations",)),
    ("drizzle-orm", "drizzle", ("drizzle", "migrations")),
    ("sequelize", "sequelize", ("migrations",)),
    ("sequelize-typescript", "sequelize", ("migrations",)),
    ("kysely", "kysely", ("migrations",)),
    ("node-pg-migrate", "node-pg-migrate", ("migrations",)),
    ("db-migrate", "db-migrate", ("migrations",)),
    ("@zenstackhq/cli", "zenstack", ("migrations",)),
    ("zenstack", "zenstack", ("migrations",)),
    ("migrate-mongo", "migrate-mongo", ("migrations",)),
)
_PROVIDER = re.compile(r"datasource\s+\w+\s*\{[^}]*?provider\s*=\s*\"(\w+)\"", re.DOTALL)


def prisma_schema(
    tree: Tree, package: Package, packages: list[Package]
) -> tuple[str, Package] | None:
    """Return the Prisma schema of a service and the package that owns it, or None.

    The owner is the service's own package, one of the workspace that it depends on, or the root.
    """
    owners = [package]
    owners += [one for one in packages if one.name and one.name in package.dependencies]
    uses = "@prisma/client" in package.dependencies or "prisma" in package.dependencies
    if uses:
        owners += [one for one in packages if one.folder in {package.workspace, "."}]
    for owner in owners:
        named = _named_schema(tree, owner)
        if named:
            return named, owner
        for path in tree.named("schema.prisma"):
            if (
                inside(path, owner.folder)
                and deployable(path)
                and _owner(tree, path) == owner.folder
            ):
                return path, owner
    return None


def prisma_database(tree: Tree, schema: str) -> str | None:
    """Return the kind of database that a schema, or a file beside it, is made for."""
    beside = [schema, *(one for one in tree.ending(".prisma") if parent(one) == parent(schema))]
    for path in beside:
        if found := _PROVIDER.search(tree.text(path)):
            return PRISMA_DATABASES.get(found[1], found[1])
    return None


def node_migrations(
    tree: Tree,
    package: Package,
    prisma: tuple[str, Package] | None,
    packages: list[Package],
) -> tuple[MigrationTool, Evidence] | None:
    """Return the tool with the line that proves it; MongoDB needs none.

    It lies in the service's own package, or in one of the workspace that it depends on.
    """
    if prisma is not None and prisma_database(tree, prisma[0]) != "mongodb":
        schema, owner = prisma
        directory = owner.folder
        config = schema if directory == "." else schema.removeprefix(f"{directory}/")
        usual = config in {"prisma/schema.prisma", "schema.prisma"}
        configured = usual or _named_schema(tree, owner) == schema
        option = () if configured else ("--schema", config)
        command = ("prisma", "migrate", "deploy", *option)
        line = line_of(tree.text(schema), "datasource")
        tool = MigrationTool("prisma", directory, config, command, "prisma")
        return tool, Evidence("migrations", schema, line, "Prisma")
    owners = [package, *(one for one in packages if one.name and one.name in package.dependencies)]
    for owner in owners:
        for key, name, folders in _OTHERS:
            if key not in owner.dependencies:
                continue
            if place := _trace(tree, owner, name, folders, own=owner is package):
                return _other(owner, name, place, tree)
    return None


def _trace(
    tree: Tree, package: Package, tool: str, folders: tuple[str, ...], *, own: bool
) -> str | None:
    """Return the file or folder's file that shows the tool is used for migrations.

    In a package that is not the service's ``own`` the tool's settings are not enough.
    """
    if _script(package):
        return package.path
    settings = {
        "knex": "knexfile.",
        "drizzle": "drizzle.config.",
        "sequelize": ".sequelizerc",
        "mikro-orm": "mikro-orm.config.",
    }
    for path in tree.under(package.folder):
        name = path.rpartition("/")[2]
        if own and tool in settings and name.startswith(settings[tool]):
            return path
        if parent(path).rpartition("/")[2].endswith(folders) and re.match(r"\d{4,}|[VM]?\d+", name):
            return path
    return None


def _other(package: Package, tool: str, place: str, tree: Tree) -> tuple[MigrationTool, Evidence]:
    script = _script(package)
    command = package.runs(script) if script else ()
    line = package.line(f'"{script}"', tree) if script else 1
    config = place if package.folder == "." else place.removeprefix(f"{package.folder}/")
    found = MigrationTool("other", package.folder, config, command, tool)
    return found, Evidence("migrations", place, line, tool)


def _script(package: Package) -> str:
    ranked = sorted(
        (name for name in package.scripts if _SCRIPT.match(name)),
        key=lambda name: (not re.search("prod|deploy|run|up|latest", name), len(name)),
    )
    return ranked[0] if ranked else ""


def _named_schema(tree: Tree, package: Package) -> str:
    given = texts(table(package.given, "prisma")).get("schema", "")
    for ending in ("ts", "mts", "js", "mjs"):
        path = join(package.folder, f"prisma.config.{ending}")
        if tree.has(path):
            found = re.search(r"""schema\s*:[^"']*["']([^"']+)["']""", tree.text(path))
            given = given or (found[1] if found else "")
    path = join(package.folder, given.removeprefix("./").rstrip("/")) if given else ""
    if path and tree.has_folder(path):
        inner = [one for one in tree.ending(".prisma") if inside(one, path)]
        return next(
            (one for one in inner if one.endswith("schema.prisma")), inner[0] if inner else ""
        )
    return path if path and tree.has(path) else ""


def _owner(tree: Tree, path: str) -> str:
    folder = parent(path)
    while folder != "." and folder not in tree.package_folders:
        folder = parent(folder)
    return folder
