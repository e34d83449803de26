"""Variables without which a program does not start: found, and given where nobody else does."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from generators.artefacts.stand_ins import stand_ins
from generators.artefacts.testing import test_environment as environment_of_tests
from generators.deployment import Deployment, MigrationUse, SecretUse, Stream
from generators.project import MigrationTool
from generators.render import render
from generators.stack import alone
from tests.generators.hostile_stacks import one, stack
from tests.generators.repository import deployment, only_service, repository

DJANGO = {
    "requirements.txt": "django\ngunicorn\npsycopg\n",
    "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
    "shop/__init__.py": "",
    "shop/wsgi.py": (
        "import os\nfrom django.core.wsgi import get_wsgi_application\n"
        'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n'
        "application = get_wsgi_application()\n"
    ),
    "shop/settings.py": (
        "import os\n"
        'SECRET_KEY = os.environ["SECRET_KEY"]\n'
        'ALLOWED_HOSTS = os.environ["ALLOWED_HOSTS"].split(",")\n'
        'EMAIL_PORT = int(os.environ["EMAIL_PORT"])\n'
        'DEBUG = os.environ.get("DEBUG", "0") == "1"\n'
        'if "SENTRY_DSN" in os.environ:\n    DSN = os.environ["SENTRY_DSN"]\n'
        'os.environ["WRITTEN"] = "1"\n'
        'STATIC_ROOT = "static"\n'
        'DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql",\n'
        '    "HOST": os.environ["DB_HOST"], "NAME": os.environ["DB_NAME"]}}\n'
    ),
}


def shop(folder: Path, **changes: object) -> Deployment:
    return deployment(only_service(repository(folder, DJANGO)), **changes)


def text_of(made: Deployment, name: str) -> str:
    return next(made_of.text for made_of in render(alone(made)) if made_of.name == name)


def test_what_is_read_without_a_default_is_required(tmp_path: Path) -> None:
    service = only_service(repository(tmp_path, DJANGO))
    names = {"SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_PORT", "DB_HOST", "DB_NAME"}
    assert set(service.required) == names
    assert names | {"DEBUG", "SENTRY_DSN"} <= set(service.variables)


ENVIRON = """
env = environ.Env(DEBUG=(bool, False))
A = env('A_KEY')
B = env.int('B')
C = env.bool('DEBUG')
D = env('D', default='x')
"""
DECOUPLE = """
from decouple import config, Csv
A = config('A')
B = config('B', cast=int)
C = config('C', cast=Csv())
D = config('D', default=1, cast=int)
"""
PYDANTIC = """
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix='app_')
    key: str
    minutes: int
    origins: list[str]
    debug: bool = False
    named: str = Field(...)
    other: str = Field(default='x')
    _own: int
