"""The desired state as `tarmac.toml` says it, typed and with defaults; no secret values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from wizards.question import Value

FILE_NAME = "tarmac.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """``[project]``: the Google Cloud project; parent is "organizations/1", "folders/2" or ""."""

    id: str = ""
    name: str = ""
    region: str = "asia-northeast3"
    billing_account: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """``[service]``: what is deployed and how large it may grow.

    ``image`` is what runs before the pipeline has built one ("" = Google's placeholder);
    ``environment`` holds plain variables, never secrets. ``frontend`` is where a front end goes:
    "" as the code has it, "apart" into an image of its own, "together" behind nginx in the same
    container.
    """

    name: str = ""
    root: str = "."
    runtime: str = "cloud-run"
    port: int = 8080
    health_path: str = "/health"
    memory: str = "512Mi"
    cpu: str = "1"
    min_instances: int = 0
    max_instances: int = 10
    concurrency: int = 80
    public: bool = True
    image: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    frontend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """``[database]``: a Cloud SQL instance with one database and its users; storage in GB.

    ``log_days`` is how far back a moment can be restored (1 to 7), ``backups`` how many daily ones
    are kept. With ``iam_login`` the service's identity may log in without a password. A
    ``migration_user`` of its own ("" = the same user) runs migrations, with the password in
    ``migration_password_secret``. ``network`` is a VPC for a private address ("" = a public address
    that takes connectors only).
    """

    instance: str
    version: str = "POSTGRES_16"
    tier: str = "db-f1-micro"
    edition: str = "ENTERPRISE"
    storage_gb: int = 10
    high_availability: bool = False
    point_in_time_recovery: bool = True
    name: str = "app"
    user: str = "app"
    password_secret: str = "DB_PASSWORD"
    pool_size: int = 5
    max_overflow: int = 2
    log_days: int = 7
    backups: int = 7
    deletion_protection: bool = True
    iam_login: bool = False
    migration_user: str = ""
    migration_password_secret: str = "DB_MIGRATION_PASSWORD"
    network: str = ""

    @property
    def migrates_apart(self) -> bool:
        """Whether migrations log in as a user of their own."""
        return self.migration_user not in ("", self.user)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """``[secrets.VARIABLE]``: Secret Manager id and where a first value comes from.

    ``source`` is "generate", "ask", "env:VARIABLE" or "file:PATH"; the value is never written.
    """

    name: str
    source: str = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """``[pipeline]``: who builds (cloud-build, github, none), where images go, which identities.

    ``github`` is "owner/repository" (``github_id`` its number, which no renaming changes); a push
    to ``branch`` builds. ``region`` is where builds run ("" = the project's). The newest
    ``keep_images`` outlive every clean-up.
    """

    kind: str = "cloud-build"
    repository: str = ""
    runtime_account: str = ""
    migration_account: str = ""
    build_account: str = ""
    github: str = ""
    github_id: str = ""
    branch: str = "main"
    region: str = ""
    connection: str = "github"
    trigger: str = ""
    keep_images: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """``[machine]``: a Compute Engine VM instead of Cloud Run; disk in GB."""

    name: str = ""
    zone: str = ""
    type: str = "e2-micro"
    disk_gb: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrations:
    """``[migrations]`` or ``[migrations.NAME]``: where revisions come from and how they run.

    ``command`` is what its job on Cloud Run runs in ``directory`` ("" = what is usual for the
    provider); of "django" and "other" nothing but the job is known.
    """

    provider: str = "alembic"
    directory: str = "."
    config: str = "alembic.ini"
    section: str = ""
    """Which section of alembic.ini, as ``alembic -n`` names it; "" is ``alembic``."""
    interpreter: str = ""
    bootstrap: str = ""
    engine: str = ""
    """Which of env.py's several databases: its ``engine_name``, or the database's own name."""
    environment: Mapping[str, str] = field(default_factory=dict)
    x: tuple[str, ...] = ()
    backup_to: str = ""
    backup_format: str = ""
    """"custom" (one file), "directory" (a folder that jobs write at once), "" what is faster."""
    backup_jobs: int = 0
    """How many jobs write a folder, each with a connection; 0: as many as there are cores, to 4."""
    cloud_backup: bool | None = None
    """Cloud SQL's own backup before an apply: true must be, false is none, unset where it may."""
    lock_timeout: str = "3s"
    lock_retries: int = 5
    rules: Mapping[str, str] = field(default_factory=dict)
    command: str = ""

    @property
    def job_only(self) -> bool:
        """Whether its revisions cannot be read here: only its own tool runs them, as a job."""
        return self.provider in ("django", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """One request that must answer with a status after a migration."""

    path: str
    method: str = "GET"
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """``[environments.NAME]``: a target database; its URL comes from a variable or Cloud SQL."""

    database_url_env: str = ""
    cloud_sql: bool = False
    protected: bool = False
    health_url: str = ""
    checks: tuple[HealthCheck, ...] = ()
    quiet_hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """``[drift]``: differences ("sql.instance:notes-db.tier") that everybody agreed to leave."""

    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """Everything `tarmac.toml` says; absent tables have their defaults, no database is None."""

    project: Project = field(default_factory=Project)
    service: Service = field(default_factory=Service)
    database: Database | None = None
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    pipeline: Pipeline = field(default_factory=Pipeline)
    machine: Machine | None = None
    migrations: Mapping[str, Migrations] = field(default_factory=dict)
    environments: Mapping[str, Environment] = field(default_factory=dict)
    drift: Drift = field(default_factory=Drift)
    named: frozenset[str] | None = field(default=None, compare=False)
    """The dotted keys that the file says itself; None when the blueprint is from no file."""
    file: str = field(default="", compare=False)
    """The name of its file; "" when it is from none."""

    @property
    def hash(self) -> str:
        """Return 12 hex digits that change whenever a wanted value changes.

        What is ignored of the world is none, nor how backups are written, nor a command that
        nobody gave: they make no generated file stale.
        """
        values = asdict(self)
        del values["named"], values["file"], values["drift"]
        for stream in values["migrations"].values():
            for only_here in ("cloud_backup", "backup_format", "backup_jobs"):
                del stream[only_here]
            if not stream["command"]:
                del stream["command"]
        text = json.dumps(values, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def values(self) -> dict[str, Value]:
        """Return the simple values under dotted keys, as an interview asks for them."""
        found: dict[str, Value] = {}
        for table in ("project", "service", "database", "pipeline", "machine"):
            part = getattr(self, table)
            if part is not None:
                simple = {k: v for k, v in asdict(part).items() if not isinstance(v, Mapping)}
                found |= {f"{table}.{key}": value for key, value in simple.items()}
        return found
