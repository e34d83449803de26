"""Python programs of a repository as services: one for each manifest, or more where it says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from generators.detection import certainty, django, front_ends, images
from generators.detection.command_files import Line
from generators.detection.commands import StartCommand
from generators.detection.entry_points import Candidate, choose
from generators.detection.manifests import Manifest
from generators.detection.migration_tools import migration_tool
from generators.detection.modules import Modules
from generators.detection.python_names import (
    DATABASES,
    DJANGO_ASGI,
    REDIS_PACKAGES,
    SERVERS,
    STREAMLIT,
    WEBSOCKET_PACKAGES,
    installs,
)
from generators.detection.python_native import native_needs
from generators.detection.python_required import required_variables
from generators.detection.python_workers import python_workers
from generators.detection.routes import health_path
from generators.detection.tree import Tree, ancestors, deployable, inside, join, parent
from generators.project import Evidence, FrontEnd, Service

_DEFAULT_PORT = 8080
_STREAMLIT_PORT = 8501
_STRONG = 55


@dataclass
class Repository:
    """What all services of one repository are found in."""

    tree: Tree
    modules: Modules
    lines: list[Line]
    commands: list[StartCommand]
    homes: list[str] = field(default_factory=list)


def grouped(found: list[Candidate], homes: list[str]) -> dict[str, list[Candidate]]:
    """Group the candidates by the nearest manifest above them, else by their import root."""
    groups: dict[str, list[Candidate]] = {}
    for candidate in found:
        above = [folder for folder in ancestors(parent(candidate.module.path)) if folder in homes]
        groups.setdefault(above[0] if above else candidate.import_root, []).append(candidate)
    return dict(sorted(groups.items()))


def split(group: list[Candidate], manifest: Manifest) -> list[tuple[str, list[Candidate]]]:
    """Return the services of one manifest as (suffix, candidates); usually there is one.

    Several are: Streamlit beside an API, Django sites with settings of their own, and programs
    that one compose file starts as services of their own.
    """
    group = [one for one in group if _brought(one, manifest)]
    if _asynchronous(manifest):
        for one in group:
            one.score += 8 if one.framework == DJANGO_ASGI else 0
    scripts = [one for one in group if one.framework is STREAMLIT]
    others = [one for one in group if one.framework is not STREAMLIT]
    if others:
        scripts = [one for one in scripts if one.command is not None or _named_so(one)]
    parts = _parts(others)
    if scripts:
        parts.append(("streamlit" if parts else "", scripts))
    return parts


def _asynchronous(manifest: Manifest) -> bool:
    """Whether a Django project is made for ASGI: by Channels, or by the only server it installs."""
    has = manifest.dependencies
    wsgi = has.has("gunicorn", "uwsgi", "waitress", "mod-wsgi")
    return has.has("channels") or (has.has("daphne", "uvicorn", "hypercorn") and not wsgi)


def _parts(group: list[Candidate]) -> list[tuple[str, list[Candidate]]]:
    if not group:
        return []
    named = [one for one in group if one.command is not None and one.command.weight >= _STRONG]
    sites = [one for one in group if one.framework.name == "Django" and one.module.settings_module]
    folders = {parent(one.module.path) for one in sites}
    settings = {one.module.settings_module[0] for one in sites if one.module.settings_module}
    if len(folders) > 1 and len(settings) > 1 and len({one.entrypoint for one in named}) != 1:
        return [
            (_suffix(folder, folders), [one for one in group if parent(one.module.path) == folder])
            for folder in sorted(folders)
        ]
    places: dict[str, dict[str, Candidate]] = {}
    for one in named:
        for path, process in one.processes:
            if process and path.endswith((".yml", ".yaml")):
                places.setdefault(path, {})[process] = one
    for processes in places.values():
        distinct = {id(one): one for one in processes.values()}
        if len(distinct) > 1:
            rest = [one for one in group if id(one) not in distinct]
            names = {id(one): process for process, one in processes.items()}
            parts = [(names[key], [one]) for key, one in distinct.items()]
            parts[0][1].extend(rest)
            return parts
    return [("", group)]


def _suffix(folder: str, folders: set[str]) -> str:
    parts = [set(one.split("/")) for one in folders]
    shared = set.intersection(*parts)
    own = [part for part in folder.split("/") if part not in shared]
    return own[-1] if own else folder.rpartition("/")[2]


def _brought(candidate: Candidate, manifest: Manifest) -> bool:
    """Whether the manifest installs the framework; a framework only for tests is no service."""
    versions = manifest.dependencies.versions
    if not versions:
        return candidate.command is not None or bool(manifest.path) or _usual(candidate)
    if candidate.command is not None:
        return True
    if installs(versions, candidate.framework.package):
        return True
    candidate.doubted = True
    return not manifest.builds and _usual(candidate)


def _named_so(candidate: Candidate) -> bool:
    """Whether a page beside an API is called what Streamlit starts by itself."""
    return "streamlit" in candidate.module.path.rpartition("/")[2]


def _usual(candidate: Candidate) -> bool:
    """Whether a file that nothing installs or starts is at least called like a program."""
    stem = candidate.module.path.rpartition("/")[2].removesuffix(".py")
    return stem in _PROGRAMS or candidate.framework is STREAMLIT


_PROGRAMS = frozenset(
    {"main", "app", "asgi", "wsgi", "server", "api", "application", "__init__", "run"}
)


def python_service(
    repository: Repository,
    manifest: Manifest,
    group: list[Candidate],
    front: FrontEnd | None,
    suffix: str = "",
) -> Service:
    """Return the service that a group of candidates is, by its best one."""
    tree, modules = repository.tree, repository.modules
    best, confidence, others = choose(group)
    root = best.import_root
    entry = Evidence("entrypoint", best.module.path, best.line, best.says)
    evidence = [entry, *best.evidence, *_manifest_evidence(manifest)]
    port, port_evidence = _port(repository, manifest.root, best)
    is_django = best.framework.name == "Django"
    app = (best.module, best.name)
    health = health_path(tree, modules, manifest.root, app, django=is_django)
    migrations = migration_tool(
        tree, manifest, best.framework.name, best.import_root, best.module.path
    )
    database, driver, database_evidence = _database(tree, manifest, best)
    if front is not None:
        front, front_evidence = _served(modules, front, manifest.root)
        evidence += front_evidence
    evidence += port_evidence + database_evidence
    evidence += [piece[1] for piece in (health, migrations) if piece]
    settings = (
        django.settings_module(tree, best.module, repository.lines, manifest.root)
        if is_django
        else None
    )
    evidence += [settings[1]] if settings else []
    workers = python_workers(tree, modules, manifest, repository.lines, root)
    dependencies = manifest.dependencies
    required = required_variables(tree, manifest.root)
    if best.framework is STREAMLIT:
        health = None
    service = Service(
        path=manifest.root,
        name=suffix,
        language="python",
        framework=best.framework.name,
        framework_version=dependencies.versions.get(best.framework.package, ""),
        package_manager=manifest.manager,
        manager_version=manifest.manager_version,
        lockfile=manifest.lockfile,
        workspace=manifest.workspace,
        package_name=manifest.name,
        manifest=manifest.path,
        requirements=manifest.requirements,
        entrypoint=best.entrypoint,
        factory=best.factory,
        interface=best.framework.interface,
        server=_server(best, manifest),
        import_root=root,
        installs_itself=manifest.builds,
        port=port,
        health_path=health[0] if health else _usual_health(best),
        python_version=manifest.python.version,
        migrations=migrations[0] if migrations else None,
        database=database,
        database_driver=driver,
        redis=dependencies.has(*REDIS_PACKAGES),
        broker=_broker(manifest, workers != ()),
        websockets=_websockets(modules, manifest),
        workers=workers,
        collects_static=is_django and django.collects_static(tree, manifest.root),
        django_settings=settings[0] if settings else None,
        native=native_needs(
            dependencies.versions, spatial=is_django and django.spatial(tree, manifest.root)
        ),
        frontend=front,
        dependencies=dict(dependencies.versions),
        variables=tuple(sorted({*_variables(modules, manifest.root), *required})),
        required=required,
        evidence=tuple(evidence),
        confidence=confidence,
        alternatives=tuple(
            name
            for name in dict.fromkeys(one.entrypoint for one in others)
            if name != best.entrypoint
        ),
    )
    return certainty.of_python(tree, service, manifest)


def _manifest_evidence(manifest: Manifest) -> list[Evidence]:
    evidence = []
    if manifest.path:
        says = manifest.manager
        evidence.append(Evidence("package_manager", manifest.lockfile or manifest.path, 1, says))
    python = manifest.python
    if python.path:
        evidence.append(Evidence("python_version", python.path, python.line, python.says))
    return evidence


def _port(repository: Repository, root: str, best: Candidate) -> tuple[int, list[Evidence]]:
    tree, modules = repository.tree, repository.modules
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
    if said := images.exposed(tree, root):
        return int(said.value), [Evidence("port", said.path, said.line, said.says)]
    return (_STREAMLIT_PORT if best.framework is STREAMLIT else _DEFAULT_PORT), []


def _usual_health(best: Candidate) -> str | None:
    return "/_stcore/health" if best.framework is STREAMLIT else None


def _server(best: Candidate, manifest: Manifest) -> str:
    """Return the server that the project's own command or dependencies name."""
    known = {one for names in SERVERS.values() for one in names} | {"waitress-serve"}
    if best.command is not None and best.command.server in known:
        return best.command.server
    usual = SERVERS.get(best.framework.interface, ())
    if best.framework.interface == "asgi" and manifest.dependencies.has("gunicorn", "uvicorn"):
        return "uvicorn" if manifest.dependencies.has("uvicorn") else "gunicorn"
    return next((name for name in usual if manifest.dependencies.has(name)), "")


