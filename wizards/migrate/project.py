"""What a console works on: the folder, its migration stream, the target, the interpreter."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from generators.language import _
from wizards.blueprint import Blueprint, Environment, Migrations
from wizards.events import Emit
from wizards.failures import UsageFailure
from wizards.migrate import interpreter, target
from wizards.migrate.copies import Copies
from wizards.migrate.interpreter import Interpreter
from wizards.migrate.providers.alembic import Alembic
from wizards.migrate.providers.provider import Provider
from wizards.migrate.providers.sql_files import SqlFiles, folder_of, variable_of
from wizards.migrate.target import Target
from wizards.postgres.sandbox_address import SandboxAddress

if TYPE_CHECKING:
    from wizards.migrate.cloudsql.provider import CloudSql


@dataclass
class Project:
    """Everything is looked up when it is first asked for, and kept; safe across threads."""

    root: Path
    environment: str | None
    config: Path | None = None
    stream: str = ""
    sandbox: SandboxAddress | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _target: Target | None = None
    _provider: Provider | None = None
    _cloud_sql: CloudSql | None = None

    @cached_property
    def blueprint(self) -> Blueprint | None:
        """The blueprint, None where there is no `tarmac.toml`."""
        from wizards.blueprint import FILE_NAME
        from wizards.blueprint_reading import load

        path = self.config or self.root / FILE_NAME
        return load(path) if path.exists() else None

    @cached_property
    def migrations(self) -> Migrations:
        """The stream's table, or what an ``alembic.ini`` or SQL files in the folder make of it."""
        known = self.blueprint.migrations if self.blueprint is not None else {}
        if self.stream in known:
            return _readable(known[self.stream])
        if self.stream:
            raise UsageFailure(
                "stream-unknown",
                _("tarmac.toml has no [migrations.{name}].").format(name=self.stream),
                why=_("It has: {names}.").format(names=", ".join(known) or _("none")),
            )
        readable = {name: one for name, one in known.items() if not one.job_only}
        if len(readable) > 1:
            raise UsageFailure(
                "stream-unchosen",
                _("tarmac.toml has several [migrations.NAME]: {names}.").format(
                    names=", ".join(readable)
                ),
                why=_("Each is migrated, backed up and taken back by itself."),
                next=tuple(f"tarmac migrate --stream {name} status" for name in readable),
            )
        if known:
            return _readable(next(iter((readable or known).values())))
        return _discovered(self.root)

    @cached_property
    def directory(self) -> Path:
        """Where the project would run its own tool."""
        return (self.root / self.migrations.directory).resolve()

    @cached_property
    def chosen(self) -> tuple[str, Environment] | None:
        """The environment's name and table, None without any."""
        return target.chosen(self.blueprint, self.environment)

    @property
    def name(self) -> str:
        """The target's name for people, known without connecting anywhere."""
        if self.chosen is not None:
            return self._with_stream(self.chosen[0])
        if self._target is not None:
            return self._target.name
        found = self._by_url(required=False)
        return self._with_stream(found.name if found is not None else self.directory.name)

    def _with_stream(self, name: str) -> str:
        """Sessions and backups of one stream are never taken for another's of the same target."""
        several = self.blueprint is not None and len(self.blueprint.migrations) > 1
        return f"{name}-{self.stream}" if several and self.stream else name

    def settled_name(self, emit: Emit) -> str:
        """Return the target's name as sessions carry it; env.py is asked where nothing else says.

        Only a project without environments and without DATABASE_URL needs that.
        """
        if self.chosen is None and self._by_url(required=False) is None:
            return self.target(emit).name
        return self.name

    @property
    def protected(self) -> bool:
        """Whether dangerous steps want the target's name typed."""
        return self.chosen is not None and self.chosen[1].protected

    @property
    def service(self) -> str:
        """The service on Cloud Run that uses the database, "" where no blueprint names one."""
        return self.blueprint.service.name if self.blueprint is not None else ""

    @property
    def of_files(self) -> bool:
        """Whether the migrations are SQL files, so that nothing of the project runs."""
        return self.migrations.provider != "alembic"

    @cached_property
    def interpreter(self) -> Interpreter:
        """The Python that runs env.py."""
        return interpreter.find(self.directory, self.root, self.migrations.interpreter)

    def provider(self, emit: Emit) -> Provider:
        """Return Alembic on the resolved target."""
        with self._lock:
            if self._provider is None:
                self._provider = self._made(self.target(emit))
            return self._provider

    def cloud_sql(self, emit: Emit) -> CloudSql | None:
        """Return what Cloud SQL itself can do for the target; None where it is not on it."""
        instance = self.target(emit).instance
        if instance is None:
            return None
        from wizards.migrate.cloudsql.provider import CloudSql

        with self._lock:
            if self._cloud_sql is None:
                self._cloud_sql = CloudSql(
                    root=self.root,
                    instance=instance,
                    address=self.target(emit).address,
                    sandbox=self.sandbox,
                    wanted=self.migrations.cloud_backup,
                )
            return self._cloud_sql

    def required_cloud_sql(self, emit: Emit) -> CloudSql:
        """Return it, or raise the card of a target that is not on Cloud SQL."""
        found = self.cloud_sql(emit)
        if found is None:
            raise UsageFailure(
                "not-cloud-sql",
                _("{name} is not a Cloud SQL instance that tarmac.toml knows.").format(
                    name=self.name
                ),
                why=_("A clone is made of the instance of an environment with cloud_sql = true."),
                next=("tarmac migrate rehearse",),
            )
        return found

    def _made(self, target: Target | None) -> Provider:
        if self.of_files:
            return SqlFiles(directory=self.directory, migrations=self.migrations, target=target)
        return Alembic(
            directory=self.directory,
            migrations=self.migrations,
            interpreter=self.interpreter,
            target=target,
        )

    @property
    def copies(self) -> Copies:
        """Where copies of backups go, as ``backup_to`` says."""
        return Copies(to=self.migrations.backup_to, root=self.root, sandbox=self.sandbox)

    def target(self, emit: Emit) -> Target:
        """Return the target: the environment's, DATABASE_URL's, or where env.py connects."""
        with self._lock:
            if self._target is None:
                found = self._resolve(emit)
                self._target = replace(found, name=self._with_stream(found.name))
            return self._target

    def _resolve(self, emit: Emit) -> Target:
        if self.chosen is not None and self.chosen[1].cloud_sql and self.blueprint is not None:
            driver = "" if self.of_files else self._driver
            return target.by_cloud_sql(*self.chosen, self.blueprint, driver, self.sandbox)
        found = self._by_url(required=self.chosen is not None)
        if found is not None:
            return found
        alone = self._made(None)
        address = alone.connects_to(emit)
        return Target(
            name=address.database,
            address=address,
            url=address.url(self.interpreter.drivers[0] if self.interpreter.drivers else ""),
            source=_("what env.py connects to"),
            variables=(),
        )

    @property
    def _driver(self) -> str:
        return target.spoken_driver(self._folders, self.migrations, self.interpreter.drivers)

    def _by_url(self, *, required: bool) -> Target | None:
        if self.chosen is None and self.migrations.engine:
            return None  # DATABASE_URL may be that of another engine
        variable = variable_of(self.directory) if self.of_files else ""
        name, environment = self.chosen or ("", Environment(database_url_env=variable))
        return target.by_variable(name, environment, self._folders, required=required)

    @property
    def _folders(self) -> tuple[Path, ...]:
        return (self.directory, self.root)

    def kill(self) -> None:
        """End the agents that run."""
        if self._provider is not None:
            self._provider.kill()

    def close(self) -> None:
        """End the tunnel, if one is open, and the sessions with Google."""
        if self._cloud_sql is not None:
            self._cloud_sql.close()
        if self._target is not None and self._target.tunnel is not None:
            self._target.tunnel.close()


