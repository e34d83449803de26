"""What a repository is made of: every deployable service, with the evidence for each claim."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from generators.detection import front_ends
from generators.detection.commands import exposed_port, start_commands
from generators.detection.entry_points import Candidate, candidates, choose, weigh_commands
from generators.detection.findings import (
    manifest_findings,
    node_findings,
    repository_findings,
    service_findings,
)
from generators.detection.manifests import Manifest, manifest_roots, read_manifest
from generators.detection.migration_tools import migration_tool
from generators.detection.modules import Modules, read_modules
from generators.detection.python_names import DATABASES, REDIS_PACKAGES
from generators.detection.routes import health_path
from generators.detection.tree import Tree, ancestors, deployable, inside, join, parent, read_tree
from generators.project import Detection, Evidence, Finding, FrontEnd, Service

_DEFAULT_PORT = 8080


def detect(root: Path) -> Detection:
    """Read a repository without running anything of it and return its services and findings."""
    started = time.monotonic()
    tree = read_tree(root.resolve())
    modules = read_modules(tree)
    commands = start_commands(tree)
    homes = manifest_roots(tree)
    found = candidates(tree, modules, homes)
    weigh_commands(found, commands)
    findings: list[Finding] = list(repository_findings(tree))
    groups = _by_root(found, homes)
    packages = front_ends.packages(tree)
    fronts = [front for package in packages if (front := front_ends.front_end(tree, package))]
    services = []
    for path, group in groups.items():
        front = front_ends.nearest(path, fronts, list(groups))
        manifest = read_manifest(tree, path)
        service = _service(tree, modules, manifest, group, front)
        services.append(service)
        findings += manifest_findings(tree, manifest)
        findings += service_findings(service, manifest, modules, commands)
    services += _node_services(packages, fronts, services)
    findings += node_findings(services)
    seconds = time.monotonic() - started
    return Detection(root.resolve(), tuple(services), tuple(findings), len(tree.files), seconds)


def _by_root(found: list[Candidate], roots: list[str]) -> dict[str, list[Candidate]]:
    """Group the candidates by the nearest manifest above them, else by their import root."""
    groups: dict[str, list[Candidate]] = {}
    for candidate in found:
        above = [folder for folder in ancestors(parent(candidate.module.path)) if folder in roots]
        groups.setdefault(above[0] if above else candidate.import_root, []).append(candidate)
    return dict(sorted(groups.items()))


def _service(
    tree: Tree,
    modules: Modules,
    manifest: Manifest,
    group: list[Candidate],
    front: FrontEnd | None,
) -> Service:
    best, confidence, others = choose(group)
    entry = Evidence("entrypoint", best.module.path, best.line, best.says)
    evidence = [entry, *best.evidence, *_manifest_evidence(manifest)]
    port, port_evidence = _port(tree, modules, manifest.root, best)
    health = health_path(tree, modules, manifest.root, (best.module, best.name))
    migrations = migration_tool(tree, manifest, best.framework.name)
    database, driver, database_evidence = _database(manifest)
    if front is not None:
        front, front_evidence = _served(modules, front, manifest.root)
        evidence += front_evidence
    evidence += port_evidence + database_evidence
    evidence += [piece[1] for piece in (health, migrations) if piece]
    return Service(
        path=manifest.root,
        language="python",
        framework=best.framework.name,
        framework_version=manifest.dependencies.versions.get(best.framework.package, ""),
        package_manager=manifest.manager,
        lockfile=manifest.lockfile,
        package_name=manifest.name,
        manifest=manifest.path,
        requirements=manifest.requirements,
        entrypoint=best.entrypoint,
        factory=best.factory,
        interface=best.framework.interface,
        import_root=best.import_root,
        installs_itself=manifest.builds,
        port=port,
        health_path=health[0] if health else None,
        python_version=manifest.python.version,
        migrations=migrations[0] if migrations else None,
        database=database,
        database_driver=driver,
        redis=manifest.dependencies.has(*REDIS_PACKAGES),
        frontend=front,
        dependencies=dict(manifest.dependencies.versions),
        variables=_variables(modules, manifest.root),
        evidence=tuple(evidence),
        confidence=confidence,
        alternatives=tuple(dict.fromkeys(one.entrypoint for one in others)),
    )


def _manifest_evidence(manifest: Manifest) -> list[Evidence]:
    evidence = []
    if manifest.path:
        says = manifest.manager
        evidence.append(Evidence("package_manager", manifest.lockfile or manifest.path, 1, says))
    python = manifest.python
    if python.path:
        evidence.append(Evidence("python_version", python.path, python.line, python.says))
    return evidence


def _port(tree: Tree, modules: Modules, root: str, best: Candidate) -> tuple[int, list[Evidence]]:
    if best.command is not None and best.command.port:
        command = best.command
        return command.port or _DEFAULT_PORT, [
            Evidence("port", command.path, command.line, command.says)
        ]
    for module in modules.all():
        for run in module.runs:
            starts = module is best.module or run.target == best.entrypoint
            if run.port and starts:
                says = f"port={run.port}"
                return run.port, [Evidence("port", module.path, run.line, says)]
    if exposed := exposed_port(tree, root):
        return exposed[0], [Evidence("port", exposed[1], exposed[2], f"EXPOSE {exposed[0]}")]
    return _DEFAULT_PORT, []


def _database(manifest: Manifest) -> tuple[str | None, str | None, list[Evidence]]:
    for driver, engine in DATABASES.items():
        if manifest.dependencies.has(driver):
            path, line = manifest.dependencies.line(driver) or (manifest.path, 1)
            name = "psycopg" if driver == "psycopg-binary" else driver
            return engine, name, [Evidence("database", path, line, driver)]
    return None, None, []


def _served(modules: Modules, front: FrontEnd, root: str) -> tuple[FrontEnd, list[Evidence]]:
    """Say that the back end serves the built files when it mounts a folder of that name."""
    package = Evidence("frontend", join(front.path, "package.json"), 1, front.bundler)
    for module in modules.all():
        if inside(module.path, root) and deployable(module.path):
            for call, line in module.static:
                if front.output in _folders_named(call, module.paths | module.texts):
                    served = Evidence("frontend.served_by", module.path, line, call)
                    return front_ends.served_by(front, root), [package, served]
    return front, [package]


def _folders_named(call: str, known: Mapping[str, str]) -> set[str]:
    """Return the folder names in a call, with the module's own constants written out."""
    for _hop in range(3):
        words = set(re.findall(r"[A-Za-z_]\w*", call))
        call += " ".join(known[word] for word in words if word in known)
    return set(re.findall(r"[\w.-]+", call))


def _variables(modules: Modules, root: str) -> tuple[str, ...]:
    names = {
        name
        for module in modules.all()
        if inside(module.path, root) and deployable(module.path)
        for name, _line in module.variables
    }
    return tuple(sorted(names))


def _node_services(
    packages: list[front_ends.Package], fronts: list[FrontEnd], services: list[Service]
) -> Iterable[Service]:
    """Yield Node servers, and front ends that belong to no back end of this repository."""
    taken = {service.frontend.path for service in services if service.frontend}
    for package in packages:
        front = next((one for one in fronts if one.path == package.folder), None)
        framework = front_ends.node_server(package)
        if front is None and framework is None:
            continue
        if front is not None and front.path in taken:
            continue
        key = {"NestJS": "@nestjs/core", "Next.js": "next", "Express": "express"}
        name = framework if front is None and framework else (front.framework if front else "")
        yield Service(
            path=package.folder,
            language="javascript",
            framework=name,
            framework_version=package.dependencies.get(key.get(name, name), ""),
            package_manager=package.manager,
            lockfile=package.lockfile,
            manifest=package.path,
            node_version=package.node.version,
            frontend=front,
            evidence=tuple(package.evidence),
        )