def _database(
    tree: Tree, manifest: Manifest, best: Candidate
) -> tuple[str | None, str | None, list[Evidence]]:
    for driver, engine in DATABASES.items():
        if manifest.dependencies.has(driver):
            path, line = manifest.dependencies.line(driver) or (manifest.path, 1)
            name = "psycopg" if driver in {"psycopg-binary", "psycopg-c"} else driver
            return engine, name, [Evidence("database", path, line, driver)]
    if best.framework.name == "Django" and (engine_name := django.engine(tree, manifest.root)):
        return engine_name, None, []
    return None, None, []


def _broker(manifest: Manifest, works: bool) -> str:
    has = manifest.dependencies
    if not works and not has.has("celery", "dramatiq"):
        return ""
    if has.has("pika", "aio-pika", "taskiq-aio-pika", "librabbitmq"):
        return "amqp"
    if has.has("amqp") and not has.has("kombu", "celery"):  # Celery brings it to every broker
        return "amqp"
    return "redis" if has.has(*REDIS_PACKAGES) else ("amqp" if has.has("celery") else "")


def _websockets(modules: Modules, manifest: Manifest) -> bool:
    return manifest.dependencies.has(*WEBSOCKET_PACKAGES) or any(
        module.sockets for module in modules.all() if inside(module.path, manifest.root)
    )