def _readable(stream: Migrations) -> Migrations:
    """Return a stream whose revisions can be read, or raise the card that says what runs it."""
    if not stream.job_only:
        return stream
    raise UsageFailure(
        "migrations-of-another-tool",
        _("These migrations are run by {tool}, not by Tarmac.").format(
            tool="Django" if stream.provider == "django" else stream.command or stream.provider
        ),
        why=_(
            "The console reads revisions of Alembic, Prisma and SQL files. These run as the job "
            "that set-up makes, with the service's image, before new code gets traffic."
        ),
        next=("tarmac plan", "tarmac migrate lint FILE.sql"),
    )


def _discovered(root: Path) -> Migrations:
    """Return what the files say: an alembic.ini, or Flask-Migrate's folder beside its app."""
    for script in (root / "migrations" / "env.py", *sorted(root.glob("*/migrations/env.py"))):
        flask = script.exists() and "current_app" in script.read_text("utf-8", errors="replace")
        if flask and not (root / "alembic.ini").exists():
            app = script.parent.parent.relative_to(root)
            return Migrations(directory=str(app), config="migrations/alembic.ini")
    if (root / "alembic.ini").exists() or list(root.glob("*/alembic.ini")):
        return Migrations(directory=_folder_of_ini(root))
    of_files = _of_files(root)
    if of_files is not None:
        return of_files
    settings = root / "pyproject.toml"
    if settings.is_file() and "[tool.alembic" in settings.read_text("utf-8", errors="replace"):
        return Migrations()
    raise UsageFailure(
        "migrations-missing",
        _("There are no migrations in {folder}.").format(folder=root),
        why=_(
            "Looked for alembic.ini, a prisma folder and a migrations folder of SQL files, "
            "here and one folder below."
        ),
        next=(
            _("go to the project's folder"),
            _("or set directory in [migrations] of tarmac.toml"),
        ),
    )


def _of_files(root: Path) -> Migrations | None:
    """Return the table for SQL files in the folder or one folder below, None without any."""
    for folder in (root, *sorted(path for path in root.glob("[!.]*") if path.is_dir())):
        try:
            found = folder_of(folder)
        except UsageFailure:
            continue
        prisma = (folder / "prisma" / "schema.prisma").is_file() or any(
            found.glob("*/migration.sql")
        )
        if prisma or found != folder:
            where = str(folder.relative_to(root))
            return Migrations(provider="prisma" if prisma else "sql", directory=where)
    return None


def _folder_of_ini(root: Path) -> str:
    if (root / "alembic.ini").exists() or not root.is_dir():
        return "."
    below = sorted(path.parent.name for path in root.glob("*/alembic.ini"))
    return below[0] if len(below) == 1 else "."
