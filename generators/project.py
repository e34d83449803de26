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

    ``config`` is relative to that directory; ``command`` brings a database to the newest state.
    """

    provider: str
    directory: str
    config: str
    command: tuple[str, ...]

    def as_json(self) -> dict[str, Json]:
        """Return ``{"provider", "directory", "config", "command"}``."""
        return {
            "provider": self.provider,
            "directory": self.directory,
            "config": self.config,
            "command": list(self.command),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontEnd:
    """A browser application: where, with what it is built and where its files end up.

    ``output`` is relative to ``path``; ``settings`` are files that installing needs besides the
    manifest and the lockfile; ``served_by`` is the back end's root when that serves the
    built files itself, None when something else has to.
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
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One deployable program; paths are relative to the repository's root ("." for the root).

    ``entrypoint`` is "module:name" ("module:create_app" with ``factory``), imported from
    ``import_root``; ``interface`` is asgi or wsgi; ``variables`` are the environment variables
    that the code reads; ``dependencies`` maps canonical package names to versions or "".
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
    dependencies: Mapping[str, str] = field(default_factory=dict)
    variables: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    confidence: Confidence = Confidence.HIGH
    alternatives: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """Return the shape of ``data.services[]`` of ``tarmac detect --json``."""
        version_key = "node_version" if self.language == "javascript" else "python_version"
        return {
            "path": self.path,
            "language": self.language,
            "framework": self.framework,
            "framework_version": self.framework_version or None,
            "package_manager": self.package_manager,
            "lockfile": self.lockfile or None,
            "entrypoint": self.entrypoint,
            "factory": self.factory,
            "interface": self.interface or None,
            "import_root": self.import_root,
            "port": self.port,
            "health_path": self.health_path,
            version_key: self.node_version if version_key[0] == "n" else self.python_version,
            "migrations": self.migrations.as_json() if self.migrations else None,
            "database": self.database,
            "database_driver": self.database_driver,
            "redis": self.redis,
            "frontend": self.frontend.as_json() if self.frontend else None,
            "variables": list(self.variables),
            "evidence": [piece.as_json() for piece in self.evidence],
            "confidence": self.confidence.value,
            "alternatives": list(self.alternatives),
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know before files are made; ``level`` is warning or notice."""

    code: str
    level: str
    message: str
    path: str = ""
    line: int = 0

    def as_json(self) -> dict[str, Json]:
        """Return ``{"code", "level", "message", "path", "line"}``."""
        return {
            "code": self.code,
            "level": self.level,
            "message": self.message,
            "path": self.path or None,
            "line": self.line or None,
        }


@dataclass(frozen=True, slots=True)
class Detection:
    """Everything found under ``root``; no services means: nothing deployable here."""

    root: Path
    services: tuple[Service, ...]
    findings: tuple[Finding, ...] = ()
    files: int = 0
    seconds: float = 0.0

    def service(self, path: str) -> Service | None:
        """Return the service at a path, or the only one there is, or None."""
        for service in self.services:
            if service.path == path:
                return service
        return self.services[0] if len(self.services) == 1 else None

    def as_json(self) -> dict[str, Json]:
        """Return ``{"services", "findings", "files", "seconds"}``."""
        return {
            "services": [service.as_json() for service in self.services],
            "findings": [finding.as_json() for finding in self.findings],
            "files": self.files,
            "seconds": round(self.seconds, 3),
        }
