"""From an environment's name to a database that can be reached."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from generators.language import _
from wizards import quiet_hours
from wizards.blueprint import Blueprint, Environment, HealthCheck, Migrations
from wizards.failures import Failure, UsageFailure
from wizards.migrate.cloudsql.instance import Instance
from wizards.migrate.dotenv import variable
from wizards.postgres import pooler
from wizards.postgres.address import Address
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.postgres.tunnel import Tunnel, open_tunnel
from wizards.quiet_hours import QuietHours

_SETTING = re.compile(r"^\s*sqlalchemy\.url\s*=\s*postgres(?:ql)?\+(\w+)://", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A database: its name for people, address, protection, and what env.py is told.

    ``url`` is the URL exactly as the project's code gets it; ``source`` says where it came from;
    ``instance`` is the one on Cloud SQL that it is in, None elsewhere; ``quiet_hours`` are when it
    has little traffic; ``notes`` are for people.
    """

    name: str
    address: Address
    url: str = field(repr=False)
    source: str
    variables: tuple[str, ...] = ("DATABASE_URL",)
    protected: bool = False
    health_url: str = ""
    checks: tuple[HealthCheck, ...] = ()
    tunnel: Tunnel | None = field(default=None, repr=False, compare=False)
    instance: Instance | None = None
    quiet_hours: str = ""
    notes: tuple[str, ...] = ()

    @property
    def quiet(self) -> QuietHours | None:
        """When it has little traffic, None where nobody said so."""
        return quiet_hours.read(self.quiet_hours)

    def environment(self) -> Mapping[str, str]:
        """Return the variables that carry the URL into the project's process."""
        return dict.fromkeys(self.variables, self.url)

    def at(self, address: Address) -> Target:
        """Return this target on another database (a scratch)."""
        return replace(self, address=address)


def chosen(blueprint: Blueprint | None, name: str | None) -> tuple[str, Environment] | None:
    """Return the environment of a name; without one the only one, "local", or None at all."""
    known = blueprint.environments if blueprint is not None else {}
    if name is None:
        if not known:
            return None
        name = "local" if "local" in known else next(iter(known))
        if len(known) > 1 and name != "local":
            raise UsageFailure(
                "environment-missing",
                _("Which environment? There are: {names}.").format(names=", ".join(known)),
                next=tuple(f"--env {one}" for one in known),
            )
    if name not in known:
        raise UsageFailure(
            "environment-unknown",
            _("tarmac.toml has no environment {name}.").format(name=name),
            why=_("It has: {names}.").format(names=", ".join(known) or _("none")),
            next=tuple(f"--env {one}" for one in known),
        )
    return name, known[name]


def by_variable(
    name: str, environment: Environment, folders: tuple[Path, ...], *, required: bool = True
) -> Target | None:
    """Return the target whose URL stands in a variable: the process' own, else ``.env``."""
    wanted = environment.database_url_env or "DATABASE_URL"
    found = os.environ.get(wanted)
    source = wanted
    if not found:
        written = variable(folders, wanted)
        if written is not None:
            found, source = written[0], f"{written[1].name}: {wanted}"
    if not found:
        if not required:
            return None
        raise UsageFailure(
            "database-url-missing",
            _("{variable} is not set.").format(variable=wanted),
            why=_("The environment {name} reads its database URL from it.").format(name=name),
            next=(
                f"export {wanted}=postgresql://USER:PASSWORD@HOST:5432/DATABASE",
                _("or write it into {file}").format(file=folders[0] / ".env"),
            ),
        )
    url = pooler.direct(found)
    address = Address.from_url(url)
    past = _("{variable} names a connection pooler; its server is taken instead: {host}")
    return Target(
        name=name or address.database,
        address=address,
        url=url,
        notes=(past.format(variable=wanted, host=address.host),) if url != found else (),
        source=source,
        variables=tuple(dict.fromkeys((wanted, "DATABASE_URL"))),
        protected=environment.protected,
        health_url=environment.health_url,
        checks=environment.checks,
        quiet_hours=environment.quiet_hours,
    )


def by_cloud_sql(
    name: str,
    environment: Environment,
    blueprint: Blueprint,
    driver: str,
    sandbox: SandboxAddress | None,
) -> Target:
    """Return the target of a Cloud SQL instance: a tunnel, the password from Secret Manager.

    Who migrates is the migration user where there is one: it owns what migrations made.
    """
    database, project = blueprint.database, blueprint.project
    if database is None:
        raise UsageFailure(
            "database-table-missing",
            _("The environment {name} says cloud_sql = true, but there is no [database].").format(
                name=name
            ),
            next=("tarmac init",),
        )
    user, named = database.user, database.password_secret
    if database.migrates_apart:
        user, named = database.migration_user, database.migration_password_secret
    secret = blueprint.secrets.get(named)
    if secret is None:
        raise UsageFailure(
            "password-secret-missing",
            _("There is no [secrets.{name}] for the database password.").format(name=named),
            next=("tarmac init",),
        )
    from wizards.cloud.opening import open_cloud

    tunnel = opened_tunnel(project.id, project.region, database.instance, sandbox)
    password = open_cloud(sandbox).secret_value(project.id, secret.name)
    address = Address(
        host=tunnel.host,
        port=tunnel.port,
        user=user,
        password=password,
        database=database.name,
    )
    return Target(
        name=name,
        address=address,
        url=address.url(driver),
        source=_("Cloud SQL {instance} through {way}").format(
            instance=database.instance, way=tunnel.through
        ),
        protected=environment.protected,
        health_url=environment.health_url,
        checks=environment.checks,
        tunnel=tunnel,
        instance=Instance(project.id, project.region, database.instance),
        quiet_hours=environment.quiet_hours,
    )


def opened_tunnel(
    project: str, region: str, instance: str, sandbox: SandboxAddress | None
) -> Tunnel:
    """Open the way to an instance; what the connector prints becomes the card of its cause."""
    try:
        return open_tunnel(project, region, instance, sandbox)
    except Failure as failure:
        from wizards.cloud.connecting import text_card

        names = {"project": project, "region": region, "instance": instance}
        raise text_card(failure.raw.splitlines(), names) or failure from None


def spoken_driver(folders: tuple[Path, ...], migrations: Migrations, has: tuple[str, ...]) -> str:
    """Return the driver the project names in its URL (``.env``, alembic.ini), else one it has."""
    written = variable(folders, "DATABASE_URL")
    if written is not None and "+" in written[0].split("://")[0]:
        return written[0].split("://")[0].split("+")[1]
    config = folders[0] / migrations.config
    if config.is_file():
        named = _SETTING.search(config.read_text(encoding="utf-8", errors="replace"))
        if named:
            return named[1]
    return has[0] if has else ""