def _served(modules: Modules, front: FrontEnd, root: str) -> tuple[FrontEnd, list[Evidence]]:
    """Say that the back end serves the built files when it mounts a folder of that name."""
    package = Evidence("frontend", join(front.path, "package.json"), 1, front.bundler)
    output = front.output.rpartition("/")[2]
    for module in modules.all():
        if inside(module.path, root) and deployable(module.path):
            for call, line in module.static:
                if output in _folders_named(call, module.paths | module.texts):
                    served = Evidence("frontend.served_by", module.path, line, call)
                    return front_ends.served_by(front, root), [package, served]
    named = _names_output(modules, front, root)
    if named is not None:
        return front_ends.served_by(front, root), [package, named]
    return front, [package]


def _names_output(modules: Modules, front: FrontEnd, root: str) -> Evidence | None:
    """Return a constant that names the built folder, where the service also serves files."""
    whole = join(front.path, front.output).removeprefix(f"{root}/").removeprefix("../")
    if whole.count("/") < 1 or not any(module.static for module in modules.all()):
        return None
    for module in modules.all():
        if inside(module.path, root) and deployable(module.path):
            for name, text in module.texts.items():
                if whole in text:
                    return Evidence("frontend.served_by", module.path, 1, f"{name} = {text!r}")
    return None


def _folders_named(call: str, known: Mapping[str, str]) -> set[str]:
    """Return the folder names in a call, with the module's own constants written out."""
    for _hop in range(3):
        words = set(re.findall(r"[A-Za-z_]\w*", call))
        call += " ".join(known[word] for word in words if word in known)
    return set(re.findall(r"[\w.-]+", call))


def _variables(modules: Modules, root: str) -> set[str]:
    return {
        name
        for module in modules.all()
        if inside(module.path, root) and deployable(module.path)
        for name, _line in module.variables
    }
