"""One model that every artefact is rendered from: port, paths and names cannot disagree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from generators.delivery import Delivery
from generators.detection.tree import inside, join
from generators.project import FrontEnd, MigrationTool, Service

MAIN = "app"
"""The label of the service that ``[service]`` describes."""


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
    """Who migrates, with which password beside the service's secrets; ``user`` "" is its user."""

    account: str
    secret: SecretUse
    user: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Migrations that run as one job: its name on Cloud Run, its short name, what they run with.

    ``label`` is unique in the stack ("migrate", "billing-migrate"): compose's service is called so.
    """

    job: str
    label: str
    tool: MigrationTool
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A service, where it goes and how large it may grow; memory as "512Mi", accounts as ids.

    ``name`` is its name on Google Cloud, ``label`` its short one within the stack: compose's
    service, the suffix of build steps ("app" for the main one); ``dockerfile_name`` tells services
    of one folder apart. ``health_path`` "" is for a service of which none is known: any answer
    counts. ``backend`` is the label of the service that a front end of its own image calls, with
    its ``backend_name`` on Google Cloud.
    ``together`` puts the front end into the back end's container, behind nginx. ``streams`` are
    its migrations, None for those that the service itself tells.
    """

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
    delivery: Delivery = field(default_factory=Delivery)
    label: str = MAIN
    dockerfile_name: str = "Dockerfile"
    backend: str = ""
    backend_name: str = ""
    together: bool = False
    streams: tuple[Stream, ...] | None = None

    @property
    def main(self) -> bool:
        """Whether it is the service of ``[service]``; substitutions of the pipeline are its own."""
        return self.label == MAIN

    @property
    def static(self) -> bool:
        """Whether it is only a browser's files, served by nginx."""
        return self.service.role == "static"

    @property
    def answers(self) -> bool:
        """Whether it listens on a port; a worker does not."""
        return self.service.role != "worker"

    @property
    def migrating(self) -> tuple[Stream, ...]:
        """What migrates its database, in the order in which it runs; () where nothing does."""
        if self.streams is not None:
            return self.streams
        tool = self.service.migrations
        if tool is None or not tool.command:
            return ()
        return (Stream(job=f"{self.name}-migrate", label="migrate", tool=tool),)

    def reading(self, own: MigrationUse) -> tuple[SecretUse, ...]:
        """Return what migrations read: the service's secrets, its password replaced by their own.

        Settings that env.py or manage.py loads want all of them.
        """
        others = (use for use in self.secrets if use.variable != own.secret.variable)
        return (own.secret, *others)

    def told(self, stream: Stream) -> dict[str, str]:
        """Return what only a stream of migrations is told, beside the service's environment."""
        own = self.migration.environment if self.migration else {}
        return {**own, **stream.environment}

    @property
    def dockerfile(self) -> str:
        """The path of its Dockerfile from the repository's root."""
        return join(self.service.path, self.dockerfile_name)

    @property
    def frontend(self) -> FrontEnd | None:
        """The front end that goes into the service's image: served by it, or by nginx beside it."""
        front = self.service.frontend
        if front is None or self.static:
            return None
        return front if front.served_by is not None or self.together else None

    @property
    def context(self) -> str:
        """The folder a Docker build needs: the service's own, or the root for what lies beside."""
        service, front = self.service, self.frontend
        needed = [service.lockfile, service.workspace, service.prisma or ""]
        needed += [service.import_root] if service.language == "python" else []
        needed += [*service.requirements, *service.settings]
        needed += [worker.directory for worker in service.workers]
        needed += [front.path, front.lockfile, front.workspace] if front else []
        needed += [stream.tool.directory for stream in self.migrating]
        within = all(inside(path, service.path) for path in needed if path)
        return service.path if within else "."

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
