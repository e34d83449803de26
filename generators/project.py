"""What was found in a repository: services with the evidence for each claim, and findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]


class Confidence(StrEnum):
    """How sure a claim is; a person is asked about everything that is not high."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why something is believed: the claim, the file (from the repository's root) and the line."""

    claim: str
    path: str
    line: int
    says: str

    def as_json(self) -> dict[str, Json]:
        """Return ``{"claim", "path", "line", "says"}``."""
        return {"claim": self.claim, "path": self.path, "line": self.line, "says": self.says}

    @property
    def place(self) -> str:
        """``path:line``, as editors and terminals open it."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class MigrationTool:
    """What changes the schema; ``directory`` is where the project would run it, from the root.

    ``provider`` is alembic, django, prisma or other; ``tool`` names the program itself
    ("flask-migrate", "typeorm", "knex"). ``config`` is relative to the directory; ``command``
    brings a database to the newest state, () when that is not known for sure (provider other).
    """

    provider: str
    directory: str
    config: str
    command: tuple[str, ...]
    tool: str = ""

    def as_json(self) -> dict[str, Json]:
        """Return ``{"provider", "directory", "config", "command", "tool"}``."""
        return {
            "provider": self.provider,
            "directory": self.directory,
            "config": self.config,
            "command": list(self.command),
            "tool": self.tool or self.provider,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A further process of a service: same code and image, another command, no port.

    ``kind`` is celery, celery-beat, rq, arq, dramatiq, huey, taskiq, node or python; ``command``
    is the exec form, run in ``directory`` (from the root); ``name`` is unique within its service.
    """

    name: str
    kind: str
    command: tuple[str, ...]
    directory: str
    path: str = ""
    line: int = 0

    def as_json(self) -> dict[str, Json]:
        """Return ``{"name", "kind", "command", "directory", "path", "line"}``."""
        return {
            "name": self.name,
            "kind": self.kind,
            "command": list(self.command),
            "directory": self.directory,
            "path": self.path or None,
            "line": self.line or None,
        }


