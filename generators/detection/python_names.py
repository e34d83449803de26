"""Which names mean an application object, a server or a database driver in Python."""

from __future__ import annotations

from collections.abc import Collection
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
DASH = Framework("Dash", "wsgi", "dash")
FALCON_ASGI = Framework("Falcon", "asgi", "falcon")
FALCON_WSGI = Framework("Falcon", "wsgi", "falcon")
BOTTLE = Framework("Bottle", "wsgi", "bottle")
SANIC = Framework("Sanic", "asgi", "sanic")
BLACKSHEEP = Framework("BlackSheep", "asgi", "blacksheep")
PYRAMID = Framework("Pyramid", "wsgi", "pyramid")
# What a command names without showing what it is made with.
ASGI = Framework("ASGI", "asgi", "")
WSGI = Framework("WSGI", "wsgi", "")
STREAMLIT = Framework("Streamlit", "streamlit", "streamlit")
DJANGO_ASGI = Framework("Django", "asgi", "django")
DJANGO_WSGI = Framework("Django", "wsgi", "django")

APPLICATIONS = {
    "fastapi.FastAPI": FASTAPI,
    "fastapi.applications.FastAPI": FASTAPI,
    "starlette.applications.Starlette": STARLETTE,
    "litestar.Litestar": LITESTAR,
    "litestar.app.Litestar": LITESTAR,
    "starlite.Starlite": LITESTAR,
    "quart.Quart": QUART,
    "quart.app.Quart": QUART,
    "falcon.App": FALCON_WSGI,
    "falcon.API": FALCON_WSGI,
    "falcon.asgi.App": FALCON_ASGI,
    "bottle.Bottle": BOTTLE,
    "sanic.Sanic": SANIC,
    "blacksheep.Application": BLACKSHEEP,
    "flask_openapi3.OpenAPI": FLASK,
    "connexion.FlaskApp": FLASK,
    "connexion.AsyncApp": STARLETTE,
    "flask.Flask": FLASK,
    "flask.app.Flask": FLASK,
    "apiflask.APIFlask": FLASK,
    "django.core.asgi.get_asgi_application": DJANGO_ASGI,
    "channels.routing.ProtocolTypeRouter": DJANGO_ASGI,
    "channels.asgi.get_default_application": DJANGO_ASGI,
    "channels.routing.get_default_application": DJANGO_ASGI,
    "django.core.wsgi.get_wsgi_application": DJANGO_WSGI,
}

DASH_APPLICATIONS = frozenset({"dash.Dash", "dash.dash.Dash", "dash_extensions.enrich.DashProxy"})

# What starts a queue's worker: the qualified name of the application object, and its kind.
QUEUES = {
    "celery.Celery": "celery",
    "huey.RedisHuey": "huey",
    "huey.SqliteHuey": "huey",
    "huey.contrib.asyncio.AsyncRedisHuey": "huey",
    "taskiq_redis.ListQueueBroker": "taskiq",
    "taskiq_redis.RedisStreamBroker": "taskiq",
    "taskiq_aio_pika.AioPikaBroker": "taskiq",
}

WORTH_PARSING = (
    rb"\b(?:FastAPI|Flask|APIFlask|Starlette|Litestar|Starlite|Quart|get_[aw]sgi_application"
    rb"|ProtocolTypeRouter|falcon|Bottle|Sanic|connexion|Dash|DashProxy|streamlit|Celery|RedisHuey"
    rb"|WorkerSettings|make_wsgi_app|DJANGO_SETTINGS_MODULE"
    rb"|(?:create|make|get|build|init|setup|new)_(?:app|api|application|server)"
    rb"|create_\w+_app|uvicorn\.run|include_router|register_blueprint"
    rb"|BaseSettings|StaticFiles)\b|Broker\("
)
# Every match of the above has one of these in it: looking for them first is many times faster.
WORTH_LITERALS = (
    b"FastAPI",
    b"Flask",
    b"Starl",
    b"Litestar",
    b"Quart",
    b"gi_application",
    b"ProtocolTypeRouter",
    b"falcon",
    b"Bottle",
    b"Sanic",
    b"connexion",
    b"Dash",
    b"streamlit",
    b"Celery",
    b"RedisHuey",
    b"WorkerSettings",
    b"make_wsgi_app",
    b"DJANGO_SETTINGS_MODULE",
    b"_app",
    b"_api",
    b"_server",
    b"uvicorn.run",
    b"include_router",
    b"register_blueprint",
    b"BaseSettings",
    b"StaticFiles",
    b"Broker(",
)
# Routes matter only where they may be the health path.
ROUTES = rb"\b(?:APIRouter|Blueprint|APIBlueprint|router|route)\b"
HEALTH = rb"(?i:health|ping\b|livez|readyz|liveness|readiness|heartbeat|\bstatus\b|/up\b)"

DATABASES = {
    "asyncpg": "postgresql",
    "psycopg": "postgresql",
    "psycopg2cffi": "postgresql",
    "psycopg2": "postgresql",
    "psycopg2-binary": "postgresql",
    "psycopg-binary": "postgresql",
    "psycopg-c": "postgresql",
    "pg8000": "postgresql",
    "pymysql": "mysql",
    "mysqlclient": "mysql",
    "aiomysql": "mysql",
    "asyncmy": "mysql",
    "mysql-connector-python": "mysql",
    "pymssql": "sqlserver",
    "mssql-django": "sqlserver",
    "oracledb": "oracle",
    "pymongo": "mongodb",
    "motor": "mongodb",
    "beanie": "mongodb",
    "mongoengine": "mongodb",
    "odmantic": "mongodb",
    "aiosqlite": "sqlite",
}

REDIS_PACKAGES = frozenset(
    {
        "redis",
        "aioredis",
        "hiredis",
        "rq",
        "django-rq",
        "arq",
        "saq",
        "django-redis",
        "channels-redis",
        "fastapi-cache2",
        "taskiq-redis",
        "aiocache",
        "coredis",
        "valkey",
    }
)
WEBSOCKET_PACKAGES = frozenset(
    {"python-socketio", "flask-socketio", "fastapi-socketio", "channels", "flask-sock"}
)

# A package that brings the framework, so that the framework itself need not be named.
BRINGS = {
    "fastapi": ("fastapi-", "fastapi_", "strawberry-graphql", "sqladmin", "gradio", "litellm"),
    "flask": ("flask-", "apiflask", "connexion", "dash"),
    "django": ("django-", "djangorestframework", "wagtail", "channels", "drf-", "graphene-django"),
    "starlette": ("fastapi", "starlette-", "sse-starlette", "connexion"),
    "litestar": ("litestar-", "advanced-alchemy", "starlite"),
    "streamlit": ("streamlit-",),
}

SERVERS = {
    "asgi": ("uvicorn", "gunicorn", "hypercorn", "granian", "daphne", "fastapi-cli"),
    "wsgi": ("gunicorn", "waitress", "uwsgi", "granian"),
}


def installs(packages: Collection[str], package: str) -> bool:
    """Whether a framework's package is among the packages, or one that brings it."""
    if not package or package in packages:
        return True
    prefixes = BRINGS.get(package, ())
    return bool(prefixes) and any(name.startswith(prefixes) for name in packages)


def package_of(framework: str) -> str:
    """Return the package of a framework by its name, "" when it has none of its own."""
    known = (*APPLICATIONS.values(), DASH, STREAMLIT, PYRAMID)
    return next((one.package for one in known if one.name == framework), "")