"""


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (ENVIRON, {"A_KEY": "text", "B": "int"}),
        (DECOUPLE, {"A": "text", "B": "int", "C": "list"}),
        (
            PYDANTIC,
            {"APP_KEY": "text", "APP_MINUTES": "int", "APP_ORIGINS": "json", "APP_NAMED": "text"},
        ),
        ("import os\nA = os.environ.get('A')\nB = os.getenv('B')\n", {}),
        ("def broken(:\n    class S(BaseSettings):\n        a: str\n", {}),
    ],
)
def test_every_usual_way_of_asking_is_understood(
    tmp_path: Path, settings: str, expected: dict[str, str]
) -> None:
    main = "from fastapi import FastAPI\nimport settings\napp = FastAPI()\n"
    files = {"requirements.txt": "fastapi\n", "main.py": main, "settings.py": settings}
    assert only_service(repository(tmp_path, files)).required == expected


def test_compose_starts_service_and_migrations_without_anybody_s_env_file(tmp_path: Path) -> None:
    made = shop(tmp_path, environment={"ALLOWED_HOSTS": "shop.example,10.0.0.1"})
    services = yaml.safe_load(text_of(made, "compose"))["services"]
    for label in ("migrate", "app"):
        given = services[label]["environment"]
        assert set(made.service.required) <= set(given)
        assert given["SECRET_KEY"] == "${SECRET_KEY:-local-only}"
        assert given["ALLOWED_HOSTS"] == "${ALLOWED_HOSTS:-shop.example,10.0.0.1}"
        assert given["EMAIL_PORT"] == "${EMAIL_PORT:-8080}"
        assert given["DB_HOST"] == "db"


def test_a_stated_value_that_compose_would_read_is_given_as_it_is(tmp_path: Path) -> None:
    made = shop(tmp_path, environment={"ALLOWED_HOSTS": "${HOME}}"})
    services = yaml.safe_load(text_of(made, "compose"))["services"]
    assert services["app"]["environment"]["ALLOWED_HOSTS"] == "$${HOME}}"


def test_static_files_are_collected_without_anybody_s_secrets(tmp_path: Path) -> None:
    made = shop(tmp_path, secrets=(SecretUse(variable="SECRET_KEY", secret="shop-key"),))
    text = text_of(made, "dockerfile")
    [line] = [line for line in text.splitlines() if "collectstatic" in line]
    given = dict(re.findall(r"(\w+)=(\S+)", line))
    assert set(made.service.required) <= set(given)
    assert given["EMAIL_PORT"].isdigit()
    assert "shop-key" not in text


def test_tests_of_a_pipeline_start_with_the_same(tmp_path: Path) -> None:
    given = environment_of_tests(shop(tmp_path))
    assert given["SECRET_KEY"] == "local-only"
    assert given["DB_HOST"] == "127.0.0.1"
    bare = environment_of_tests(shop(tmp_path, database=None))
    assert bare["SECRET_KEY"] == "local-only"
    assert "DB_HOST" not in bare


def test_each_stream_of_migrations_is_told_its_own_and_nobody_else_is(tmp_path: Path) -> None:
    tool = MigrationTool("alembic", ".", "alembic.ini", ("alembic", "upgrade", "head"))
    streams = (
        Stream(job="a", label="migrate", tool=tool),
        Stream(job="b", label="audit-migrate", tool=tool, environment={"SCHEMA": "au$dit"}),
    )
    own = SecretUse(variable="DB_PASSWORD", secret="shop-db-password")
    who = MigrationUse(account="shop-migrate", secret=own, environment={"LOCK": "5"})
    made = replace(shop(tmp_path), streams=streams, migration=who)
    services = yaml.safe_load(text_of(made, "compose"))["services"]
    told = {label: services[label]["environment"] for label in ("migrate", "audit-migrate", "app")}
    assert told["audit-migrate"]["SCHEMA"] == "au$$dit"
    assert told["migrate"]["LOCK"] == told["audit-migrate"]["LOCK"] == "5"
    assert not {"SCHEMA", "LOCK"} & set(told["app"])
    assert "SCHEMA" not in told["migrate"]
    assert told["app"]["SECRET_KEY"] == told["migrate"]["SECRET_KEY"]


def test_a_stand_in_is_of_the_kind_that_is_read() -> None:
    kinds = {
        "API_KEY": "text",
        "MAIL_PORT": "int",
        "TTL": "int",
        "USE_TLS": "text",
        "FLAG": "bool",
        "NAMES": "json",
        "SITE_URL": "text",
        "REDIS_URL": "text",
        "PGHOST": "text",
    }
    found = stand_ins(kinds, "x")
    assert found == {
        "API_KEY": "x",
        "MAIL_PORT": "8080",
        "TTL": "1",
        "USE_TLS": "0",
        "FLAG": "false",
        "NAMES": "[]",
        "SITE_URL": "http://localhost",
    }
    assert set(stand_ins(kinds, "x", stores=True)) == set(kinds)


def test_migrations_outside_of_compose_are_told_the_same(tmp_path: Path) -> None:
    tool = MigrationTool("alembic", ".", "alembic.ini", ("alembic", "upgrade", "head"))
    streams = (
        Stream(job="a", label="migrate", tool=tool),
        Stream(job="b", label="audit-migrate", tool=tool, environment={"SCHEMA": "it's $x"}),
    )
    given = alone(replace(stack(3).main, streams=streams))
    script = one(given, "start").text
    assert "env 'SCHEMA=it'\"'\"'s $x' alembic upgrade head" in script
    fake = tmp_path / "alembic"
    fake.write_text('#!/bin/sh\nprintf "%s;" "$SCHEMA"\n', encoding="utf-8")
    fake.chmod(0o755)
    for name in ("pending", "migrate"):
        compose = yaml.safe_load(one(given, "vm-compose").text)["services"][name]
        line = compose["command"][2].replace("$$", "$").replace("cd /app", "true")
        done = subprocess.run(
            ["sh", "-c", line],
            env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert name == "pending" or done.stdout == ";it's $x;"
    task = json.loads(one(alone(replace(stack().main, streams=streams)), "container-group").text)
    assert "audit" not in json.dumps(task["resources"][0])
    assert "SCHEMA=it" in json.dumps(task)
