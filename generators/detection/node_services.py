"""Node servers and front ends of a repository as services."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from generators.detection import certainty, node_names
from generators.detection.front_ends import config_text, elsewhere, front_end, static_next
from generators.detection.images import dockerfiles
from generators.detection.nest_entry import nest_entries
from generators.detection.node_entry import (
    Entry,
    entries,
    plain_command,
    plain_server,
    production_script,
    run_file,
    worker_entry,
)
from generators.detection.node_migrations import node_migrations, prisma_database, prisma_schema
from generators.detection.node_packages import Package
from generators.detection.node_routes import node_health, node_port
from generators.detection.node_workers import node_workers
from generators.detection.tree import Tree, inside, parent
from generators.project import Confidence, Evidence, FrontEnd, Service, Worker

_DEFAULT_PORT = 8080
_NITRO = re.compile(r"\bnitro(?:pack)? build\b")
_FULL_STACK_PORTS = {"Astro": 4321}


def servers(tree: Tree, packages: list[Package]) -> list[Service]:
    """Return every package that answers HTTP by itself, one service for each entry point."""
    found: list[Service] = []
    for package in packages:
        if elsewhere(tree, package):
            continue
        whole = _full_stack(tree, package)
        framework = None if whole else _framework(package)
        if whole:
            found.append(_service(tree, package, packages, whole[0], whole[1]))
        elif framework and _may_serve(package):
            nest = framework == "NestJS"
            found += [
                _service(tree, package, packages, framework, entry)
                for entry in (nest_entries if nest else entries)(tree, package)
                if _worth(package, packages, entry)
            ]
        elif not framework and (entry := plain_server(tree, package)):
            found.append(_service(tree, package, packages, "Node", entry))
        elif not framework and (entry := worker_entry(tree, package)):
            service = _service(tree, package, packages, "Node", entry)
            found.append(replace(service, role="worker", workers=_itself(service)))
    return found


def _itself(service: Service) -> tuple[Worker, ...]:
    """Return the workers of a service that is one: what its scripts name, else its own start."""
    if service.workers or not service.start:
        return service.workers
    place = service.evidence[0]
    return (
        Worker(
            name="worker",
            kind="node",
            command=service.start,
            directory=service.path,
            path=place.path,
            line=place.line,
        ),
    )


def static_services(
    tree: Tree, fronts: list[tuple[Package, FrontEnd]], taken: set[str]
) -> Iterator[Service]:
    """Yield the front ends that belong to no back end, as services of files only.

    One of several is sure only when its own folder says how it is deployed; one that is built
    into another program's folder is a part of that program.
    """
    left = [
        (package, front)
        for package, front in fronts
        if front.path not in taken and not front.output.startswith("..")
    ]
    for package, front in left:
        deployed = len(left) == 1 or any(parent(one) == front.path for one in dockerfiles(tree))
        evidence = Evidence(
            "frontend", package.path, 1, f"{front.bundler}: {' '.join(front.build)}"
        )
        service = Service(
            path=package.folder,
            role="static",
            language="javascript",
            framework=front.framework,
            framework_version=_version(package, front.framework),
            package_manager=package.manager,
            manager_version=package.manager_version,
            lockfile=package.lockfile,
            workspace=package.workspace,
            settings=package.settings,
            package_name=package.name,
            manifest=package.path,
            node_version=package.node.version,
            build=front.build,
            output=front.output,
            frontend=front,
            variables=front.variables,
            dependencies=dict(package.runtime),
            evidence=(evidence, *package.evidence, *_node_evidence(package)),
            confidence=Confidence.HIGH
            if deployed and front.bundler != "webpack"
            else Confidence.MEDIUM,
        )
        yield certainty.of_node(service, package)


def front_ends(tree: Tree, packages: list[Package]) -> list[tuple[Package, FrontEnd]]:
    """Return the packages that are built to plain files for browsers."""
    used = {name for package in packages for name in package.dependencies}
    found = ((package, front_end(tree, package)) for package in packages)
    return [
        (package, front)
        for package, front in found
        if front and not _library(package) and not (_published(package) and package.name in used)
    ]


def _framework(package: Package) -> str | None:
    for key, name in node_names.SERVERS:
        if key in package.runtime or (key in package.dependencies and key == "@nestjs/core"):
            return name
    return None


def _may_serve(package: Package) -> bool:
    """A package that others import, without a script that starts it, is a library."""
    starts = production_script(package) or {"dev", "start:dev", "serve"} & package.scripts.keys()
    return bool(starts) or not _library(package)


def _library(package: Package) -> bool:
    runs = {"start", "start:prod", "dev", "serve", "preview"} & package.scripts.keys()
    return _published(package) and not runs


def _published(package: Package) -> bool:
    """Whether a package offers modules that other packages can import."""
    keys = {"exports", "types", "typings", "module", "publishConfig", "peerDependencies"}
    return bool(keys & package.given.keys())


def _worth(package: Package, packages: list[Package], entry: Entry) -> bool:
    """A low guess beside better packages is noise: scripts of a workspace's root, for example."""
    if entry.confidence is not Confidence.LOW:
        return True
    return not any(one is not package and inside(one.folder, package.folder) for one in packages)


