"""Which names mean an application object, a server or a database driver in Python."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Framework:
    """A web framework: its name, how servers talk to it, and the package that brings it."""

    name: str
    interface: str
    package: str


FASTAPI = Framework("FastAPI", "asgi", "fastapi")
STARLETTE = Framework("Starlette", "asgi", "starlette")
LITESTAR = Framework("Litestar", "asgi", "litestar")
QUART = Framework("Quart", "asgi", "quart")
FLASK = Framework("Flask", "wsgi", "flask")
DJANGO_ASGI = Framework("Django", "asgi", "django")
DJANGO_WSGI = Framework("Django", "wsgi", "django")

APPLICATIONS = {
    "fastapi.FastAPI": FASTAPI,
    "fastapi.applications.FastAPI": FASTAPI,
    "starlette.applications.Starlette": STARLETTE,
    "litestar.Litestar": LITESTAR,
    "litestar.app.Litestar": LITESTAR,
    "quart.Quart": QUART,
    "flask.Flask": FLASK,
    "flask.app.Flask": FLASK,
    "apiflask.APIFlask": FLASK,
    "django.core.asgi.get_asgi_application": DJANGO_ASGI,
    "channels.routing.ProtocolTypeRouter": DJANGO_ASGI,
    "channels.asgi.get_channel_layer": DJANGO_ASGI,
    "django.core.wsgi.get_wsgi_application": DJANGO_WSGI,
}

WORTH_PARSING = (
    rb"\b(FastAPI|Flask|APIFlask|Starlette|Litestar|Quart|get_[aw]sgi_application"
    rb"|(?:create|make|get|build|init|setup|new)_(?:app|api|application|server)"
    rb"|create_\w+_app|uvicorn\.run|router|include_router|register_blueprint|APIRouter|Blueprint"
    rb"|BaseSettings|os\.environ|os\.getenv|getenv|StaticFiles|redis)\b"
)

DATABASES = {
    "psycopg": "postgresql",
    "psycopg2": "postgresql",
    "psycopg2-binary": "postgresql",
    "psycopg-binary": "postgresql",
    "asyncpg": "postgresql",
    "pg8000": "postgresql",
    "pymysql": "mysql",
    "mysqlclient": "mysql",
    "aiomysql": "mysql",
    "asyncmy": "mysql",
    "pymongo": "mongodb",
    "motor": "mongodb",
    "beanie": "mongodb",
    "aiosqlite": "sqlite",
}

REDIS_PACKAGES = frozenset({"redis", "aioredis", "hiredis", "celery", "rq", "arq"})

SERVERS = {
    "asgi": ("uvicorn", "gunicorn", "hypercorn", "granian", "daphne", "fastapi-cli"),
    "wsgi": ("gunicorn", "waitress", "uwsgi", "granian"),
}
