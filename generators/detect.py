"""What a repository is made of: every deployable service, with the evidence for each claim."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from generators.detection import front_ends, node_services
from generators.detection.called_scripts import called_scripts
from generators.detection.command_files import command_lines
from generators.detection.commands import start_commands
from generators.detection.entry_points import candidates, named_only, weigh_commands
from generators.detection.file_findings import file_findings
from generators.detection.findings import (
    development_findings,
    repository_findings,
    version_findings,
)
from generators.detection.manifests import manifest_roots, read_manifest
from generators.detection.modules import read_modules
from generators.detection.node_findings import node_findings, package_findings
from generators.detection.node_packages import Package, packages
from generators.detection.node_siblings import having_siblings, with_siblings
from generators.detection.python_findings import manifest_findings, service_findings
from generators.detection.python_services import Repository, grouped, python_service, split
from generators.detection.python_workers import each_worker_once
from generators.detection.run_targets import followed
from generators.detection.tree import Tree, inside, read_tree
from generators.detection.verdicts import verdict_of
from generators.project import Detection, Finding, FrontEnd, Service


def detect(root: Path) -> Detection:
    """Read a repository without running anything of it and return its services and findings."""
    started = time.monotonic()
    tree = read_tree(root.resolve())
    found = packages(tree)
    fronts = with_siblings(node_services.front_ends(tree, found), found)
    services, findings = _python(tree, [front for _package, front in fronts])
    services = _with_node(tree, found, fronts, services)
    findings = [*repository_findings(tree), *findings]
    findings += version_findings(services)
    findings += package_findings(services, found)
    findings += node_findings(tree, services)
    findings += file_findings(services)
    return Detection(
        root.resolve(),
        tuple(_named(services, root.resolve().name)),
        tuple(dict.fromkeys(findings)),
        len(tree.files),
        time.monotonic() - started,
        verdict_of(tree, services),
        len(tree.opened),
    )


def _python(tree: Tree, fronts: list[FrontEnd]) -> tuple[list[Service], list[Finding]]:
    modules = read_modules(tree)
    lines = command_lines(tree)
    homes = manifest_roots(tree)
    commands = followed(start_commands([*lines, *called_scripts(tree, lines)]), modules)
    repository = Repository(tree, modules, lines, commands, homes)
    found = candidates(tree, modules, homes)
    found += named_only(tree, modules, found, repository.commands)
    weigh_commands(tree, found, repository.commands)
    groups = grouped(found, homes)
    manifests = {path: read_manifest(tree, path) for path in groups}
    parts = {path: split(group, manifests[path]) for path, group in groups.items()}
    roots = [path for path, several in parts.items() if several]
    services: list[Service] = []
    findings: list[Finding] = []
    for path in roots:
        manifest = manifests[path]
        findings += manifest_findings(tree, manifest)
        beside: list[Service] = []
        for position, (suffix, group) in enumerate(parts[path]):
            front = front_ends.nearest(path, fronts, roots) if position == 0 else None
            service = python_service(repository, manifest, group, front, suffix)
            beside.append(service)
            findings += service_findings(service, manifest, modules)
        services += each_worker_once(beside)
    findings += development_findings(lines, services)
    return services, findings


def _with_node(
    tree: Tree,
    found: list[Package],
    fronts: list[tuple[Package, FrontEnd]],
    services: list[Service],
) -> list[Service]:
    """Add Node servers, and the front ends that belong to no back end of this repository."""
    node = having_siblings(node_services.servers(tree, found), found)
    taken = {service.frontend.path for service in services if service.frontend}
    if not services:
        node = [_with_front(service, fronts, node) for service in node]
        taken |= {service.frontend.path for service in node if service.frontend}
    both = [*services, *node]
    return [*both, *node_services.static_services(tree, fronts, taken)]


def _with_front(
    service: Service, fronts: list[tuple[Package, FrontEnd]], node: list[Service]
) -> Service:
    """Give a Node back end the front end of its own package or folder, or the only one."""
    inner = [front for _package, front in fronts if front.path == service.path]
    if service.framework in _OWN_PAGES:
        return service
    backs = [one for one in node if one.framework not in _OWN_PAGES]
    if not inner and len(backs) == 1:
        inner = [front for _package, front in fronts if inside(front.path, service.path)]
        inner = inner or [front for _package, front in fronts]
    return replace(service, frontend=inner[0]) if len(inner) == 1 else service


_OWN_PAGES = frozenset({"Next.js", "Nuxt", "SvelteKit", "Astro", "Remix", "React Router"})


def _named(services: Iterable[Service], repository: str) -> list[Service]:
    """Give every service a short name of its own: its folder's, with what tells it apart."""
    taken: set[str] = set()
    named = []
    for service in services:
        folder = service.path.rpartition("/")[2] if service.path != "." else ""
        base = _slug(folder or service.package_name.rpartition("/")[2] or repository) or "app"
        name = f"{base}-{_slug(service.name)}" if service.name else base
        if name in taken and service.path != ".":
            name = _slug(service.path.replace("/", "-"))
        count = 2
        unique = name
        while unique in taken:
            unique, count = f"{name}-{count}", count + 1
        taken.add(unique)
        named.append(replace(service, name=unique))
    return named


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
