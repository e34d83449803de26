"""Code for a person to take over: database settings, request log, tracing, load test."""

from __future__ import annotations

from generators.artefact import Artefact
from generators.deployment import Deployment
from generators.header import header
from generators.stack import Stack
from generators.templating import rendered

FOLDER = "deploy/snippets"
_DRIVERS = {
    "psycopg": "postgresql+psycopg",
    "asyncpg": "postgresql+asyncpg",
    "pg8000": "postgresql+pg8000",
    "psycopg2": "postgresql+psycopg2",
}
_TRACED = {
    "FastAPI": ("fastapi", "FastAPIInstrumentor", "FastAPIInstrumentor.instrument_app(app)"),
    "Flask": ("flask", "FlaskInstrumentor", "FlaskInstrumentor().instrument_app(app)"),
    "Starlette": (
        "starlette",
        "StarletteInstrumentor",
        "StarletteInstrumentor.instrument_app(app)",
    ),
    "Django": ("django", "DjangoInstrumentor", "DjangoInstrumentor().instrument()"),
}


def database(stack: Stack, language: str) -> list[Artefact]:
    """Return the settings of SQLAlchemy, or Django's; () without a database or Python."""
    one = stack.main
    if one.service.language != "python" or one.database is None:
        return []
    driver = _DRIVERS.get(one.service.database_driver or "", "postgresql+psycopg")
    django = one.service.framework == "Django"
    text = rendered(
        "snippets/database_django.py.j2" if django else "snippets/database.py.j2",
        language,
        header=header(language, one.blueprint_hash),
        driver=driver,
        asynchronous=driver.endswith("asyncpg"),
        password=one.database.password_variable,
        pool_size=one.database.pool_size,
        max_overflow=one.database.max_overflow,
    )
    return [_snippet("database-settings", "database.py", text)]


def request_logging(stack: Stack, language: str) -> list[Artefact]:
    """Return middleware that logs each request as Cloud Logging wants it; Python only."""
    one = stack.main
    if one.service.language != "python" or not _interface(one):
        return []
    values = {
        "header": header(language, one.blueprint_hash),
        "health": one.health_path,
        "project": one.project_id,
    }
    parts = [f"snippets/request_logging_{part}.py.j2" for part in (_interface(one), "log")]
    text = "".join(rendered(part, language, **values) for part in parts)
    return [_snippet("request-logging", "request_logging.py", text)]


def tracing(stack: Stack, language: str) -> list[Artefact]:
    """Return the set-up of OpenTelemetry for the service's framework; Python only."""
    one = stack.main
    if one.service.language != "python" or not _interface(one):
        return []
    interface = _interface(one)
    generic = (
        interface,
        "OpenTelemetryMiddleware",
        "pass  # " + f"wrap the app: app = OpenTelemetryMiddleware(app)  ({interface})",
    )
    module, name, call = _TRACED.get(one.service.framework, generic)
    sqlalchemy = "sqlalchemy" in one.service.dependencies
    packages = [
        "opentelemetry-sdk",
        "opentelemetry-exporter-otlp-proto-http",
        "opentelemetry-exporter-gcp-trace",
        f"opentelemetry-instrumentation-{module}",
        *(["opentelemetry-instrumentation-sqlalchemy"] if sqlalchemy else []),
    ]
    imports = [f"from opentelemetry.instrumentation.{module} import {name}"]
    if sqlalchemy:
        imports.append(
            "from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor"
        )
    text = rendered(
        "snippets/tracing.py.j2",
        language,
        header=header(language, one.blueprint_hash),
        name=one.name,
        packages=packages,
        imports=imports,
        instrument=call,
        sqlalchemy=sqlalchemy,
    )
    return [_snippet("tracing", "tracing.py", text)]


def load_test(stack: Stack, language: str) -> list[Artefact]:
    """Return a locust file that asks the main service."""
    one = stack.main
    if not one.answers:
        return []
    text = rendered(
        "snippets/locustfile.py.j2",
        language,
        header=header(language, one.blueprint_hash),
        port=one.port,
        paths=one.health_path or "/",
    )
    return [Artefact(name="load-test", path="deploy/locustfile.py", text=text)]


def move_sqlite(stack: Stack, language: str) -> list[Artefact]:
    """Return the script that moves a SQLite file's rows into PostgreSQL."""
    one = stack.main
    if one.database is None:
        return []
    words = one.migrating[0].tool.command if one.migrating else ()
    text = rendered(
        "scripts/move_sqlite.py.j2",
        language,
        header=header(language, one.blueprint_hash),
        migrate=" ".join(words),
    )
    return [Artefact(name="move-sqlite", path="deploy/move_sqlite.py", text=text, mode=0o755)]


def _interface(deployment: Deployment) -> str:
    interface = deployment.service.interface
    return interface if interface in ("asgi", "wsgi") else ""


def _snippet(name: str, file: str, text: str) -> Artefact:
    return Artefact(name=name, path=f"{FOLDER}/{file}", text=text)
