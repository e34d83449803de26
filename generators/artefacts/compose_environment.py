"""What containers of compose are told: the addresses of what runs beside them, and secrets."""

from __future__ import annotations

import re
from urllib.parse import quote

from generators.artefacts.stand_ins import stand_ins
from generators.deployment import DatabaseUse, Deployment, Stream
from generators.project import Service
from generators.quoting import doubled_dollars, variable_name

LOCAL_PASSWORD = "local-only"
_DRIVERS = ("psycopg", "psycopg2", "asyncpg", "pg8000")
_OVER_SQLALCHEMY = ("sqlmodel", "alembic", "databases", "advanced-alchemy", "ormar", "gino")
_REDIS = "redis://redis:6379/0"
_QUEUE = "amqp://guest:guest@queue:5672//"
_BROKERS = ("CELERY_BROKER_URL", "BROKER_URL", "CELERY_BROKER", "DRAMATIQ_BROKER_URL")
_REDIS_PARTS = {
    "REDIS_HOST": "redis",
    "REDIS_SERVER": "redis",
    "REDIS_PORT": "6379",
    "CELERY_RESULT_BACKEND": _REDIS,
    "RQ_REDIS_URL": _REDIS,
    "REDIS_DSN": _REDIS,
    "REDIS_URI": _REDIS,
    "CACHE_URL": _REDIS,
}
_PART = re.compile(
    r"(?P<whose>(?!\w*(?:MONGO|MYSQL|REDIS|TEST|REPLICA|READ|LEGACY|OLD))(?:[A-Z0-9]+_)*?)"
    r"(?:PG(?=HOST$)|(?:DB|POSTGRES|DATABASE|SQL|PG)_)"
    r"(?P<part>HOST|SERVER|PORT|USER|USERNAME|PASSWORD|PASS|NAME|DATABASE|DB|ENGINE)"
)
"""A part of the database's address, for names that may begin with the program's own."""
_QUEUE_PARTS = {
    "RABBITMQ_HOST": "queue",
    "RABBITMQ_PORT": "5672",
    "RABBITMQ_USER": "guest",
    "RABBITMQ_PASSWORD": "guest",
    "RABBITMQ_URL": _QUEUE,
    "AMQP_URL": _QUEUE,
    "CLOUDAMQP_URL": _QUEUE,
}


def database_url(deployment: Deployment, password: str, host: str) -> str:
    """Return the URL as the project's driver wants it; the password is put in as it stands."""
    database = deployment.database
    if database is None:
        return ""
    scheme = _scheme(deployment.service)
    user, name = quote(database.user, safe=""), quote(database.name, safe="")
    return f"{scheme}://{user}:{password}@{host}:5432/{name}"


def _scheme(service: Service) -> str:
    """Return the scheme: SQLAlchemy's names the driver, since its own choice changed with 2.1.

    A driver that is used without SQLAlchemy knows no such name.
    """
    if service.framework == "Django":
        return "postgres"
    packages = service.dependencies
    by_sqlalchemy = any("sqlalchemy" in one or one in _OVER_SQLALCHEMY for one in packages)
    driver = (service.database_driver or "").removesuffix("-binary")
    return f"postgresql+{driver}" if by_sqlalchemy and driver in _DRIVERS else "postgresql"


def local_password(database: DatabaseUse) -> str:
    """Return compose's notation for the password: from .env, with a default for this machine."""
    return _from_env(database.password_variable)


def environment(deployment: Deployment) -> dict[str, str]:
    """Return what the containers of a service get, in compose's own notation."""
    values: dict[str, str] = {}
    service = deployment.service
    if deployment.database is not None:
        password = local_password(deployment.database)
        values["DATABASE_URL"] = database_url(deployment, password, "db")
        values |= _separate(deployment, password)
    read = set(service.variables)
    if service.redis or service.broker == "redis":
        values["REDIS_URL"] = _REDIS
        values |= {name: value for name, value in _REDIS_PARTS.items() if name in read}
    if service.broker == "amqp":
        values |= {name: value for name, value in _QUEUE_PARTS.items() if name in read}
    broker = {"redis": _REDIS, "amqp": _QUEUE}.get(service.broker, "")
    if broker:
        values |= {name: broker for name in _BROKERS if name in read}
    values |= _secrets(deployment, values)
    return {**values, **_needed(deployment, values)}


def _needed(deployment: Deployment, known: dict[str, str]) -> dict[str, str]:
    """Return what the program does not start without: from .env, else tarmac.toml, else a stand-in.

    The address of a database or queue that is not there has no stand-in.
    """
    required, stated = deployment.service.required, deployment.environment
    given = stand_ins(required, LOCAL_PASSWORD)
    given |= {name: stated[name] for name in required if name in stated}
    return {name: _with_default(name, value) for name, value in given.items() if name not in known}


def _with_default(name: str, value: str) -> str:
    """Return compose's notation; a default that it would read otherwise stands there by itself."""
    if re.fullmatch(r"[\w./:@+,*\[\] -]*", value, re.ASCII):
        return f"${{{variable_name(name)}:-{value}}}"
    return doubled_dollars(value)


def migration_environment(deployment: Deployment, stream: Stream) -> dict[str, str]:
    """Return what only this stream of migrations is told, in compose's notation."""
    return {name: doubled_dollars(value) for name, value in deployment.told(stream).items()}


def _secrets(deployment: Deployment, known: dict[str, str]) -> dict[str, str]:
    """Return the secrets that the program reads: from .env, with a default for this machine."""
    password = deployment.database.password_variable if deployment.database else ""
    names = (use.variable for use in deployment.secrets)
    return {name: _from_env(name) for name in names if name != password and name not in known}


def address_parts(deployment: Deployment, password: str, host: str) -> dict[str, str]:
    """Return the parts of the database's address under the names that the code reads."""
    database = deployment.database
    if database is None:
        return {}
    read = set(deployment.service.variables)
    parts = {
        "HOST": host,
        "SERVER": host,
        "PORT": "5432",
        "USER": database.user,
        "USERNAME": database.user,
        "PASSWORD": password,
        "PASS": password,
        "NAME": database.name,
        "DATABASE": database.name,
        "DB": database.name,
    }
    if deployment.service.framework == "Django":
        parts["ENGINE"] = "django.db.backends.postgresql"
    named = {name: found for name in read if (found := _PART.fullmatch(name))}
    groups = {found["whose"] for found in named.values() if found["part"] in {"HOST", "SERVER"}}
    whose = "" if "" in groups else next(iter(groups)) if len(groups) == 1 else None
    values = {
        name: parts[found["part"]]
        for name, found in sorted(named.items())
        if found["whose"] == whose and found["part"] in parts
    }
    if whose == "":
        values |= {f"PG{part}": value for part, value in parts.items() if f"PG{part}" in read}
    return values


def _separate(deployment: Deployment, password: str) -> dict[str, str]:
    """Return the parts in compose's notation; the password is in it already."""
    parts = address_parts(deployment, "", "db")
    return {
        name: password if name.endswith(("PASSWORD", "PASS")) else doubled_dollars(value)
        for name, value in parts.items()
    }


def _from_env(name: str) -> str:
    return f"${{{variable_name(name)}:-{LOCAL_PASSWORD}}}"