def _full_stack(tree: Tree, package: Package) -> tuple[str, Entry] | None:
    """Return a framework that brings its own server (Next.js, Nuxt, SvelteKit) and its start."""
    name = next((word for key, word in node_names.FULL_STACK if key in package.dependencies), None)
    if name is None or ("build" not in package.scripts and "generate" not in package.scripts):
        return None
    if front_end(tree, package) is not None or _library(package):
        return None
    if name == "Nitro" and not _NITRO.search(package.scripts.get("build", "")):
        return None
    has = package.dependencies
    start: tuple[str, ...]
    sure = Confidence.HIGH
    if name == "Next.js":
        if static_next(tree, package):
            return None
        start, output = ("next", "start"), ".next"
        if "standalone" in config_text(tree, package.folder, "next"):
            output = ".next/standalone"
    elif name == "Nuxt":
        old = has.get("nuxt", "").lstrip("^~>= v").startswith(("1", "2"))
        start = ("nuxt", "start") if old else ("node", ".output/server/index.mjs")
        output = ".nuxt" if old else ".output"
    elif name == "Nitro":
        start, output = ("node", ".output/server/index.mjs"), ".output"
    elif name == "SvelteKit":
        node = "@sveltejs/adapter-node" in has
        start, output = ("node", "build"), "build"
        sure = Confidence.HIGH if node else Confidence.MEDIUM
    elif name == "React Router" or "@react-router/dev" in has:
        start, output = ("react-router-serve", "build/server/index.js"), "build"
        sure = Confidence.HIGH if "@react-router/serve" in has else Confidence.MEDIUM
    elif name == "Astro":
        start, output = ("node", "dist/server/entry.mjs"), "dist"
        sure = Confidence.HIGH if "@astrojs/node" in has else Confidence.MEDIUM
    else:
        words = plain_command(package.scripts.get("start", ""))
        start, output = words or package.runs("start"), "build"
    script = production_script(package)
    command = package.scripts.get(script, "") if script else ""
    own = plain_command(command.rpartition("&&")[2])
    if name == "Next.js" and own[:1] == ("node",):
        sure = Confidence.MEDIUM
    if own[:1] == ("node",) or (own[:2] == start[:2] and name != "Next.js"):
        start = own
    key = next(key for key, word in node_names.FULL_STACK if word == name and key in has)
    source = run_file(tree, package, command) if own[:1] == ("node",) else ""
    place = Evidence(
        "entrypoint", package.path, package.line(f'"{key}"', tree), f"{key} {has[key]}"
    )
    return name, Entry(source, start, output, sure, (place,))


