"""What breaks the deployment of Node services and front ends."""

from __future__ import annotations

from collections.abc import Iterator

from generators.detection.node_packages import NODE_LOCKFILES, Package
from generators.detection.tree import Tree, inside
from generators.language import _
from generators.project import Finding, Service


def package_findings(services: list[Service], packages: list[Package]) -> Iterator[Finding]:
    """Yield lockfiles that disagree or are missing, of the packages that services are made of."""
    used = {service.path for service in services if service.language == "javascript"}
    used |= {service.frontend.path for service in services if service.frontend}
    seen: set[str] = set()
    for package in packages:
        if package.folder not in used:
            continue
        managers = {NODE_LOCKFILES[path.rpartition("/")[2]] for path in package.lockfiles}
        if len(managers) > 1 and package.lockfiles[0] not in seen:
            seen.add(package.lockfiles[0])
            yield Finding(
                "several-lockfiles",
                "warning",
                _("several lockfiles disagree about the manager: {files}; {chosen} is used").format(
                    files=", ".join(package.lockfiles), chosen=package.lockfile or package.manager
                ),
                package.lockfile or package.lockfiles[0],
                fix=_("delete the lockfiles that nobody keeps up to date"),
            )
        if not package.lockfile:
            yield Finding(
                "no-lockfile",
                "notice",
                _("versions are not locked: two builds may differ"),
                package.path,
                fix=f"{package.manager} install",
            )


def node_findings(tree: Tree, services: list[Service]) -> Iterator[Finding]:
    """Yield what makes a service fail at start, or its schema stay empty."""
    told: set[str] = set()
    for service in services:
        if service.language == "javascript":
            yield from _start_findings(service)
        schema = service.prisma or ""
        if schema not in told and _never_migrated(tree, service):
            told.add(schema)
            yield Finding(
                "prisma-without-migrations",
                "warning",
                _("the Prisma schema has no migrations, so that migrating makes no tables"),
                schema,
                fix="npx prisma migrate dev --name init",
            )


def _never_migrated(tree: Tree, service: Service) -> bool:
    """Whether ``prisma migrate deploy`` would find nothing: the project pushes its schema."""
    tool = service.migrations
    if not service.prisma or tool is None or tool.provider != "prisma":
        return False
    return not any(inside(path, tool.directory) for path in tree.named("migration.sql"))


def _start_findings(service: Service) -> Iterator[Finding]:
    if service.role == "web" and not service.start:
        yield Finding(
            "no-start",
            "warning",
            _("no script starts {entry} in production").format(
                entry=service.entrypoint or service.path
            ),
            service.manifest,
            fix=_('add "start": "node …" to the scripts of package.json'),
        )
    if service.role == "web" and service.entrypoint and service.health_path is None:
        yield Finding(
            "no-health-path",
            "notice",
            _("no health path was found; add one, so that a broken revision gets no traffic"),
            service.path,
            fix=_("a route such as /health that answers 200 without work"),
        )
    if service.framework in {"SvelteKit", "Astro"} and service.confidence.value != "high":
        yield Finding(
            "adapter",
            "warning",
            _("{framework} has no adapter for Node, so nothing here can be started").format(
                framework=service.framework
            ),
            service.manifest,
            fix=_("install the adapter for Node and name it in the configuration"),
        )
    if service.prisma and service.migrations is None and service.database != "mongodb":
        yield Finding(
            "prisma-unused",
            "notice",
            _("a Prisma schema is there, but nothing says how the database gets it"),
            service.prisma,
        )
    if service.migrations and service.migrations.provider == "other":
        yield Finding(
            "migrations-by-hand",
            "notice",
            _(
                "{tool} changes the schema; Tarmac shows and rehearses Alembic, Django and Prisma"
            ).format(tool=service.migrations.tool),
            service.migrations.directory,
        )