@dataclass(frozen=True, slots=True)
class NativeNeed:
    """Debian packages that a dependency needs: ``build`` to be compiled, ``run`` to be loaded.

    ``wheel`` says that a wheel is published for usual platforms, so that ``build`` is needed
    only where it does not fit.
    """

    dependency: str
    build: tuple[str, ...]
    run: tuple[str, ...]
    wheel: bool = False

    def as_json(self) -> dict[str, Json]:
        """Return ``{"dependency", "build", "run", "wheel"}``."""
        return {
            "dependency": self.dependency,
            "build": list(self.build),
            "run": list(self.run),
            "wheel": self.wheel,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontEnd:
    """A browser application: where, with what it is built and where its files end up.

    ``output`` is relative to ``path``; ``settings`` are files that installing needs besides the
    manifest and the lockfile; ``served_by`` is the back end's root when that serves the
    built files itself, None when something else has to. ``build`` is the exec form of the build,
    run in ``path``; ``siblings`` are the packages of the workspace that are built before it, in
    that order; ``workspace`` is the folder of the lockfile when it lies above ``path``,
    "" otherwise; ``variables`` are read while building (VITE_…, REACT_APP_…, NEXT_PUBLIC_…).
    """

    path: str
    framework: str
    bundler: str
    package_manager: str
    node_version: str
    output: str
    lockfile: str = ""
    settings: tuple[str, ...] = ()
    served_by: str | None = None
    manager_version: str = ""
    package_name: str = ""
    workspace: str = ""
    build: tuple[str, ...] = ("npm", "run", "build")
    variables: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """Return every field under its own name."""
        return {
            "path": self.path,
            "framework": self.framework,
            "bundler": self.bundler,
            "package_manager": self.package_manager,
            "node_version": self.node_version,
            "output": self.output,
            "lockfile": self.lockfile or None,
            "served_by": self.served_by,
            "build": list(self.build),
            "workspace": self.workspace or None,
            "variables": list(self.variables),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One deployable program; paths are relative to the repository's root ("." for the root).

    What it is
        ``name`` is short and unique in the repository (small letters, digits, hyphens);
        ``role`` is web (answers HTTP), static (only a browser's files: see ``frontend``) or
        worker (no port: see ``workers``); ``language`` is python or javascript (Node,
        TypeScript included).
    How it starts
        Python: ``entrypoint`` is "module:name" ("module:create_app" with ``factory``) imported
        from ``import_root``, with ``interface`` asgi or wsgi; or a script's path from
        ``import_root`` with ``interface`` streamlit. ``server`` is what the project itself uses
        (gunicorn, uvicorn, daphne, hypercorn, granian; "" unknown).
        Node: ``entrypoint`` is the source file from ``path`` (None for Next.js and friends, which
        bring their own server), ``start`` the exec form of the production start, run in ``path``.
    How it is built
        ``package_manager`` with ``manager_version`` ("9.1.0", "1.8"; "" unknown), ``lockfile``,
        ``manifest``, ``requirements`` and ``settings`` (files that installing needs besides);
        ``workspace`` is the folder of the lockfile when that lies above ``path``, "" otherwise;
        ``package_name`` selects the service within it; ``siblings`` are the packages of a Node
        workspace that it uses and that are built before it, in that order. ``build`` is the exec
        form of the build (() when nothing is built), ``output`` the folder it makes, both from
        ``path``.
        ``native`` are the Debian packages that dependencies need. ``installs_itself``: the
        manifest has a build system, so the project can be installed as a package.
    What else it needs
        ``collects_static`` (Django's collectstatic), ``django_settings`` (the module that
        production should use, None unknown), ``prisma`` (the schema's path; its client must be
        generated), ``workers``, ``redis``, ``broker`` (redis, amqp, "" none), ``websockets``.
    ``variables`` are the environment variables that the code reads, ``required`` those without
    which it does not start, with their kind (text, int, bool, list, json, object);
    ``dependencies`` maps canonical package names to versions or "".
    How sure it is
        ``confidences`` has one for each of entrypoint, package_manager, version and migrations;
        ``confidence`` is the lowest of them, where a version that nothing names at all (low: this
        program's own choice, no claim about the project) does not count.
    """

    path: str
    language: str
    framework: str
    framework_version: str = ""
    package_manager: str = ""
    lockfile: str = ""
    package_name: str = ""
    manifest: str = ""
    requirements: tuple[str, ...] = ()
    entrypoint: str | None = None
    factory: bool = False
    interface: str = ""
    import_root: str = "."
    installs_itself: bool = False
    port: int = 8080
    health_path: str | None = None
    python_version: str | None = None
    node_version: str | None = None
    migrations: MigrationTool | None = None
    database: str | None = None
    database_driver: str | None = None
    redis: bool = False
    frontend: FrontEnd | None = None
    name: str = ""
    role: str = "web"
    server: str = ""
    start: tuple[str, ...] = ()
    build: tuple[str, ...] = ()
    output: str = ""
    manager_version: str = ""
    workspace: str = ""
    settings: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()
    native: tuple[NativeNeed, ...] = ()
    collects_static: bool = False
    django_settings: str | None = None
    prisma: str | None = None
    workers: tuple[Worker, ...] = ()
    broker: str = ""
    websockets: bool = False
    dependencies: Mapping[str, str] = field(default_factory=dict)
    variables: tuple[str, ...] = ()
    required: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    confidence: Confidence = Confidence.HIGH
    confidences: Mapping[str, Confidence] = field(default_factory=dict)
    alternatives: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """Return the shape of ``data.services[]`` of ``tarmac detect --json``."""
        version_key = "node_version" if self.language == "javascript" else "python_version"
        return {
            "path": self.path,
            "name": self.name,
            "role": self.role,
            "language": self.language,
            "framework": self.framework,
            "framework_version": self.framework_version or None,
            "package_manager": self.package_manager,
            "manager_version": self.manager_version or None,
            "lockfile": self.lockfile or None,
            "workspace": self.workspace or None,
            "entrypoint": self.entrypoint,
            "factory": self.factory,
            "interface": self.interface or None,
            "import_root": self.import_root,
            "server": self.server or None,
            "build": list(self.build),
            "output": self.output or None,
            "start": list(self.start),
            "port": self.port,
            "health_path": self.health_path,
            version_key: self.node_version if version_key[0] == "n" else self.python_version,
            "migrations": self.migrations.as_json() if self.migrations else None,
            "database": self.database,
            "database_driver": self.database_driver,
            "redis": self.redis,
            "broker": self.broker or None,
            "websockets": self.websockets,
            "workers": [worker.as_json() for worker in self.workers],
            "collects_static": self.collects_static,
            "django_settings": self.django_settings,
            "prisma": self.prisma,
            "native": [need.as_json() for need in self.native],
            "frontend": self.frontend.as_json() if self.frontend else None,
            "variables": list(self.variables),
            "required": list(self.required),
            "evidence": [piece.as_json() for piece in self.evidence],
            "confidence": self.confidence.value,
            "confidences": {claim: sure.value for claim, sure in self.confidences.items()},
            "alternatives": list(self.alternatives),
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know before files are made; ``level`` is warning or notice.

    ``fix`` says what to do about it, "" when there is nothing to do.
    """

    code: str
    level: str
    message: str
    path: str = ""
    line: int = 0
    fix: str = ""

    def as_json(self) -> dict[str, Json]:
        """Return ``{"code", "level", "message", "path", "line", "fix"}``."""
        return {
            "code": self.code,
            "level": self.level,
            "message": self.message,
            "path": self.path or None,
            "line": self.line or None,
            "fix": self.fix or None,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the repository is as a whole, in one sentence, with the place that says so.

    ``kind`` is application, library, command-line, template, documentation, notebooks,
    unsupported (an application of a framework that is not known here) or nothing.
    """

    kind: str
    says: str
    path: str = ""
    line: int = 0

    def as_json(self) -> dict[str, Json]:
        """Return ``{"kind", "says", "path", "line"}``."""
        return {
            "kind": self.kind,
            "says": self.says,
            "path": self.path or None,
            "line": self.line or None,
        }


_APPLICATION = Verdict("application", "")


@dataclass(frozen=True, slots=True)
class Detection:
    """Everything found under ``root``; no services means: nothing deployable here (``verdict``).

    ``read`` is how many of the ``files`` were opened.
    """

    root: Path
    services: tuple[Service, ...]
    findings: tuple[Finding, ...] = ()
    files: int = 0
    seconds: float = 0.0
    verdict: Verdict = _APPLICATION
    read: int = 0

    def service(self, path: str) -> Service | None:
        """Return the service at a path, or the only one there is, or None."""
        for service in self.services:
            if service.path == path:
                return service
        return self.services[0] if len(self.services) == 1 else None

    def named(self, name: str) -> Service | None:
        """Return the service of a name, None when there is none; names are unique."""
        return next((service for service in self.services if service.name == name), None)

    def as_json(self) -> dict[str, Json]:
        """Return ``{"services", "verdict", "findings", "files", "read", "seconds"}``."""
        return {
            "services": [service.as_json() for service in self.services],
            "verdict": self.verdict.as_json(),
            "findings": [finding.as_json() for finding in self.findings],
            "files": self.files,
            "read": self.read,
            "seconds": round(self.seconds, 3),
        }
