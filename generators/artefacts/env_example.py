"""Every environment variable the program reads, explained; values only where none is secret."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from generators.artefact import Artefact
from generators.artefacts.compose_environment import LOCAL_PASSWORD, database_url
from generators.artefacts.front_arguments import addresses, arguments
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
    """Return an .env.example beside each service, as a block among a person's own lines."""
    places: dict[str, list[Deployment]] = {}
    for one in stack.deployments:
        places.setdefault(one.service.path, []).append(one)
    for one in stack.deployments:
        if one.frontend is not None:
            places.setdefault(one.frontend.path, [])
    examples = [_example(stack, path, group, language) for path, group in places.items()]
    return [one for one in examples if one is not None]


def _example(stack: Stack, path: str, group: list[Deployment], language: str) -> Artefact | None:
    """Return the file of a folder, None where there is nothing to say beside the main service."""
    back = [one for one in group if not one.static]
    fronts = [one for one in stack.deployments if _front(one) == path]
    parts = {
        "local": _once(line for one in back for line in _local(one, language)),
        "compose": _once(line for one in back for line in _compose(one, language)),
        "cloud": _once(line for one in back for line in _cloud(one, language)),
        "others": _once(line for one in back for line in _others(one, language)),
        "building": _once(line for one in fronts for line in _building(one, language)),
    }
    if not any(parts.values()) and path != stack.main.service.path:
        return None
    text = rendered(
        "env.example.j2",
        language,
        header=header(language, stack.main.blueprint_hash),
        **parts,
    )
    return Artefact(name="env", path=join(path, ".env.example"), text=text, block=True)


def _once(variables: Iterable[Variable]) -> list[Variable]:
    """Return each variable once, the first one of a name."""
    found: dict[str, Variable] = {}
    for one in variables:
        found.setdefault(one.name, one)
    return list(found.values())


def _front(deployment: Deployment) -> str:
    """Return the folder of the front end that goes into a deployment's image, "" without one."""
    front = deployment.service.frontend
    return front.path if front and (deployment.static or deployment.frontend) else ""


def _building(deployment: Deployment, language: str) -> list[Variable]:
    """Return what is put into the built files: everybody can read it there."""
    _ = words_of(language)
    says = {name: _("The address of the API.") for name in addresses(deployment)}
    return [
        Variable(name, "", says.get(name, _("Read while building.")))
        for name in arguments(deployment)
    ]


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
    if deployment.database is None and not deployment.secrets and not deployment.environment:
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
