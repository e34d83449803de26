"""One model that every artefact is rendered from: port, paths and names cannot disagree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from generators.project import FrontEnd, Service


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseUse:
    """The Cloud SQL database of a service; ``instance`` is its id, ``major`` PostgreSQL's."""

    instance: str
    major: str
    name: str
    user: str
    password_variable: str = "DB_PASSWORD"
    pool_size: int = 5
    max_overflow: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretUse:
    """An environment variable whose value lives in Secret Manager under an id."""

    variable: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationUse:
    """Who migrates: an identity that reads one secret; ``user`` "" is the service's user."""

    account: str
    secret: SecretUse
    user: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A service, where it goes and how large it may grow; memory as "512Mi", accounts as ids."""

    service: Service
    blueprint_hash: str
    name: str
    port: int = 8080
    health_path: str = "/health"
    project_id: str = ""
    region: str = "asia-northeast3"
    repository: str = ""
    memory: str = "512Mi"
    cpu: str = "1"
    min_instances: int = 0
    max_instances: int = 10
    concurrency: int = 80
    public: bool = True
    runtime_account: str = ""
    build_account: str = ""
    pipeline: str = "cloud-build"
    database: DatabaseUse | None = None
    secrets: tuple[SecretUse, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    migration: MigrationUse | None = None

    @property
    def frontend(self) -> FrontEnd | None:
        """The front end that goes into the service's image: the one it serves itself."""
        front = self.service.frontend
        return front if front is not None and front.served_by is not None else None

    @property
    def context(self) -> str:
        """The folder a Docker build needs: the service's own, or the root for what lies beside."""
        needed = [self.service.lockfile, self.service.import_root]
        needed += [self.frontend.path] if self.frontend else []
        needed += [self.service.migrations.directory] if self.service.migrations else []
        inside = (
            path == self.service.path or path.startswith(f"{self.service.path}/")
            for path in needed
            if path
        )
        return self.service.path if all(inside) else "."

    def within_context(self, path: str) -> str:
        """Return a path of the repository as seen from the build context."""
        if self.context in {".", path}:
            return "." if path == self.context else path
        return path.removeprefix(f"{self.context}/")

    @property
    def start_variables(self) -> dict[str, str]:
        """The environment of the running service on Google Cloud, without any secret."""
        if self.database is None:
            return dict(self.environment)
        connection = f"{self.project_id}:{self.region}:{self.database.instance}"
        return {
            "CLOUD_SQL_INSTANCE": connection,
            "DB_USER": self.database.user,
            "DB_NAME": self.database.name,
            "DB_POOL_SIZE": str(self.database.pool_size),
            "DB_MAX_OVERFLOW": str(self.database.max_overflow),
            **self.environment,
        }
