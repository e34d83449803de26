"""The service with its database on one machine: docker compose for development."""

from __future__ import annotations

from urllib.parse import quote

from generators.artefact import Artefact
from generators.artefacts.starting import migrate_command
from generators.deployment import DatabaseUse, Deployment
from generators.header import header
from generators.quoting import doubled_dollars, variable_name
from generators.stack import Stack
from generators.templating import rendered

LOCAL_PASSWORD = "local-only"
_SCHEMES = {
    "psycopg": "postgresql+psycopg",
    "asyncpg": "postgresql+asyncpg",
    "pg8000": "postgresql+pg8000",
}


def render(stack: Stack, language: str) -> list[Artefact]:
    """Return docker-compose.yml: db and redis as they are used, migrate, then the service."""
    deployment = stack.main
    service = deployment.service
    if service.language != "python" or service.entrypoint is None:
        return []
    context = deployment.context
    dockerfile = "Dockerfile" if service.path == context else f"{service.path}/Dockerfile"
    text = rendered(
        "docker-compose.yml.j2",
        language,
        header=header(language, deployment.blueprint_hash),
        deployment=deployment,
        name=project_name(deployment.name),
        context="." if context == "." else f"./{context}",
        dockerfile=deployment.within_context(dockerfile) if context != "." else dockerfile,
        database=deployment.database,
        redis=service.redis,
        migrate=migrate_command(deployment) if deployment.database else [],
        environment=environment(deployment),
        password=local_password(deployment.database) if deployment.database else "",
    )
    return [Artefact(name="compose", path="docker-compose.yml", text=text)]


def project_name(name: str) -> str:
    """Return a name that compose accepts: small letters, digits, - and _."""
    kept = "".join(char if char.isascii() and char.isalnum() else "-" for char in name.lower())
    return kept.strip("-") or "app"


def database_url(deployment: Deployment, password: str, host: str) -> str:
    """Return the URL as the project's driver wants it; the password is put in as it stands."""
    database = deployment.database
    if database is None:
        return ""
    scheme = _SCHEMES.get(deployment.service.database_driver or "", "postgresql")
    if deployment.service.framework == "Django":
        scheme = "postgres"
    user, name = quote(database.user, safe=""), quote(database.name, safe="")
    return f"{scheme}://{user}:{password}@{host}:5432/{name}"


def local_password(database: DatabaseUse) -> str:
    """Return compose's notation for the password: from .env, with a default for this machine."""
    return f"${{{variable_name(database.password_variable)}:-{LOCAL_PASSWORD}}}"


def environment(deployment: Deployment) -> dict[str, str]:
    """Return what the containers of the service get, in compose's own notation."""
    values: dict[str, str] = {}
    if deployment.database is not None:
        password = local_password(deployment.database)
        values["DATABASE_URL"] = database_url(deployment, password, "db")
        values |= _separate(deployment, password)
    if deployment.service.redis:
        values["REDIS_URL"] = "redis://redis:6379/0"
    return values


def _separate(deployment: Deployment, password: str) -> dict[str, str]:
    """Return the parts of the address under the names that the code reads."""
    database = deployment.database
    assert database is not None
    read = set(deployment.service.variables)
    parts = {
        "HOST": "db",
        "SERVER": "db",
        "PORT": "5432",
        "USER": doubled_dollars(database.user),
        "PASSWORD": password,
        "NAME": doubled_dollars(database.name),
        "DB": doubled_dollars(database.name),
    }
    names = {
        f"{prefix}_{part}": value for prefix in ("DB", "POSTGRES") for part, value in parts.items()
    }
    host_known = bool(read & {"DB_HOST", "POSTGRES_HOST", "POSTGRES_SERVER"})
    return {name: value for name, value in names.items() if name in read and host_known}