def _service(
    tree: Tree, package: Package, packages: list[Package], framework: str, entry: Entry
) -> Service:
    prisma = prisma_schema(tree, package, packages)
    migrations = node_migrations(tree, package, prisma, packages)
    database, driver, stored = _database(tree, package, prisma)
    port = node_port(tree, package, entry.source)
    health = node_health(tree, package, entry.source)
    workers = node_workers(tree, package)
    evidence = [*entry.evidence, *package.evidence, *_node_evidence(package), *stored]
    evidence += [piece[1] for piece in (port, health, migrations) if piece]
    build = next(
        (name for name in ("build", "compile", "build:prod") if name in package.scripts), ""
    )
    has = package.runtime.keys()
    service = Service(
        path=package.folder,
        name=entry.name,
        language="javascript",
        framework=framework,
        framework_version=_version(package, framework),
        package_manager=package.manager,
        manager_version=package.manager_version,
        lockfile=package.lockfile,
        workspace=package.workspace,
        settings=package.settings,
        package_name=package.name,
        manifest=package.path,
        entrypoint=entry.source or None,
        start=entry.start,
        build=package.runs(build) if build else (),
        output=entry.output if build else "",
        port=port[0] if port else _FULL_STACK_PORTS.get(framework, _usual_port(framework)),
        health_path=health[0] if health else None,
        node_version=package.node.version,
        migrations=migrations[0] if migrations else None,
        prisma=prisma[0] if prisma else None,
        database=database,
        database_driver=driver,
        redis=bool(has & node_names.REDIS) or any(worker.kind == "bull" for worker in workers),
        broker="redis" if has & node_names.QUEUES - {"agenda"} else "",
        websockets=bool(has & node_names.WEBSOCKETS),
        workers=workers,
        native=tuple(need for key, need in node_names.NATIVE.items() if key in package.runtime),
        dependencies=dict(package.runtime),
        variables=_variables(tree, package),
        evidence=tuple(evidence),
        confidence=entry.confidence,
        alternatives=entry.alternatives,
    )
    return certainty.of_node(service, package)


def _usual_port(framework: str) -> int:
    known = {name for _key, name in node_names.FULL_STACK} | {"NestJS"}
    return 3000 if framework in known else _DEFAULT_PORT


def _node_evidence(package: Package) -> list[Evidence]:
    node = package.node
    return [Evidence("node_version", node.path, node.line, node.says)] if node.path else []


def _database(
    tree: Tree, package: Package, prisma: tuple[str, Package] | None
) -> tuple[str | None, str | None, list[Evidence]]:
    if prisma and (kind := prisma_database(tree, prisma[0])):
        return kind, "prisma", [Evidence("database", prisma[0], 1, kind)]
    for driver, kind in node_names.DATABASES.items():
        if driver in package.runtime:
            place = Evidence("database", package.path, package.line(f'"{driver}"', tree), driver)
            return kind, driver, [place]
    return None, None, []


_VARIABLE = re.compile(rb"process\.env\.([A-Z][A-Z0-9_]*)|process\.env\[['\"]([A-Z][A-Z0-9_]*)")


def _variables(tree: Tree, package: Package) -> tuple[str, ...]:
    from generators.detection.node_entry import sources_of

    names: set[str] = set()
    for path in sources_of(tree, package.folder):
        for one, two in _VARIABLE.findall(tree.data(path)):
            names.add((one or two).decode())
    return tuple(sorted(names - {"NODE_ENV"}))


def _version(package: Package, framework: str) -> str:
    """Return what package.json asks for, "" where a catalog or workspace decides it."""
    given = package.dependencies.get(_key(framework), "")
    return given if re.match(r"[\^~<>=v\s]*\d", given) else ""


def _key(framework: str) -> str:
    named = {name: key for key, name in (*node_names.FULL_STACK[::-1], *node_names.SERVERS[::-1])}
    named |= {"angular": "@angular/core", "solid": "solid-js"}
    return named.get(framework, framework)
