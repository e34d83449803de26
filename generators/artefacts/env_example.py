"""Every environment variable the program reads, explained; values only where none is secret."""

from __future__ import annotations

from dataclasses import dataclass

from generators.artefact import Artefact
from generators.artefacts.compose_environment import LOCAL_PASSWORD, database_url
from generators.deployment import Deployment
from generators.detection.tree import join
from generators.header import header
from generators.stack import Stack
from generators.templating import rendered, words_of

_ADDRESS = ("DATABASE_URL",)
_CLOUD = ("CLOUD_SQL_INSTANCE", "DB_USER", "DB_PASSWORD", "DB_NAME")


@dataclass(frozen=True, slots=True)
class Variable:
    """One line of the file: a name, an example value and what it is for."""

    name: str
    value: str
    says: str


def render(stack: Stack, language: str) -> list[Artefact]:
    """Return .env.example as a block among a person's own lines."""
    deployment = stack.main
    text = rendered(
        "env.example.j2",
        language,
        header=header(language, deployment.blueprint_hash),
        local=_local(deployment, language),
        compose=_compose(deployment, language),
        cloud=_cloud(deployment, language),
        others=_others(deployment, language),
        has_database=deployment.database is not None,
    )
    path = join(deployment.service.path, ".env.example")
    return [Artefact(name="env", path=path, text=text, block=True)]


def _local(deployment: Deployment, language: str) -> list[Variable]:
    if deployment.database is None:
        return []
    _ = words_of(language)
    url = database_url(deployment, LOCAL_PASSWORD, "localhost")
    return [Variable("DATABASE_URL", url, _("The whole address; when it is set it wins."))]


def _compose(deployment: Deployment, language: str) -> list[Variable]:
    if deployment.database is None:
        return []
    _ = words_of(language)
    name = deployment.database.password_variable
    return [Variable(name, LOCAL_PASSWORD, _("The password of the database in compose."))]


def _cloud(deployment: Deployment, language: str) -> list[Variable]:
    database = deployment.database
    if database is None:
        return []
    _ = words_of(language)
    explained = {
        "CLOUD_SQL_INSTANCE": _("project:region:instance; its socket is /cloudsql/…"),
        "DB_USER": _("The database's user."),
        "DB_NAME": _("The database's name."),
        "DB_POOL_SIZE": _("Connections that one instance keeps open."),
        "DB_MAX_OVERFLOW": _("Connections that one instance may add for a moment."),
    }
    stated = _("From [service.environment] of tarmac.toml.")
    lines = [
        Variable(name, value, explained.get(name, stated))
        for name, value in deployment.start_variables.items()
    ]
    secret = {use.variable: use.secret for use in deployment.secrets}
    says = _("From Secret Manager: {secret}.")
    lines += [
        Variable(name, "", says.format(secret=secret_id)) for name, secret_id in secret.items()
    ]
    return lines


def _others(deployment: Deployment, language: str) -> list[Variable]:
    _ = words_of(language)
    explained = {
        "DB_POOL_TIMEOUT": _("Seconds to wait for a free connection."),
        "DB_POOL_RECYCLE": _("Seconds after which a connection is replaced."),
        "REDIS_URL": _("The address of Redis."),
        "SECRET_KEY": _("Signs sessions; a long random text, another one per environment."),
        "ALLOWED_ORIGINS": _("Web addresses that browsers may call from, with commas."),
    }
    known = set(_ADDRESS) | set(deployment.start_variables)
    known |= {use.variable for use in deployment.secrets}
    if deployment.database is not None:
        known |= set(_CLOUD)
    return [
        Variable(name, "", explained.get(name, _("Read by the code.")))
        for name in deployment.service.variables
        if name not in known
    ]
